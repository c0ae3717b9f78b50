import { buildCommitment } from "./build-commitment.js";
import { commitDataset } from "./commit-dataset.js";
import { consent } from "./consent.js";
import { consentFor } from "./consent-for.js";
import { consentUntil } from "./consent-until.js";
import { datasetIdOf } from "./dataset-id-of.js";
import { datasetOf } from "./dataset-of.js";
import { eip712Domain } from "./eip712-domain.js";
import { mayCite } from "./may-cite.js";
import { nonces } from "./nonces.js";
import { parameters } from "./parameters.js";
import { pool } from "./pool.js";
import { poolSize } from "./pool-size.js";
import { requireConsents } from "./require-consents.js";
import { revokeConsent } from "./revoke-consent.js";
import { setPublic } from "./set-public.js";
import { signConsent } from "./sign-consent.js";

/** DatasetRegistry: datasets and consents. */
export const datasetsActions = {
  buildCommitment,
  commitDataset,
  consent,
  consentFor,
  consentUntil,
  datasetIdOf,
  datasetOf,
  eip712Domain,
  mayCite,
  nonces,
  parameters,
  pool,
  poolSize,
  requireConsents,
  revokeConsent,
  setPublic,
  signConsent,
};
