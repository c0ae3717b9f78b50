export type { Addresses } from "./chain/deployment.js";
export { readDeployment } from "./chain/deployment.js";
export type { WorkerConfig } from "./config.js";
export { DEVELOPMENT_TEST_ROOT, developmentProvider } from "./enclave/development.js";
export { measureCode } from "./enclave/measurement.js";
export type { AttestationRequest, EnclaveProvider, Evidence } from "./enclave/provider.js";
export { OperatorError, UsageError, WorkerError } from "./errors.js";
export type { SettlementPolicy } from "./settlement/plan.js";
export { Worker } from "./worker.js";
