// The keeper against the real store, with an authority and a bucket that are AWS's in all but their keys.
import { contractAt } from "@freehold/sdk";
import {
  authorityOf,
  awsItems,
  type CollateralItem,
  crlSubmission,
  type KeeperReport,
  keep,
} from "@freehold/sdk/attestation";
import { expect } from "chai";
import { errorOf } from "../model/utils/errors.ts";
import { type CrlFields, keyOf, makeChain, makeCrl, publishedAt, type TestChain } from "./utils/authority.ts";
import { makeDocument } from "./utils/document.ts";
import { auxFor, cacheChain, chainAt, deployNitro, expectRefused, GAS, goTo, type Nitro } from "./utils/nitro.ts";
import { type Publisher, publisher } from "./utils/publisher.ts";

const AT = 1_800_000_000;
const NOW = BigInt(AT + 60);
const DAY = 86_400;

describe("attestation: a keeper of AWS's revocation lists", function () {
  this.timeout(60_000);
  let nitro: Nitro;
  let bucket: Publisher;
  let count = 0;

  before(async () => {
    bucket = await publisher();
    nitro = await deployNitro(await chainAt(AT - 1000), makeChain(AT).certificates[0]!);
    await goTo(nitro.connection, AT + 10);
  });
  after(async () => {
    bucket.close();
    await nitro.connection.close();
  });
  // The root's list is the same for all: only the first to see it has to send it.
  beforeEach(() => {
    bucket.answers.clear();
    bucket.answers.set("/root.crl", { body: list(makeChain(AT), 0) });
  });

  /** A chain of its own, and where its region's list lies. */
  function chainWithLists(base = bucket.url): TestChain & { readonly region: string } {
    const region = `/${count}.crl`;
    return { ...makeChain(AT, publishedAt(`${base}/root.crl`, `${base}${region}`), `kept ${count++}`), region };
  }

  function list({ names, keys }: TestChain, level: 0 | 1, fields: Partial<CrlFields> = {}) {
    const issuer = names[level]!;
    return makeCrl({ issuer, issuerKey: keys[level]!, number: 1n, thisUpdate: AT - 100, serials: [], ...fields });
  }

  async function round(chains: readonly TestChain[], options: { mirror?: string; now?: bigint; dry?: boolean } = {}) {
    const { now = NOW, mirror, dry } = options;
    const freehold = { contract: () => nitro.store, deployment: { contracts: {} } } as never;
    const seen = chains.map(({ certificates }) => certificates);
    const items = await awsItems({ freehold, chains: seen, now, attempts: 1, ...(mirror && { mirror }) });
    return keep(items as CollateralItem[], now, { margin: BigInt(DAY) }, dry);
  }

  const codeOf = ({ error }: KeeperReport) => (error as { code?: string } | undefined)?.code;
  const lines = (reports: readonly KeeperReport[]) =>
    reports.map(({ name, state, transactions, error }) => [
      name,
      state,
      transactions.length,
      codeOf({ error } as never),
    ]);

  it("brings lists to the store, the chain of their authority first, and nothing when it is run again", async () => {
    const chain = chainWithLists();
    bucket.answers.set(chain.region, { body: list(chain, 1) });
    const reports = await round([chain, chain]);
    expect(lines(reports)).to.deep.equal([
      ["CRL of test root", "fresh", 1, undefined],
      [`CRL of ${chain.names[1]}`, "fresh", 2, undefined],
    ]);
    expect(reports.map(({ before, after }) => [before, after])).to.deep.equal(
      Array(2).fill([0n, BigInt(AT - 100 + 7 * DAY)]),
    );
    expect(lines(await round([chain])).map(([, state, sent]) => [state, sent])).to.deep.equal([
      ["fresh", 0],
      ["fresh", 0],
    ]);
  });

  it("has a revocation count at once, and moves the end", async () => {
    const chain = chainWithLists();
    bucket.answers.set(chain.region, { body: list(chain, 1) });
    await cacheChain(nitro, chain.certificates);
    await round([chain]);
    const evidence = makeDocument(chain);
    const aux = await auxFor(nitro, evidence);
    await nitro.verifier.verify.staticCall(evidence, aux, GAS);
    bucket.answers.set(chain.region, {
      body: list(chain, 1, { number: 2n, serials: [9n, 1002n], thisUpdate: AT - 50, nextUpdate: AT + 9 * DAY }),
    });
    const [, region] = await round([chain]);
    expect(region).to.include({ state: "fresh", after: BigInt(AT + 9 * DAY) });
    expect(region?.transactions).to.have.length(1);
    await expectRefused(nitro, nitro.verifier.verify.staticCall(evidence, aux, GAS), "NitroCertStore_Revoked");
    expect(await nitro.store.isRevoked(authorityOf(chain.certificates[1]!), 1002n)).to.equal(true);
  });

  it("records a long list to its end", async () => {
    const chain = chainWithLists();
    const serials = (count: number) => Array.from({ length: count }, (_, i) => BigInt(50_000 + i));
    bucket.answers.set(chain.region, { body: list(chain, 1, { serials: serials(260) }) });
    const [, region] = await round([chain]);
    expect(region?.error, String(region?.error)).to.equal(undefined);
    // The chain, the list, what had no room in it.
    expect(region?.transactions).to.have.length(3);
    expect(await nitro.store.isRevoked(authorityOf(chain.certificates[1]!), 50_259n)).to.equal(true);
  });

  it("records the rest of a list that somebody left half recorded", async () => {
    const chain = chainWithLists();
    const [root, region] = chain.certificates as [Uint8Array, Uint8Array];
    const body = list(chain, 1, { serials: [1n, 2n, 3n, 1002n] });
    bucket.answers.set(chain.region, { body });
    const ids = await cacheChain(nitro, [root, region]);
    await nitro.store.submitCrl(...crlSubmission(body, ids[1] as `0x${string}`, region, 2n), GAS);
    expect(await nitro.store.isRevoked(authorityOf(region), 1002n)).to.equal(false);
    expect(lines(await round([chain]))[1]?.slice(1)).to.deep.equal(["fresh", 1, undefined]);
    expect(await nitro.store.isRevoked(authorityOf(region), 1002n)).to.equal(true);
    expect(lines(await round([chain]))[1]?.slice(1)).to.deep.equal(["fresh", 0, undefined]);
  });

  it("does not send what is older, malformed, cut or forged, and goes on", async () => {
    const chain = chainWithLists();
    const good = list(chain, 1, { number: 5n });
    for (const body of [
      Buffer.from("<html>"),
      good.subarray(0, -1),
      list(chain, 1, { issuerKey: keyOf("stranger") }),
    ]) {
      bucket.answers.set(chain.region, { body });
      const [root, region] = lines(await round([chain]));
      expect([root?.[1], root?.[3]]).to.deep.equal(["fresh", undefined]);
      expect(region?.slice(1)).to.deep.equal(["expired", 0, "COLLATERAL_MALFORMED"]);
    }
    bucket.answers.set(chain.region, { body: good });
    await round([chain]);
    bucket.answers.set(chain.region, { body: list(chain, 1, { number: 4n, serials: [1002n] }) });
    expect(lines(await round([chain]))[1]?.slice(1)).to.deep.equal(["fresh", 0, undefined]);
    expect(await nitro.store.isRevoked(authorityOf(chain.certificates[1]!), 1002n)).to.equal(false);
  });

  it("says that a bucket is away, and takes a mirror in its place", async () => {
    const chain = chainWithLists("http://127.0.0.1:1");
    const away = await round([chain]);
    expect(away.map(codeOf)).to.deep.equal(Array(2).fill("COLLATERAL_UNREACHABLE"));
    bucket.answers.set(chain.region, { body: list(chain, 1) });
    expect((await round([chain], { mirror: `${bucket.url}/` })).map(codeOf)).to.deep.equal([undefined, undefined]);
  });

  it("sends nothing when it only looks", async () => {
    const chain = chainWithLists();
    const reports = await round([chain], { dry: true });
    expect(lines(reports)[1]?.slice(1)).to.deep.equal(["expired", 0, undefined]);
    expect(bucket.asked).not.to.include(chain.region);
  });

  it("warns of authorities that have ended, whose lists nobody needs any more", async () => {
    const chain = chainWithLists();
    const reports = await round([chain], { now: BigInt(AT + 11 * DAY) });
    expect(lines(reports)[1]).to.deep.equal([`CRL of ${chain.names[1]}`, "expired", 0, "CERTIFICATES_ENDED"]);
    expect(bucket.asked).not.to.include(chain.region);
  });

  it("asks nobody whom a chain names that is not signed from the store's root on", async () => {
    const chain = chainWithLists();
    const other = chainWithLists();
    const { certificates } = chain;
    for (const [changed, message] of [
      [certificates.slice(1), /another root/],
      [[], /another root/],
      [[certificates[0]!, certificates[1]!, other.certificates[2]!], /certificate 2 of a chain is not signed/],
    ] as const) {
      const error = await errorOf(() => round([{ ...chain, certificates: changed }]));
      expect(error).to.have.property("code", "COLLATERAL_MALFORMED");
      expect((error as Error).message).to.match(message);
    }
  });

  it("needs an account to send", async () => {
    const chain = chainWithLists();
    bucket.answers.set("/root.crl", { body: list(chain, 0, { number: 2n }) });
    const { provider } = nitro.connection.ethers;
    const store = contractAt("NitroCertStore", await nitro.store.getAddress(), provider);
    const freehold = { contract: () => store, deployment: { contracts: {} } } as never;
    const items = await awsItems({ freehold, chains: [chain.certificates], now: NOW });
    const [root] = await keep(items.slice(0, 1), NOW);
    expect(codeOf(root!)).to.equal("NO_SIGNER");
  });
});
