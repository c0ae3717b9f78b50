import { Builder } from "../builder/builder.js";
import { constant, type Linear, pack } from "../builder/linear.js";
import { CircuitError } from "../errors.js";
import { type Layout, PACKED_BITS } from "../model.js";
import { FIELD } from "../r1cs.js";
import { packCounts } from "./inputs.js";
import { sponge, type Tag } from "./poseidon.js";

/** A hiding commitment: the sponge of the elements and a salt, which comes last and is always there. */
export function commitment(b: Builder, tag: Tag, elements: readonly Linear[], salt: Linear, label: string): Linear {
  return sponge(b, tag, [...elements, salt], label);
}

/** A salt as a wire. @throws CircuitError `BAD_INPUT` when its value is not in [0, FIELD) */
export function saltWire(b: Builder, label: string, salt: () => bigint): Linear {
  return b.wire(label, () => checkedSalt(salt()));
}

export function checkedSalt(salt: bigint): bigint {
  if (salt < 0n || salt >= FIELD) throw new CircuitError("BAD_INPUT", "a salt is not in [0, FIELD)");
  return salt;
}

/** Elements of an output commitment: logits, each plus 2^logitBits, in their slots. */
export function outputElements({ outputGroups, outputSlot }: Layout, logits: readonly Linear[]): Linear[] {
  return outputGroups.map((members) =>
    pack(
      members.map((c) => logits[c] as Linear),
      outputSlot,
    ),
  );
}

/** Elements of a mini-batch: every sample's counts, then the labels, 8 bits each. */
export function dataElements(samples: readonly (readonly Linear[])[], labels: readonly Linear[]): Linear[] {
  const each = Math.floor(PACKED_BITS / 8);
  const packed: Linear[] = [];
  for (let at = 0; at < labels.length; at += each) packed.push(pack(labels.slice(at, at + each), 8));
  return [...samples.flatMap(packCounts), ...packed];
}

/** The same commitment of plain elements, outside circuits, through the same code. */
export function commitPlain(tag: Tag, elements: readonly Linear[], salt: bigint): bigint {
  const b = new Builder("witness");
  return b.value(commitment(b, tag, elements, constant(checkedSalt(salt)), tag));
}
