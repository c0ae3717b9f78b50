import { type Linear, subtract } from "../builder/linear.js";
import type { Circuit } from "../builder/run.js";
import { commitment, saltWire } from "../gadgets/commitment.js";
import { bindContext } from "../gadgets/context.js";
import { checkedModel, packedWires } from "../gadgets/model.js";
import { requireLayout, type Shape } from "../model.js";
import { bindRoot, checkedOnce, type SaltedWeights, shapeName } from "./tiers.js";

export interface DeltaValues {
  readonly base: SaltedWeights;
  readonly next: SaltedWeights;
  /** Of the delta's commitment. */
  readonly salt: bigint;
  readonly context: bigint;
}

/**
 * "The new weights are the base's plus the delta", over three Poseidon commitments, the new ones in range; the base's range is
 * proven by its own registration. In tier 2 the anchors add up and no circuit is needed. Public: base, delta, next, context.
 * @throws CircuitError `UNFIT_ARCHITECTURE`
 */
export function deltaCircuit(shape: Shape): Circuit<DeltaValues> {
  const layout = requireLayout(shape);
  return {
    name: shapeName("delta", shape, 1),
    publics: ["base", "delta", "next", "context"],
    define: (b, values) => {
      const base = b.public("base");
      const delta = b.public("delta");
      const next = b.public("next");
      const context = b.public("context", () => values().context);
      bindContext(b, context);
      const before = packedWires(
        b,
        layout,
        "wire",
        "base",
        checkedOnce(layout, () => values().base.weights),
      );
      const after = checkedModel(
        b,
        layout,
        "next",
        checkedOnce(layout, () => values().next.weights),
      );
      bindRoot(b, base, before, "base", () => values().base.salt);
      bindRoot(b, next, after, "next", () => values().next.salt);
      const change = after.elements.map((element, i) => subtract(element, before.elements[i] as Linear));
      const salt = saltWire(b, "delta.salt", () => values().salt);
      b.bind(delta, commitment(b, "delta", change, salt, "delta.root"), "the delta is the committed one");
    },
  };
}
