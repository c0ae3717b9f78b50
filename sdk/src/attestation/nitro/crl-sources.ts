import { type Certificate, CRLDistributionPoints, type GeneralName } from "pkijs";
import type { Hex } from "../../hex.js";
import { chainIds, readCertificate } from "./certificate.js";

/** Where an authority of a chain publishes its revocation list, for NitroCertStore.submitCrl. */
export interface CrlSource {
  /** http(s). */
  readonly url: string;
  /** Id of the authority's certificate in NitroCertStore. */
  readonly authorityId: Hex;
  readonly authorityDer: Uint8Array;
  /** DER of the authority's chain: the root first, the authority last. */
  readonly authorityChain: readonly Uint8Array[];
}

const CRL_DISTRIBUTION_POINTS = "2.5.29.31";
/** GeneralName's uniformResourceIdentifier (RFC 5280, 4.2.1.6). */
const URI = 6;

/**
 * Where the lists that cover a chain lie: each certificate names the one of the authority above it. AWS's leaves and instances, which live
 * for a day at most, have none. Throws `BAD_CERTIFICATE`.
 * @param chain DER, the root first
 */
export function crlSources(chain: readonly Uint8Array[]): CrlSource[] {
  const ids = chainIds(chain);
  return chain.slice(1).flatMap((der, i) =>
    urlsOf(readCertificate(der)).map((url) => ({
      url,
      authorityId: ids[i] as Hex,
      authorityDer: chain[i] as Uint8Array,
      authorityChain: chain.slice(0, i + 1),
    })),
  );
}

function urlsOf(certificate: Certificate): string[] {
  const points = certificate.extensions?.find(({ extnID }) => extnID === CRL_DISTRIBUTION_POINTS)?.parsedValue;
  if (!(points instanceof CRLDistributionPoints)) return [];
  return points.distributionPoints.flatMap(({ distributionPoint }) =>
    Array.isArray(distributionPoint) ? distributionPoint.flatMap((name) => urlOf(name)) : [],
  );
}

function urlOf(name: GeneralName): string[] {
  return name.type === URI && typeof name.value === "string" && /^https?:\/\//.test(name.value) ? [name.value] : [];
}
