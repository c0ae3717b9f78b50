import { addStake } from "./add-stake.js";
import { approveStake } from "./approve-stake.js";
import { bindingOf } from "./binding-of.js";
import { compensationOf } from "./compensation-of.js";
import { defaultMeasurement } from "./default-measurement.js";
import { enclaveOf } from "./enclave-of.js";
import { enclaveTtl } from "./enclave-ttl.js";
import { freeStakeOf } from "./free-stake-of.js";
import { isPayable } from "./is-payable.js";
import { isSlasher } from "./is-slasher.js";
import { liabilities } from "./liabilities.js";
import { lineMeasurement } from "./line-measurement.js";
import { lineVerifier } from "./line-verifier.js";
import { measurementList } from "./measurement-list.js";
import { multicall } from "./multicall.js";
import { nodeCount } from "./node-count.js";
import { nodeOf } from "./node-of.js";
import { nodes } from "./nodes.js";
import { parameters } from "./parameters.js";
import { payoutOf } from "./payout-of.js";
import { policyOf } from "./policy-of.js";
import { recheck } from "./recheck.js";
import { register } from "./register.js";
import { registerEnclave } from "./register-enclave.js";
import { requestThaw } from "./request-thaw.js";
import { requirePayable } from "./require-payable.js";
import { revokeEnclave } from "./revoke-enclave.js";
import { setDefaultMeasurement } from "./set-default-measurement.js";
import { setEnclaveTtl } from "./set-enclave-ttl.js";
import { setLineMeasurement } from "./set-line-measurement.js";
import { setLineVerifier } from "./set-line-verifier.js";
import { setPolicy } from "./set-policy.js";
import { setSlashers } from "./set-slashers.js";
import { setVerifier } from "./set-verifier.js";
import { slash } from "./slash.js";
import { startMeasurementList } from "./start-measurement-list.js";
import { update } from "./update.js";
import { verifierWindow } from "./verifier-window.js";
import { withdrawCompensation } from "./withdraw-compensation.js";
import { withdrawStake } from "./withdraw-stake.js";

/** NodeRegistry: nodes, stake, enclaves and policies. */
export const nodesActions = {
  addStake,
  approveStake,
  bindingOf,
  compensationOf,
  defaultMeasurement,
  enclaveOf,
  enclaveTtl,
  freeStakeOf,
  isPayable,
  isSlasher,
  liabilities,
  lineMeasurement,
  lineVerifier,
  measurementList,
  multicall,
  nodeCount,
  nodeOf,
  nodes,
  parameters,
  payoutOf,
  policyOf,
  recheck,
  register,
  registerEnclave,
  requestThaw,
  requirePayable,
  revokeEnclave,
  setDefaultMeasurement,
  setEnclaveTtl,
  setLineMeasurement,
  setLineVerifier,
  setPolicy,
  setSlashers,
  setVerifier,
  slash,
  startMeasurementList,
  update,
  verifierWindow,
  withdrawCompensation,
  withdrawStake,
};
