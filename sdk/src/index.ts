export { Offence, type SignedReceipt } from "./actions/arbiter/conviction.js";
export type { Bound } from "./actions/bind.js";
export type { Appended, AppendParameters } from "./actions/deltas/append.js";
export type { AppendProof, RecordedProof } from "./actions/deltas/append-proof.js";
export type { Paged, PageOptions } from "./actions/paged.js";
export type { KnownVersion } from "./actions/proofs/known-version.js";
export type { UpcomingVersion, VersionRef } from "./actions/proofs/ledger.js";
export type { LinkProof, ProveLink } from "./actions/proofs/make-link.js";
export type {
  DeltaProof,
  InferenceProof,
  Prove,
  ProveDelta,
  ProveInference,
  ProveRegistration,
  RegistrationProof,
} from "./actions/proofs/prove.js";
export type { OpenedVersion, ProvingOptions } from "./actions/proofs/proving.js";
export type { ReceiptUse } from "./actions/proofs/statements.js";
export type {
  Verified,
  VerifyDelta,
  VerifyInference,
  VerifyLink,
  VerifyRegistration,
} from "./actions/proofs/verify.js";
export type { ProvenInference } from "./actions/proofs/verify-inferences.js";
export type { Read, ReadOptions } from "./actions/read.js";
export type { Overrides, PreparedTransaction, Sent } from "./actions/transaction.js";
export type { Write } from "./actions/write.js";
export { createFreehold, type Freehold, type FreeholdOptions } from "./client.js";
export { type ContractName, type Contracts, contractAt, interfaceOf } from "./contracts.js";
export { buildCommitment, type DatasetCommitment, recordSalt } from "./datasets.js";
export { type DeployedContract, type Deployment, parseDeployment, TEE_VERIFIERS } from "./deployment.js";
export * from "./eip712/index.js";
export * from "./errors/index.js";
export { fromHex, type Hex, isHex, sameHex, toHex } from "./hex.js";
export * from "./inference/index.js";
export * from "./proofs/index.js";
export * from "./sealing/index.js";
export * from "./settlement/index.js";
export * from "./types.js";
export * from "./wire/index.js";
