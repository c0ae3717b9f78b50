import { contractAt, toHex } from "@freehold/sdk";
import { dcapAux, heldCollateral, nitroAux, parseNitroDocument, trimQuote } from "@freehold/sdk/attestation";
import type { Provider } from "ethers";
import type { Addresses } from "../chain/deployment.js";
import { asIs, type PrepareEvidence } from "./prepare.js";

/**
 * Makes of evidence what the deployment's verifiers take: a Nitro document with hints for the signatures that are not cached, a trimmed quote with
 * the collateral that the chain holds. Everything that it asks the chain for is checked by the chain again.
 */
export function prepareFor({ deployment }: Pick<Addresses, "deployment">, provider: Provider): PrepareEvidence {
  return async (raw, context) => {
    switch (context.kind) {
      case "development":
        return asIs(raw, context);
      case "nitro": {
        const verifier = contractAt("NitroVerifier", context.verifier, provider);
        const store = contractAt("NitroCertStore", await verifier.STORE(), provider);
        return { evidence: toHex(raw), aux: await nitroAux(parseNitroDocument(raw), store) };
      }
      case "tdx":
      case "dstack": {
        const verifier = contractAt("DcapVerifier", context.verifier, provider);
        const collateral = contractAt("DcapCollateral", await verifier.COLLATERAL(), provider);
        const held = await heldCollateral(raw, collateral, deployment.contracts.DcapCollateral?.deployBlock);
        return { evidence: toHex(trimQuote(raw)), aux: dcapAux(held) };
      }
    }
  };
}
