import type { ContractFuture, IgnitionModuleBuilder } from "@nomicfoundation/ignition-core";

/** keccak256 of AWS_NitroEnclaves_Root-G1 in DER; its SHA-256, which AWS publishes, is 641a0321..9bb5b. */
const AWS_NITRO_ROOT = "0x311d96fcd5c5e0ccf72ef548e2ea7d4c0cd53ad7c4cc49e67471aed41d61f185";

/** Verifies AWS Nitro Enclaves below AWS's own root. Nobody governs either contract. */
export function nitro(
  m: IgnitionModuleBuilder,
  { Sha384, P384 }: { Sha384: ContractFuture<string>; P384: ContractFuture<string> },
) {
  const NitroCertStore = m.contract("NitroCertStore", [AWS_NITRO_ROOT, Sha384, P384]);
  const NitroVerifier = m.contract("NitroVerifier", [NitroCertStore, Sha384, P384]);
  return { NitroCertStore, NitroVerifier };
}
