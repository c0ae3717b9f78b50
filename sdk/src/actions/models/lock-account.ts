import { ZERO_ADDRESS } from "../../eip712/versions.js";
import type { Hex } from "../../hex.js";
import { write } from "../write.js";

/**
 * Locks everything of the caller: models, lines, datasets and policies.
 * `delay` is the seconds between request and unlock; 0 locks for ever. `guardian` may veto an unlock.
 */
export const lockAccount = write({
  contract: "ModelRegistry",
  method: "lockAccount",
  args: (params: { delay: bigint | number; guardian?: string }) => [params.delay, params.guardian ?? ZERO_ADDRESS],
  event: "LockSet",
  result: (event) => ({ key: event.key as Hex, delay: event.delay, guardian: event.guardian as Hex }),
});
