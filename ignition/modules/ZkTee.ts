import { buildModule } from "@nomicfoundation/ignition-core";

/**
 * An optional route to reports of AWS Nitro Enclaves by a zkVM's proofs, beside what `Freehold` deploys. Which gateway there is, and where, is a
 * chain's own; which program proves, its author's. It counts for nobody before governance, or a line, accepts it: see docs/attestation.md.
 *
 * Parameters: `system` (0 SP1, 1 RISC Zero), `gateway`, `route` (first 4 bytes of the proofs that count), `programId`, `nitroCertStore` (the
 * deployment's NitroCertStore).
 */
export default buildModule("ZkTee", (m) => {
  const names = ["system", "gateway", "route", "programId", "nitroCertStore"] as const;
  return { ZkTeeVerifier: m.contract("ZkTeeVerifier", [...names.map((name) => m.getParameter(name))]) };
});
