import { min } from "../../bigint.js";
import { toHex } from "../../hex.js";
import { issuerIdOf } from "../dcap/calls.js";
import { malformed } from "./errors.js";
import type { IntelCollateralSource, PckCa } from "./intel.js";
import { addIssuer, type Collateral, type IntelItem, send, signerOf } from "./intel-issuers.js";
import { readList } from "./lists.js";
import { isIssuedBy } from "./signatures.js";

/** Revocation list of Intel's root. Everything else counts no longer than it does: it comes first. */
export function rootCrlItem(source: IntelCollateralSource): IntelItem {
  const name = "CRL of Intel's root";
  return (collateral) => ({
    name,
    validUntil: async () => (await collateral.rootCrl()).nextUpdate,
    async *refresh() {
      const der = await source.rootCrl();
      const { thisUpdate } = readList(der, name);
      if (BigInt(thisUpdate) <= (await collateral.rootCrl()).thisUpdate) return;
      yield* send(collateral, "updateRootCrl", toHex(der));
    },
  });
}

/**
 * Revocation list of a CA that issues PCK certificates. The contract keeps it by the certificate of the CA, which Intel renews: which one that is now
 * comes with the list, so that it is downloaded to be looked at, too.
 * @param older DER of other certificates of this CA, under which PCK certificates of before are known
 */
export function pckCrlItem(source: IntelCollateralSource, ca: PckCa, older: readonly Uint8Array[] = []): IntelItem {
  const name = `CRL of the PCK ${ca} CA`;
  const published = async () => {
    const { der, issuerChain } = await source.pckCrl(ca);
    const issuers = new Map([signerOf(issuerChain, name), ...older].map((issuer) => [issuerIdOf(issuer), issuer]));
    return { der, issuers: [...issuers.values()] };
  };
  return (collateral) => ({
    name,
    async validUntil() {
      const ends = (await published()).issuers.map((issuer) => endOf(collateral, issuer));
      return (await Promise.all(ends)).reduce(min);
    },
    async *refresh() {
      const { der, issuers } = await published();
      const { thisUpdate } = readList(der, name);
      for (const issuer of issuers) {
        const id = issuerIdOf(issuer);
        if (BigInt(thisUpdate) <= (await collateral.pckCrlOf(id)).thisUpdate) continue;
        // Before the issuer's certificate is paid for.
        if (!isIssuedBy(der, issuer)) throw malformed(`${name}: its issuer did not sign it`);
        yield* addIssuer(collateral, issuer);
        yield* send(collateral, "updatePckCrl", toHex(der), id);
      }
    },
  });
}

/** Until when the list of an issuer counts: no longer than the issuer itself. */
async function endOf(collateral: Collateral, issuer: Uint8Array): Promise<bigint> {
  const id = issuerIdOf(issuer);
  const [{ nextUpdate }, { notAfter, revoked }] = await Promise.all([collateral.pckCrlOf(id), collateral.issuerOf(id)]);
  return revoked ? 0n : min(nextUpdate, notAfter);
}
