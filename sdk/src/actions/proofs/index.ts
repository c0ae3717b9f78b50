import { circuitIdOf } from "./circuit-id-of.js";
import { deltaContextOf } from "./delta-context-of.js";
import { deltaOf } from "./delta-of.js";
import { isPinned } from "./is-pinned.js";
import { parameters } from "./parameters.js";
import { pin } from "./pin.js";
import { policyAt } from "./policy-at.js";
import { prove } from "./prove.js";
import { proveDelta } from "./prove-delta.js";
import { proveRegistration } from "./prove-registration.js";
import { registrationContextOf } from "./registration-context-of.js";
import { registrationOf } from "./registration-of.js";
import { setProofPolicy } from "./set-proof-policy.js";
import { verifierOf } from "./verifier-of.js";
import { verify } from "./verify.js";

/** VersionProofs and ProofKeys: what is proven of versions, what lines ask for, and by which keys; and proofs, made and verified here. */
export const proofsActions = {
  circuitIdOf,
  deltaContextOf,
  deltaOf,
  isPinned,
  parameters,
  pin,
  policyAt,
  prove,
  proveDelta,
  proveRegistration,
  registrationContextOf,
  registrationOf,
  setProofPolicy,
  verifierOf,
  verify,
};
