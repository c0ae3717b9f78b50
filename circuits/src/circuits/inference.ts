import { pack } from "../builder/linear.js";
import type { Circuit } from "../builder/run.js";
import { commitment, outputElements, saltWire } from "../gadgets/commitment.js";
import { bindContext } from "../gadgets/context.js";
import { forward, logitsOf } from "../gadgets/forward.js";
import { countWires, packCounts } from "../gadgets/inputs.js";
import { ranking } from "../gadgets/ranking.js";
import { requireLayout, type Shape } from "../model.js";
import { boundModel, type SaltedWeights, shapeName, type Tier } from "./tiers.js";

export interface InferenceValues extends SaltedWeights {
  readonly counts: ArrayLike<number>;
  readonly inputSalt: bigint;
  readonly outputSalt: bigint;
  /** The contract's hash of what the statement is for, modulo FIELD. */
  readonly context: bigint;
}

/** Bits of the margin in a result: result = class * 2^8 + margin. */
export const MARGIN_BITS = 8;

/**
 * "The version with these weights, given the input of this commitment, has this class and coarse margin, and logits of this
 * commitment." Public: root (tier 1 alone), input, output, result, context.
 * @throws CircuitError `UNFIT_ARCHITECTURE`
 */
export function inferenceCircuit(shape: Shape, tier: Tier): Circuit<InferenceValues> {
  const layout = requireLayout(shape);
  const publics = [...(tier === 1 ? ["root"] : []), "input", "output", "result", "context"];
  return {
    name: shapeName("inference", shape, tier),
    publics,
    define: (b, values) => {
      const root = tier === 1 ? b.public("root") : undefined;
      const input = b.public("input");
      const output = b.public("output");
      const result = b.public("result");
      const context = b.public("context", () => values().context);
      const model = boundModel(b, layout, root, "weights", values);
      bindContext(b, context);

      const counts = countWires(b, layout, "count", () => values().counts);
      const inputSalt = saltWire(b, "input.salt", () => values().inputSalt);
      const inputRoot = commitment(b, "input", packCounts(counts), inputSalt, "input.root");
      b.bind(input, inputRoot, "the input is the committed one");

      const logits = logitsOf(b, layout, forward(b, layout, model, counts, "forward"), "output");
      const ranks = ranking(b, logits, layout.logitBits + 1, "rank");
      b.bind(result, pack([ranks.margin, ranks.class], MARGIN_BITS), "class and margin are the logits'");

      const outputSalt = saltWire(b, "output.salt", () => values().outputSalt);
      const outputRoot = commitment(b, "output", outputElements(layout, logits), outputSalt, "output.root");
      b.bind(output, outputRoot, "the output is the committed one");
    },
  };
}

/** Class and margin of a public result. */
export function decodeResult(result: bigint): { class: number; margin: number } {
  const margin = (1n << BigInt(MARGIN_BITS)) - 1n;
  return { class: Number(result >> BigInt(MARGIN_BITS)), margin: Number(result & margin) };
}
