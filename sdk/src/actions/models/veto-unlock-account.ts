import type { Hex } from "../../hex.js";
import { write } from "../write.js";

/**
 * Ends a running unlock request of an account. Its guardian or the account itself.
 */
export const vetoUnlockAccount = write({
  contract: "ModelRegistry",
  method: "vetoUnlockAccount",
  args: (params: { account: string }) => [params.account],
  event: "UnlockVetoed",
  result: (event) => ({ key: event.key as Hex, by: event.by as Hex }),
});
