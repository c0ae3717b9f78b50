import { p384Table } from "@freehold/sdk/attestation";
import type { IgnitionModuleBuilder } from "@nomicfoundation/ignition-core";
import { hexlify } from "ethers";
import { nitro } from "./nitro.ts";

/** What the certificate of Intel's SGX Root CA says (2018 to 2049); `DcapCollateral.isRoot` compares it with the certificate itself. */
export const INTEL_ROOT = {
  x: "0x0ba9c4c0c0c86193a3fe23d6b02cda10a8bbd4e88e48b4458561a36e705525f5",
  y: "0x67918e2edc88e40d860bd0cc4ee26aacc988e505a953558c453f6b0904ae7394",
  subjectHash: "0x3112c8e9428b5c08824e727e3ea896f3597c8a91caeafe57d64a4bc08df71dfb",
  keyIdHash: "0x288d26cfed80c99b81998cd0da17a190fb4a1c9c5d3d491df2e10720ac1fdd55",
  notAfter: 2_524_607_999n,
} as const;

/**
 * The verifiers of real environments, below the vendors' own roots: AWS Nitro, Intel SGX and TDX. Nobody governs any of them; NodeRegistry's
 * governance accepts the two verifiers, or does not.
 */
export function attestation(m: IgnitionModuleBuilder) {
  const Sha384 = m.contract("Sha384");
  const P384Table = m.contract("P384Table", [hexlify(p384Table())]);
  const P384Plain = m.contract("P384Plain", [P384Table]);
  const P384 = m.contract("P384", [P384Table, P384Plain]);
  const IntelJsonReader = m.contract("IntelJsonReader");
  const DcapCollateral = m.contract("DcapCollateral", [INTEL_ROOT, IntelJsonReader]);
  const DcapVerifier = m.contract("DcapVerifier", [DcapCollateral]);
  return { ...nitro(m, { Sha384, P384 }), P384, P384Plain, Sha384, DcapCollateral, DcapVerifier };
}
