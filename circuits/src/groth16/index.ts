export { randomScalar } from "../field.js";
export type { SetupOptions } from "../prover/jobs.js";
export { type BatchItem, verifyBatch } from "./batch.js";
export { decodeVerifyingKey } from "./decode-key.js";
export { decodeKey, encodeKey, KeyError, type ProvingKey } from "./key.js";
export { checkContribution, contribute, type Phase2Secrets } from "./phase2.js";
export { type G1Point, type G2Point, PointError } from "./points.js";
export { setupFromPtau } from "./powers.js";
export { decodeProof, encodeProof, PROOF_BYTES, type Proof, proofToJson } from "./proof.js";
export { createProver, type ProveOptions, type Prover, prove } from "./prove.js";
export { DEVELOPMENT_SEED, developmentSetup, type Secrets, setupWith } from "./setup.js";
export {
  checkVerifyingKey,
  encodeVerifyingKey,
  type VerifyingKey,
  VerifyingKeyError,
  verify,
  verifyingKey,
  verifyingKeyFromJson,
  verifyingKeyToJson,
} from "./verify.js";
