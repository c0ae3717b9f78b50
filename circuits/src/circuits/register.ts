import type { Linear } from "../builder/linear.js";
import type { Circuit } from "../builder/run.js";
import { bindContext } from "../gadgets/context.js";
import { checkedModel, packedWires } from "../gadgets/model.js";
import { requireLayout, type Shape } from "../model.js";
import { bindRoot, checkedOnce, type SaltedWeights, shapeName, type Tier } from "./tiers.js";

export interface RegisterValues extends SaltedWeights {
  readonly context: bigint;
}

/**
 * "All weights under this root are int8, all biases in their range." In tier 2 also: the committed elements are the root's, so
 * that both digests of a version mean the same weights. Public: root, context.
 * @throws CircuitError `UNFIT_ARCHITECTURE`
 */
export function registerCircuit(shape: Shape, tier: Tier): Circuit<RegisterValues> {
  const layout = requireLayout(shape);
  return {
    name: shapeName("register", shape, tier),
    publics: ["root", "context"],
    define: (b, values) => {
      const root = b.public("root");
      const context = b.public("context", () => values().context);
      const weights = checkedOnce(layout, () => values().weights);
      const anchored = tier === 2 ? packedWires(b, layout, "commit", "anchored", weights) : undefined;
      bindContext(b, context);
      const model = checkedModel(b, layout, "weights", weights);
      for (const [i, wire] of anchored?.elements.entries() ?? []) {
        b.equal(model.elements[i] as Linear, wire, `anchored element ${i} is the root's`);
      }
      // The committed wires themselves go into the sponge: one term each, where the checked ones have one a bit.
      bindRoot(b, root, anchored ?? model, "weights", () => values().salt);
    },
  };
}
