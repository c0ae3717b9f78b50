import { keccak256 } from "ethers";
import type { Freehold } from "../../client.js";
import { decoded } from "../../errors/decode.js";
import { commonNameOf, readCertificate } from "../nitro/certificate.js";
import { authorityOf } from "../nitro/crl.js";
import { type CrlSource, crlSources } from "../nitro/crl-sources.js";
import { awsCrlItem } from "./aws-crls.js";
import type { DownloadOptions } from "./download.js";
import { CollateralError, malformed } from "./errors.js";
import type { CollateralItem } from "./keeper.js";
import { isIssuedBy } from "./signatures.js";

export interface AwsItemsOptions extends DownloadOptions {
  /** With a signer, unless nothing is sent. */
  readonly freehold: Pick<Freehold, "contract" | "deployment">;
  /** Chains of certificates that were seen, as DER, the root first: `parseNitroDocument(document).chain`. */
  readonly chains: readonly (readonly Uint8Array[])[];
  /** Unix seconds of the chain: authorities that have ended need no list any more. */
  readonly now: bigint;
  /** Stands for scheme and host of where AWS publishes, for mirrors. */
  readonly mirror?: string;
}

/**
 * The revocation lists of AWS that cover chains, each once: of the root, and of the regional authorities. Where they lie is what the certificates
 * say, so that each chain is verified before anybody is asked. An authority that has ended is an item that stays expired.
 * @throws CollateralError `COLLATERAL_MALFORMED`: a chain is not signed from the store's root on
 * @throws ConfigurationError `MISSING_CONTRACT`
 */
export async function awsItems(options: AwsItemsOptions): Promise<CollateralItem[]> {
  const { freehold, chains, now, mirror } = options;
  const store = freehold.contract("NitroCertStore");
  const rootHash = await decoded("NitroCertStore", () => store.ROOT_HASH());
  const sources = new Map<string, CrlSource>();
  const ended = new Map<string, CollateralItem>();
  for (const chain of chains) {
    requireChain(chain, rootHash);
    for (const source of crlSources(chain)) {
      if (!isInForce(source, now)) {
        const item = endedItem(source);
        ended.set(item.name, item);
        continue;
      }
      const url = mirror === undefined ? source.url : mirrored(source.url, mirror);
      const key = `${authorityOf(source.authorityDer)} ${url}`;
      const known = sources.get(key);
      // Of two certificates for one key the one that lasts.
      if (known === undefined || endOf(known) < endOf(source)) sources.set(key, { ...source, url });
    }
  }
  const fromBlock = freehold.deployment.contracts.NitroCertStore?.deployBlock ?? 0;
  const byDepth = [...sources.values()].sort((a, b) => a.authorityChain.length - b.authorityChain.length);
  return [...byDepth.map((source) => awsCrlItem(store, source, fromBlock, options)), ...ended.values()];
}

function requireChain(chain: readonly Uint8Array[], rootHash: string): void {
  const [root, ...below] = chain;
  if (root === undefined || keccak256(root) !== rootHash) {
    throw malformed(`a chain begins with another root than NitroCertStore's, ${rootHash}`);
  }
  for (const [i, der] of below.entries()) {
    if (!isIssuedBy(der, chain[i] as Uint8Array)) {
      throw malformed(`certificate ${i + 1} of a chain is not signed by the one before it`);
    }
  }
}

/** Says that newer certificates have to be passed: nobody publishes the list of an authority that has ended. */
function endedItem(source: CrlSource): CollateralItem {
  const name = `CRL of ${commonNameOf(readCertificate(source.authorityDer))}`;
  return {
    name,
    validUntil: async () => endOf(source),
    // biome-ignore lint/correctness/useYield: there is nothing to be sent
    async *refresh() {
      throw new CollateralError("CERTIFICATES_ENDED", `${name}: the certificate of this authority has ended`, {
        hint: "Pass a document that an enclave made lately; leave the old one out.",
      });
    },
  };
}

const unix = (date: Date) => BigInt(Math.floor(date.getTime() / 1000));

const endOf = ({ authorityDer }: CrlSource) => unix(readCertificate(authorityDer).notAfter.value);

function isInForce({ authorityChain }: CrlSource, now: bigint): boolean {
  return authorityChain.map(readCertificate).every(({ notBefore, notAfter }) => {
    return unix(notBefore.value) <= now && now <= unix(notAfter.value);
  });
}

function mirrored(url: string, mirror: string): string {
  const { pathname, search } = new URL(url);
  return `${mirror.replace(/\/+$/, "")}${pathname}${search}`;
}
