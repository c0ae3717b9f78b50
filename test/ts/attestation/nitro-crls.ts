import { authorityOf, certificateHints, chainIds, crlSubmission, parseNitroCrl } from "@freehold/sdk/attestation";
import { expect } from "chai";
import { errorOf } from "../model/utils/errors.ts";
import {
  type CrlFields,
  extension,
  keyIdOf,
  keyOf,
  makeCertificate,
  makeChain,
  makeCrl,
  type Overrides,
  type TestChain,
  Usage,
} from "./utils/authority.ts";
import { type Bytes, sequence } from "./utils/der.ts";
import { makeDocument } from "./utils/document.ts";
import { auxFor, cacheChain, chainAt, deployNitro, expectRefused, GAS, goTo, type Nitro } from "./utils/nitro.ts";

const AT = 1_800_000_000;
const ALL = 1000n;

describe("revocation lists of a synthetic authority", () => {
  let nitro: Nitro;
  let count = 0;

  before(async () => {
    nitro = await deployNitro(await chainAt(AT - 1000), makeChain(AT).certificates[0]!);
    await goTo(nitro.connection, AT + 10);
  });

  after(() => nitro.connection.close());

  interface Cached extends TestChain {
    readonly ids: readonly string[];
  }

  /** A cached chain of its own. */
  async function cached(overrides: Overrides = {}): Promise<Cached> {
    const chain = makeChain(AT, overrides, `revoking ${count++}`);
    return { ...chain, ids: await cacheChain(nitro, chain.certificates) };
  }

  /** A list of the authority at a level: 1 regional, 2 zonal, 3 instance. */
  function listOf({ names, keys }: TestChain, level: number, fields: Partial<CrlFields> = {}): Bytes {
    const issuer = names[level]!;
    return makeCrl({ issuer, issuerKey: keys[level]!, number: 1n, thisUpdate: AT - 100, serials: [], ...fields });
  }

  function submit({ ids, certificates }: Cached, level: number, list: Bytes, maxEntries = ALL) {
    const [der, id, authority, hints, max] = crlSubmission(
      list,
      ids[level] as `0x${string}`,
      certificates[level]!,
      maxEntries,
    );
    const arguments_ = [der, id, authority, hints, max] as const;
    return {
      send: () => nitro.store.submitCrl(...arguments_, GAS),
      call: () => nitro.store.submitCrl.staticCall(...arguments_, GAS),
    };
  }

  const revoked = async (id: string): Promise<boolean> => (await nitro.store.statusOf(id)).revoked;

  it("a revoked leaf: its document is refused, recheck says 0, and submitting it again changes nothing (regression: Automata)", async () => {
    const chain = await cached();
    const evidence = makeDocument(chain);
    const aux = await auxFor(nitro, evidence);
    const { basisId } = await nitro.verifier.verify.staticCall(evidence, aux, GAS);
    const list = listOf(chain, 3, { serials: [5n, 1004n, 6n] });
    const authority = authorityOf(chain.certificates[3]!);
    await expect(submit(chain, 3, list).send())
      .to.emit(nitro.store, "CertificateRevoked")
      .withArgs(authority, 1004n)
      .and.to.emit(nitro.store, "RevocationListAccepted")
      .withArgs(authority, 1n, AT - 100, AT - 100 + 7 * 86_400);
    expect(await nitro.store.isRevoked(authority, 1004n)).to.equal(true);
    expect(await nitro.store.isRevoked(authority, 1003n)).to.equal(false);
    expect(await nitro.store.authorityOf(chain.certificates[3]!)).to.equal(authority);
    await expectRefused(nitro, nitro.verifier.verify.staticCall(evidence, aux, GAS), "NitroCertStore_Revoked");
    expect(await nitro.verifier.recheck(basisId, "0x")).to.deep.equal([0n, 0n]);

    const [der, above] = [chain.certificates[4]!, chain.certificates[3]!];
    const again = nitro.store.submit.staticCall(der, chain.ids[3]!, above, certificateHints(der, above), GAS);
    await expectRefused(nitro, again, "NitroCertStore_Revoked");
    const all = nitro.store.submitChain.staticCall([...chain.certificates], "0x", GAS);
    await expectRefused(nitro, all, "NitroCertStore_Revoked");
  });

  it("a revoked certificate that nobody has seen yet is never accepted", async () => {
    const chain = makeChain(AT, {}, `revoking ${count++}`);
    const ids = await cacheChain(nitro, chain.certificates.slice(0, 4));
    await submit({ ...chain, ids }, 3, listOf(chain, 3, { serials: [1004n] })).send();
    const evidence = makeDocument(chain);
    const aux = await auxFor(nitro, evidence);
    await expectRefused(nitro, nitro.verifier.verify.staticCall(evidence, aux, GAS), "NitroCertStore_Revoked");
  });

  it("a revoked authority takes everything under it along, its own lists too", async () => {
    const chain = await cached();
    expect(await revoked(chain.ids[4]!)).to.equal(false);
    await submit(chain, 1, listOf(chain, 1, { serials: [1002n] })).send();
    expect(await Promise.all(chain.ids.map(revoked))).to.deep.equal([false, false, true, true, true]);
    await expectRefused(nitro, submit(chain, 3, listOf(chain, 3)).call(), "NitroCertStore_Revoked");
    const [der, above] = [chain.certificates[4]!, chain.certificates[3]!];
    const call = nitro.store.submit.staticCall(der, chain.ids[3]!, above, "0x", GAS);
    await expectRefused(nitro, call, "NitroCertStore_Revoked");
  });

  it("the root's list revokes a regional authority, before anything was cached", async () => {
    const connection = await chainAt(AT - 1000);
    const chain = makeChain(AT, {}, "rooted");
    const own = await deployNitro(connection, chain.certificates[0]!);
    await goTo(connection, AT + 10);
    const root = chain.certificates[0]!;
    const id = chainIds([root])[0]!;
    const list = makeCrl({
      issuer: "test root",
      issuerKey: chain.keys[0]!,
      number: 3n,
      thisUpdate: AT,
      serials: [1001n],
    });
    await own.store.submitCrl(...crlSubmission(list, id, root), GAS);
    const evidence = makeDocument(chain);
    await expectRefused(
      own,
      own.verifier.verify.staticCall(evidence, await auxFor(own, evidence), GAS),
      "NitroCertStore_Revoked",
    );
    await connection.close();
  });

  it("a serial number is another's with another authority of the same name", async () => {
    const chain = await cached();
    const twin = { ...chain, keys: [...chain.keys.slice(0, 3), keyOf("twin"), chain.keys[4]!] };
    const above = { issuer: chain.names[2]!, issuerKey: chain.keys[2]! };
    const usage = Usage.certSign | Usage.crlSign;
    const times = { notBefore: AT - 100, notAfter: AT + 1000 };
    const der = makeCertificate({
      subject: chain.names[3]!,
      key: twin.keys[3]!,
      ...above,
      serial: 77n,
      ...times,
      isCa: true,
      pathLength: 0,
      usage,
    });
    const certificates = [...chain.certificates.slice(0, 3), der, chain.certificates[4]!];
    const ids = await cacheChain(nitro, certificates.slice(0, 4));
    await submit({ ...twin, certificates, ids }, 3, listOf(twin, 3, { serials: [1004n] })).send();
    expect(await revoked(chain.ids[4]!)).to.equal(false);
    expect(await nitro.store.isRevoked(authorityOf(der), 1004n)).to.equal(true);
  });

  it("an authority's new certificate for the same key keeps its revocations", async () => {
    const chain = await cached();
    await submit(chain, 3, listOf(chain, 3, { serials: [1004n] })).send();
    const renewed = makeChain(AT, { 3: { serial: 55n } }, chain.names[3]!.replace(" instance", ""));
    expect(renewed.certificates[3]).to.not.deep.equal(chain.certificates[3]);
    await cacheChain(nitro, renewed.certificates.slice(0, 4));
    const evidence = makeDocument(renewed);
    const aux = await auxFor(nitro, evidence);
    await expectRefused(nitro, nitro.verifier.verify.staticCall(evidence, aux, GAS), "NitroCertStore_Revoked");
  });

  it("an older number is refused, and the same one; revocations of an older list stay", async () => {
    const chain = await cached();
    await submit(chain, 3, listOf(chain, 3, { number: 8n, serials: [1004n] })).send();
    for (const number of [7n, 8n]) {
      await expectRefused(nitro, submit(chain, 3, listOf(chain, 3, { number })).call(), "NitroCertStore_NotNewer");
    }
    const older = listOf(chain, 3, { number: 9n, thisUpdate: AT - 101 });
    await expectRefused(nitro, submit(chain, 3, older).call(), "NitroCertStore_NotNewer");
    await submit(chain, 3, listOf(chain, 3, { number: 9n })).send();
    expect(await revoked(chain.ids[4]!)).to.equal(true);
    const { number, thisUpdate } = await nitro.store.listOf(authorityOf(chain.certificates[3]!));
    expect([number, thisUpdate]).to.deep.equal([9n, BigInt(AT - 100)]);
  });

  it("numbers of 20 bytes, as AWS's certificate service makes long ones", async () => {
    const chain = await cached();
    await submit(chain, 3, listOf(chain, 3, { number: 2n ** 159n })).send();
    await expectRefused(nitro, submit(chain, 3, listOf(chain, 3, { number: 1n })).call(), "NitroCertStore_NotNewer");
    await submit(chain, 3, listOf(chain, 3, { number: 2n ** 160n - 1n })).send();
    const long = listOf(chain, 3, { number: 2n ** 160n });
    await expectRefused(nitro, submit(chain, 3, long).call(), "Der_InvalidInteger");
  });

  it("a list from the future is refused", async () => {
    const chain = await cached();
    const list = listOf(chain, 3, { thisUpdate: AT + 100_000 });
    await expectRefused(nitro, submit(chain, 3, list).call(), "NitroCertStore_FutureList");
  });

  it("a list signed by a foreign key, of a foreign name, or of a foreign key identifier is refused", async () => {
    const chain = await cached();
    const foreign = listOf(chain, 3, { issuerKey: keyOf("stranger"), authorityKeyId: keyIdOf(chain.keys[3]!) });
    await expectRefused(nitro, submit(chain, 3, foreign).call(), "NitroCertStore_InvalidSignature");
    const zonal = listOf(chain, 2);
    await expectRefused(nitro, submit(chain, 3, zonal).call(), "NitroCertStore_IssuerMismatch");
    const keyId = listOf(chain, 3, { authorityKeyId: keyIdOf(keyOf("stranger")) });
    await expectRefused(nitro, submit(chain, 3, keyId).call(), "NitroCertStore_KeyIdMismatch");
    await submit(chain, 3, listOf(chain, 3, { authorityKeyId: null })).send();
  });

  it("an authority without cRLSign, as AWS's instances are, signs no lists; nor does a leaf", async () => {
    const chain = await cached({ 3: { usage: Usage.certSign } });
    await expectRefused(nitro, submit(chain, 3, listOf(chain, 3)).call(), "NitroCertStore_WrongKeyUsage");
    await expectRefused(nitro, submit(chain, 4, listOf(chain, 4)).call(), "NitroCertStore_NotAuthority");
  });

  it("an authority that is not cached, or another one's certificate, is refused", async () => {
    const chain = await cached();
    const other = makeChain(AT, {}, "never cached");
    const list = listOf(chain, 3);
    const { call } = submit({ ...chain, ids: chain.ids.map(() => `0x${"11".repeat(32)}`) }, 3, list);
    await expectRefused(nitro, call(), "NitroCertStore_UnknownCertificate");
    const wrong = submit({ ...chain, certificates: other.certificates }, 3, list);
    await expectRefused(nitro, wrong.call(), "NitroCertStore_WrongAuthority");
  });

  it("a list of an authority that has ended is refused: nothing below it counts any more", async () => {
    const connection = await chainAt(AT - 1000);
    const chain = makeChain(AT, {}, "ended");
    const own = await deployNitro(connection, chain.certificates[0]!);
    await goTo(connection, AT + 10);
    const ids = await cacheChain(own, chain.certificates);
    await goTo(connection, AT + 23 * 3600 + 1);
    const list = crlSubmission(listOf(chain, 3), ids[3] as `0x${string}`, chain.certificates[3]!);
    await expectRefused(own, own.store.submitCrl.staticCall(...list, GAS), "NitroCertStore_OutOfDate");
    await connection.close();
  });

  it("partial, delta and indirect lists have critical extensions: refused", async () => {
    const chain = await cached();
    for (const id of ["2.5.29.28", "2.5.29.27"]) {
      const list = listOf(chain, 3, { extra: [extension(id, true, sequence())] });
      await expectRefused(nitro, submit(chain, 3, list).call(), "X509Crl_UnknownCriticalExtension");
    }
    const harmless = listOf(chain, 3, { extra: [extension("2.5.29.60", false, sequence())] });
    await submit(chain, 3, harmless).send();
  });

  it("a long list is recorded in pieces by whoever comes, bound to what was signed", async () => {
    const chain = await cached();
    const authority = authorityOf(chain.certificates[3]!);
    const serials = Array.from({ length: 25 }, (_, i) => BigInt(980 + i));
    const list = listOf(chain, 3, { number: 2n, serials });
    expect(await submit(chain, 3, list, 10n).call()).to.equal(false);
    await submit(chain, 3, list, 10n).send();
    expect(await nitro.store.isRevoked(authority, 989n)).to.equal(true);
    expect(await nitro.store.isRevoked(authority, 990n)).to.equal(false);
    const changed = listOf(chain, 3, { number: 2n, serials: serials.map((serial) => serial + 1n) });
    await expectRefused(
      nitro,
      nitro.store.continueCrl.staticCall(changed, authority, ALL),
      "NitroCertStore_UnknownList",
    );
    expect(await nitro.store.continueCrl.staticCall(list, authority, 14n)).to.equal(false);
    expect(await nitro.store.continueCrl.staticCall(list, authority, 15n)).to.equal(true);
    await nitro.store.continueCrl(list, authority, 15n, GAS);
    expect(await revoked(chain.ids[4]!)).to.equal(true);
    expect(await nitro.store.continueCrl.staticCall(list, authority, ALL)).to.equal(true);

    await submit(chain, 3, listOf(chain, 3, { number: 3n, serials: [1n] })).send();
    await expectRefused(nitro, nitro.store.continueCrl.staticCall(list, authority, ALL), "NitroCertStore_UnknownList");
  });

  it("the SDK reads what the contract reads", async () => {
    const chain = makeChain(AT, {}, "read");
    const crl = parseNitroCrl(listOf(chain, 3, { number: 300n, serials: [1n, 2n ** 159n, 255n] }));
    expect(crl).to.include({ number: 300n, thisUpdate: AT - 100, nextUpdate: AT - 100 + 7 * 86_400 });
    expect(crl.serials).to.deep.equal([1n, 2n ** 159n, 255n]);
    expect(await errorOf(() => parseNitroCrl(Uint8Array.of(1, 2)))).to.have.property("code", "BAD_REVOCATION_LIST");
  });
});
