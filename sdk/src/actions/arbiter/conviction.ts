import type { EventValues } from "../../contracts.js";
import type { Receipt } from "../../eip712/types.js";
import type { Hex } from "../../hex.js";

/** What a node can be convicted of. */
export const Offence = { DoubleReceipt: 0, DoubleBatch: 1, LateReceipt: 2, StaleReceipt: 3, BackwardMeter: 4 } as const;
export type Offence = (typeof Offence)[keyof typeof Offence];

/** A receipt and its enclave's signature. */
export interface SignedReceipt {
  receipt: Receipt;
  signature: Hex;
}

/** What `wait` of a fraud proof gives; stake in the token's smallest unit. */
export function convicted(event: EventValues<"InferenceArbiter", "Convicted">) {
  return {
    node: event.node as Hex,
    offence: Number(event.offence) as Offence,
    offenceId: event.offenceId as Hex,
    victim: event.victim as Hex,
    paid: event.paid,
    burned: event.burned,
  };
}
