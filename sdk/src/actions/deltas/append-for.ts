import type { Delta } from "../../eip712/versions.js";
import type { Hex } from "../../hex.js";
import { write } from "../write.js";

/** A delta for another account's line, with that account's signature of `signAppend`. */
export interface AppendForParameters {
  account: string;
  modelId: bigint;
  parent: Hex;
  delta: Delta;
  datasets?: readonly Hex[];
  /** Unix seconds. */
  deadline: bigint;
  signature: Hex;
}

/** Appends for an account that signed it (ECDSA or ERC-1271): the caller pays the gas. */
export const appendFor = write({
  contract: "DeltaLedger",
  method: "appendFor",
  args: (p: AppendForParameters) => [
    p.account,
    p.modelId,
    p.parent,
    p.delta,
    [...(p.datasets ?? [])],
    p.deadline,
    p.signature,
  ],
  event: "DeltaAppended",
  result: ({ lineId, version, versionHash }) => ({ lineId: lineId as Hex, version, versionHash: versionHash as Hex }),
});
