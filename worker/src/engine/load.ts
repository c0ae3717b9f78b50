import { parseArchitecture } from "./architecture.js";
import type { InferenceEngine } from "./engine.js";
import { IntegerEngine } from "./integer.js";
import { decodeMlpWeights } from "./mlp-weights.js";
import { OnnxEngine } from "./onnx.js";

/**
 * Loads a model. The caller has checked both files against the chain: `architecture` by its SHA-256, `weights` by its root.
 * @param architecture the architecture file; its `type` chooses the engine
 * @param weights the effective model file, after the deltas of its version
 * @throws EngineError `BAD_ARCHITECTURE`, `BAD_WEIGHTS`, `OUT_OF_BOUNDS`
 */
export async function loadEngine(architecture: Uint8Array, weights: Uint8Array): Promise<InferenceEngine> {
  const parsed = parseArchitecture(architecture);
  if (parsed.type === "onnx") return OnnxEngine.load(parsed, weights);
  return new IntegerEngine(parsed, decodeMlpWeights(parsed, weights));
}
