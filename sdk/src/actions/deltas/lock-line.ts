import { ZERO_ADDRESS } from "../../eip712/versions.js";
import type { Hex } from "../../hex.js";
import { write } from "../write.js";

/**
 * Locks the caller's line: no append, activate, grace or policy change until it is unlocked.
 * `delay` is the seconds between request and unlock; 0 locks for ever. `guardian` may veto an unlock.
 */
export const lockLine = write({
  contract: "DeltaLedger",
  method: "lockLine",
  args: (params: { modelId: bigint; delay: bigint | number; guardian?: string }) => [
    params.modelId,
    params.delay,
    params.guardian ?? ZERO_ADDRESS,
  ],
  event: "LockSet",
  result: (event) => ({ key: event.key as Hex, delay: event.delay, guardian: event.guardian as Hex }),
});
