export {
  type Architecture,
  architectureHash,
  encodeArchitecture,
  type NgramMlpArchitecture,
  type OnnxArchitecture,
  type OnnxInput,
  parseArchitecture,
} from "./architecture.js";
export { argmax, type InferenceEngine, type InferenceResult, type TensorOutput } from "./engine.js";
export { EngineError, type EngineErrorCode, type EngineErrorDetails } from "./errors.js";
export { Featuriser, type FeaturiserSpec, MAX_TEXT_LENGTH, ngrams, stem, tokenise } from "./featuriser.js";
export { IntegerEngine } from "./integer.js";
export { loadEngine } from "./load.js";
export { decodeMlpWeights, encodeMlpWeights, type MlpWeights } from "./mlp-weights.js";
export { OnnxEngine } from "./onnx.js";
