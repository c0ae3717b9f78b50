import type { Hex } from "../../hex.js";
import type { Window } from "../../types.js";
import { write } from "../write.js";

/**
 * Governance: enclaves may register through a verifier within `window`. With a delay, schedule what `prepare` gives.
 */
export const setVerifier = write({
  contract: "NodeRegistry",
  method: "setVerifier",
  args: (params: { verifier: string; window: Window }) => [params.verifier, params.window],
  event: "VerifierAccepted",
  result: (event) => ({ verifier: event.verifier as Hex, window: event.window }),
});
