export type { Hex } from "../hex.js";
export { CHUNK_BYTES, chunkCount } from "./chunk.js";
export { type CommitmentSecrets, commitmentMetadata, readCommitmentSecrets } from "./commitment-salt.js";
export { type ApplyOptions, applyDelta, applyDeltas, type DeltaStep } from "./delta/apply.js";
export { createDense, createSparse, type DeltaOptions } from "./delta/elementwise.js";
export type { WeightsFile } from "./delta/file.js";
export { createLora, type LoraAdapter, type LoraOptions } from "./delta/lora.js";
export { DELTA_KINDS, type DeltaKind, type DeltaMetadata, readDeltaMetadata } from "./delta/metadata.js";
export {
  type ChunkLeaf,
  chunkLeaves,
  type DigestOptions,
  hashChunk,
  type Progress,
  type WeightsDigest,
  type WeightsDigestWithLeaves,
  weightsRoot,
} from "./digest.js";
export { WeightsError, type WeightsErrorCode } from "./errors.js";
export { type LeafHasher, platformLeafHasher, StreamingLeafHasher, WebCryptoLeafHasher } from "./leaf-hasher.js";
export { type ChunkManifest, chunkLength, parseManifest, type VerifyOptions, verifyChunks } from "./manifest.js";
export {
  type InclusionProof,
  inclusionProof,
  MerkleAccumulator,
  merkleRoot,
  verifyInclusion,
} from "./merkle.js";
export { DTYPES, type Dtype, dtypeSize, type FloatDtype, type IntDtype } from "./safetensors/dtype.js";
export {
  type HeaderLimits,
  headerLength,
  MAX_HEADER_BYTES,
  MAX_TENSORS,
  parseHeader,
  type SafetensorsHeader,
  type TensorInfo,
} from "./safetensors/header.js";
export { checkFinite, type ReadOptions, readSafetensors } from "./safetensors/reader.js";
export {
  type Elements,
  elementCount,
  elements,
  type Safetensors,
  type Tensor,
  tensorOf,
  type ViewOf,
} from "./safetensors/tensor.js";
export { layoutSafetensors, type SafetensorsLayout, writeSafetensors } from "./safetensors/writer.js";
export type { WeightsSource } from "./source.js";
