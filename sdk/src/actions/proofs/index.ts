import { circuitIdOf } from "./circuit-id-of.js";
import { deltaContextOf } from "./delta-context-of.js";
import { deltaOf } from "./delta-of.js";
import { digestsOf } from "./digests-of.js";
import { isDelta } from "./is-delta.js";
import { isPinned } from "./is-pinned.js";
import { link } from "./link.js";
import { parameters } from "./parameters.js";
import { pin } from "./pin.js";
import { policyAt } from "./policy-at.js";
import { prove } from "./prove.js";
import { proveDelta } from "./prove-delta.js";
import { proveRegistration } from "./prove-registration.js";
import { registrationContextOf } from "./registration-context-of.js";
import { registrationOf } from "./registration-of.js";
import { setProofPolicy } from "./set-proof-policy.js";
import { showDelta } from "./show-delta.js";
import { sumOf } from "./sum-of.js";
import { verifierOf } from "./verifier-of.js";
import { verify } from "./verify.js";
import { verifyInferences } from "./verify-inferences.js";

/** VersionProofs and ProofKeys: what is proven of versions, what lines ask for, and by which keys; and proofs, made and verified here. */
export const proofsActions = {
  circuitIdOf,
  deltaContextOf,
  deltaOf,
  digestsOf,
  isDelta,
  isPinned,
  link,
  parameters,
  pin,
  policyAt,
  prove,
  proveDelta,
  proveRegistration,
  registrationContextOf,
  registrationOf,
  setProofPolicy,
  showDelta,
  sumOf,
  verifierOf,
  verify,
  verifyInferences,
};
