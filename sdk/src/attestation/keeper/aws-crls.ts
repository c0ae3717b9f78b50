import { keccak256 } from "ethers";
import type { Contracts } from "../../contracts.js";
import { type Hex, toHex } from "../../hex.js";
import { newestEvent } from "../events.js";
import { cachedCertificates, chainHints } from "../nitro/aux.js";
import { commonNameOf, readCertificate, toBeSigned } from "../nitro/certificate.js";
import { authorityOf, CRL_CHUNK, crlSubmission, type NitroCrl } from "../nitro/crl.js";
import type { CrlSource } from "../nitro/crl-sources.js";
import { type DownloadOptions, download } from "./download.js";
import { malformed } from "./errors.js";
import type { CollateralItem } from "./keeper.js";
import { readList } from "./lists.js";
import { isIssuedBy } from "./signatures.js";
import { submit } from "./submit.js";

type Store = Contracts["NitroCertStore"];

const NOTHING = `0x${"00".repeat(32)}`;

/**
 * Revocation list of an authority of AWS. It ends nothing by itself: certificates count for as long as they say. When it has ended, revocations since
 * are not known.
 * @param fromBlock where the store was deployed
 */
export function awsCrlItem(
  store: Store,
  source: CrlSource,
  fromBlock: number,
  options: DownloadOptions,
): CollateralItem {
  const { url, authorityDer } = source;
  const name = `CRL of ${commonNameOf(readCertificate(authorityDer))}`;
  const authority = authorityOf(authorityDer);
  return {
    name,
    validUntil: () => endOf(store, authority, fromBlock),
    async *refresh() {
      const list = readList((await download(url, options)).bytes, name);
      const news = await newsOf(store, list, authority);
      if (news === "none") return;
      if (news === "list") {
        // Before the authority's certificates are paid for.
        if (!isIssuedBy(list.der, authorityDer)) throw malformed(`${name}: ${url} is not signed by its authority`);
        yield* cacheAuthority(store, source);
        const submission = crlSubmission(list.der, source.authorityId, authorityDer);
        yield* send(store, store.interface.encodeFunctionData("submitCrl", [...submission]));
      }
      yield* readOn(store, list.der, authority);
    },
  };
}

/** What of a list is new: all of it, entries that nobody had recorded, or nothing. */
async function newsOf(store: Store, list: NitroCrl, authority: Hex): Promise<"list" | "entries" | "none"> {
  const stored = await store.listOf(authority);
  if (stored.tbsHash === NOTHING || list.number > stored.number) return "list";
  return keccak256(toBeSigned(list.der)) === stored.tbsHash ? "entries" : "none";
}

/** The end of the stored list, which only its event says. */
async function endOf(store: Store, authority: Hex, fromBlock: number): Promise<bigint> {
  const { tbsHash, number, thisUpdate } = await store.listOf(authority);
  if (tbsHash === NOTHING) return 0n;
  const filter = store.filters.RevocationListAccepted(authority);
  const query = (first: number, last: number) => store.queryFilter(filter, first, last);
  const found = await newestEvent(store.runner?.provider, query, fromBlock, (event) => event.number === number);
  // Without its logs: known to have been good then.
  return found?.nextUpdate ?? thisUpdate;
}

/** Makes the authority's chain known, unless it is; the root comes with its list. */
async function* cacheAuthority(store: Store, { authorityChain }: CrlSource): AsyncGenerator<Hex> {
  if (authorityChain.length < 2) return;
  const cached = await cachedCertificates(authorityChain, store);
  if (cached.every(Boolean)) return;
  const chain = authorityChain.map(toHex);
  yield* send(store, store.interface.encodeFunctionData("submitChain", [chain, chainHints(authorityChain, cached)]));
}

/** Records entries that one transaction had no room for. */
async function* readOn(store: Store, der: Uint8Array, authority: Hex): AsyncGenerator<Hex> {
  while (!(await store.continueCrl.staticCall(der, authority, 0n))) {
    yield* send(store, store.interface.encodeFunctionData("continueCrl", [der, authority, CRL_CHUNK]));
  }
}

function send(store: Store, data: string): AsyncGenerator<Hex> {
  return submit("NitroCertStore", store, data);
}
