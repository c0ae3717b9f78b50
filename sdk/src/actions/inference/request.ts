import type { InferenceResult } from "../../inference/exchange.js";
import type { ConnectParameters, RequestParameters } from "../../inference/parameters.js";
import { InferenceSession } from "../../inference/session.js";
import type { Classification } from "../../wire/plaintext.js";
import { action } from "../bind.js";

/**
 * One paid inference: verifies the node's attestation, version and price against the chain, signs a voucher, seals the
 * input to the attested enclave, and verifies receipt and response.
 * @throws InferenceError whatever does not verify is refused
 */
export const request = action([], (ctx) => {
  return async <T = Classification>(params: ConnectParameters & RequestParameters): Promise<InferenceResult<T>> => {
    const session = await InferenceSession.connect(ctx, params, params.signal);
    return session.request<T>(params);
  };
});
