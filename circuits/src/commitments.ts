import { constant } from "./builder/linear.js";
import { CircuitError } from "./errors.js";
import { commitPlain, dataElements, outputElements } from "./gadgets/commitment.js";
import { packCounts, plainCounts } from "./gadgets/inputs.js";
import { packedConstants } from "./gadgets/model.js";
import { assertWeights, type ModelWeights, packModel, requireLayout, type Shape } from "./model.js";
import { FIELD } from "./r1cs.js";
import type { Sample } from "./reference.js";

/**
 * Poseidon root of a version's weights.
 * @param salt uniform below FIELD and another one for every version: the root must not show that two versions are equal
 * @throws CircuitError `UNFIT_ARCHITECTURE`, `UNFIT_WEIGHTS`, `BAD_INPUT`
 */
export function poseidonRoot(shape: Shape, weights: ModelWeights, salt: bigint): bigint {
  const layout = requireLayout(shape);
  assertWeights(layout, weights);
  return commitPlain("weights", packedConstants(layout, weights).elements, salt);
}

/**
 * The field elements that a Pedersen anchor commits to (tier 2), in [0, FIELD).
 * @throws CircuitError `UNFIT_ARCHITECTURE`, `UNFIT_WEIGHTS`
 */
export function weightsElements(shape: Shape, weights: ModelWeights): bigint[] {
  const layout = requireLayout(shape);
  assertWeights(layout, weights);
  return packModel(layout, weights).map((element) => (element < 0n ? element + FIELD : element));
}

/** Commitment to the difference of two versions. @throws CircuitError as {@link poseidonRoot} */
export function deltaCommitment(shape: Shape, base: ModelWeights, next: ModelWeights, salt: bigint): bigint {
  const layout = requireLayout(shape);
  assertWeights(layout, base);
  assertWeights(layout, next);
  const before = packModel(layout, base);
  const change = packModel(layout, next).map((element, i) => constant(element - (before[i] as bigint)));
  return commitPlain("delta", change, salt);
}

/** Commitment to a request's counts. @throws CircuitError `UNFIT_ARCHITECTURE`, `BAD_INPUT` */
export function inputCommitment(shape: Shape, counts: ArrayLike<number>, salt: bigint): bigint {
  return commitPlain("input", packCounts(plainCounts(requireLayout(shape), counts)), salt);
}

/** Commitment to an answer's logits. @throws CircuitError `UNFIT_ARCHITECTURE`, `BAD_INPUT` */
export function outputCommitment(shape: Shape, logits: readonly (number | bigint)[], salt: bigint): bigint {
  const layout = requireLayout(shape);
  const offset = 1n << BigInt(layout.logitBits);
  if (logits.length !== layout.classes) {
    throw new CircuitError("BAD_INPUT", `the model has ${layout.classes} logits, not ${logits.length}`);
  }
  const shifted = logits.map((logit, c) => {
    const whole = typeof logit === "bigint" || Number.isSafeInteger(logit);
    const value = whole ? BigInt(logit) + offset : -1n;
    if (value < 0n || value >= 2n * offset) {
      throw new CircuitError("BAD_INPUT", `logit ${c} is not an integer below 2^${layout.logitBits}`);
    }
    return constant(value);
  });
  return commitPlain("output", outputElements(layout, shifted), salt);
}

/** Commitment to a mini-batch. @throws CircuitError `UNFIT_ARCHITECTURE`, `BAD_INPUT` */
export function dataCommitment(shape: Shape, samples: readonly Sample[], salt: bigint): bigint {
  const layout = requireLayout(shape);
  const labels = samples.map(({ label }) => {
    if (Number.isInteger(label) && label >= 0 && label < layout.classes) return constant(BigInt(label));
    throw new CircuitError("BAD_INPUT", `label ${label} is not one of ${layout.classes} classes`);
  });
  const elements = samples.map(({ counts }) => plainCounts(layout, counts));
  return commitPlain("data", dataElements(elements, labels), salt);
}

/** A salt from the platform's generator: 48 bytes reduced, so that the bias is below 2^-128. */
export function randomSalt(): bigint {
  let value = 0n;
  for (const byte of crypto.getRandomValues(new Uint8Array(48))) value = (value << 8n) | BigInt(byte);
  return value % FIELD;
}
