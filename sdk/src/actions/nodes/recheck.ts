import type { Hex } from "../../hex.js";
import { write } from "../write.js";

/**
 * Has an enclave judged again by the certificates, revocations and collateral of now. Anybody; whoever finds one that has fallen out gets a bounty
 * of its node's stake, for `withdrawCompensation`. Throws a revert `NodeRegistry_NothingChanged` when the enclave is as sound as it was.
 * @param params.aux what the verifier needs: `dcapRecheck` or `zkRecheck` of `@freehold/sdk/attestation`; default nothing, as for NitroVerifier
 */
export const recheck = write({
  contract: "NodeRegistry",
  method: "recheck",
  args: (params: { receiptKey: string; aux?: Hex }) => [params.receiptKey, params.aux ?? "0x"],
  event: "EnclaveRechecked",
  result: (event) => ({
    receiptKey: event.receiptKey as Hex,
    finder: event.finder as Hex,
    validUntil: event.validUntil,
    tcbStatus: Number(event.tcbStatus),
    bounty: event.bounty,
  }),
});
