import { type InferenceValues, MARGIN_BITS } from "../circuits/inference.js";
import { inputCommitment, outputCommitment, poseidonRoot } from "../commitments.js";
import { mod } from "../field.js";
import { packModel, requireLayout, type Shape } from "../model.js";
import { infer } from "../reference.js";
import { hexOf } from "./hex.js";

/** What `Noir.execute` of `@noir-lang/noir_js` takes for a program of `noirInference`. */
export type NoirInputs = Readonly<Record<string, string | string[]>>;

/**
 * Inputs of the Noir program of a shape, and its public ones in their order: those of `witnessOf(inferenceCircuit(shape, 1), values)`.
 * @throws CircuitError `UNFIT_ARCHITECTURE`, `UNFIT_WEIGHTS`, `BAD_INPUT`
 */
export function noirInferenceInputs(
  shape: Shape,
  values: InferenceValues,
): { readonly inputs: NoirInputs; readonly publics: readonly bigint[] } {
  const layout = requireLayout(shape);
  const { weights, salt, counts, inputSalt, outputSalt, context } = values;
  const root = poseidonRoot(shape, weights, salt);
  const input = inputCommitment(shape, counts, inputSalt);
  const { logits, class: best, margin } = infer(shape, weights, counts);
  const output = outputCommitment(shape, logits, outputSalt);
  const result = (BigInt(best) << BigInt(MARGIN_BITS)) + BigInt(margin);
  const inputs = {
    root: hexOf(root),
    input: hexOf(input),
    output: hexOf(output),
    result: hexOf(result),
    context: hexOf(context),
    weights: packModel(layout, weights).map(hexOf),
    salt: hexOf(salt),
    counts: Array.from(counts, (count) => hexOf(BigInt(count))),
    input_salt: hexOf(inputSalt),
    output_salt: hexOf(outputSalt),
  };
  return { inputs, publics: [root, input, output, result, mod(context)] };
}
