import type { Hex } from "../../hex.js";
import { write } from "../write.js";

/**
 * Ends an enclave's validity for later work. Its operator only.
 */
export const revokeEnclave = write({
  contract: "NodeRegistry",
  method: "revokeEnclave",
  args: (params: { receiptKey: string }) => [params.receiptKey],
  event: "EnclaveRevoked",
  result: (event) => ({ receiptKey: event.receiptKey as Hex, validUntil: event.validUntil }),
});
