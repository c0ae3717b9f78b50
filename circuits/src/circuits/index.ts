export { type DeltaValues, deltaCircuit } from "./delta.js";
export { decodeResult, type InferenceValues, inferenceCircuit, MARGIN_BITS } from "./inference.js";
export { type RegisterValues, registerCircuit } from "./register.js";
export { type SgdValues, sgdCircuit } from "./sgd.js";
export type { SaltedWeights, Tier } from "./tiers.js";
