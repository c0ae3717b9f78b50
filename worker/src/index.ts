export type { Addresses } from "./chain/deployment.js";
export { readDeployment } from "./chain/deployment.js";
export type { WorkerConfig } from "./config.js";
export { DEVELOPMENT_TEST_ROOT, developmentProvider } from "./enclave/development.js";
export { measureCode } from "./enclave/measurement.js";
export { openProvider, type TeeConfig } from "./enclave/open.js";
export { asIs, type PrepareContext, type PrepareEvidence } from "./enclave/prepare.js";
export {
  type AttestationRequest,
  type EnclaveProvider,
  type Evidence,
  type SealingProvider,
  TEE_KINDS,
  type TeeKind,
  type VolatileProvider,
} from "./enclave/provider.js";
export { OperatorError, UsageError, WorkerError } from "./errors.js";
export type { SettlementPolicy } from "./settlement/policy.js";
export { openTowerStore, type TowerStore } from "./watchtower/store.js";
export { Worker } from "./worker.js";
