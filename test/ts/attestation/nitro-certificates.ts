import { certificateHints, chainHints, chainIds } from "@freehold/sdk/attestation";
import { expect } from "chai";
import { ZeroHash } from "ethers";
import {
  bytes48,
  extension,
  keyIdOf,
  keyOf,
  makeCertificate,
  makeChain,
  ORDER,
  type Overrides,
  sign,
  type TestChain,
  Usage,
} from "./utils/authority.ts";
import { type Bytes, concat, integer, octets, sequence } from "./utils/der.ts";
import { makeDocument } from "./utils/document.ts";
import { auxFor, cacheChain, chainAt, deployNitro, expectRefused, GAS, goTo, type Nitro } from "./utils/nitro.ts";

const AT = 1_800_000_000;
const HOUR = 3600;
const DAY = 24 * HOUR;
const EMPTY = new Uint8Array();

describe("certificates of a synthetic authority", () => {
  let nitro: Nitro;
  let count = 0;

  before(async () => {
    nitro = await deployNitro(await chainAt(AT - 1000), makeChain(AT).certificates[0]!);
    await goTo(nitro.connection, AT + 10);
  });

  after(() => nitro.connection.close());

  /** A chain that was never seen. */
  const fresh = (overrides: Overrides = {}): TestChain => makeChain(AT, overrides, `chain ${count++}`);

  const NONE_CACHED = Array(7).fill(false);

  async function refusedChain(certificates: readonly Uint8Array[], error: string): Promise<void> {
    const hints = chainHints(certificates, NONE_CACHED);
    await expectRefused(nitro, nitro.store.submitChain.staticCall([...certificates], hints, GAS), error);
  }

  const refused = (overrides: Overrides, error: string) => refusedChain(fresh(overrides).certificates, error);

  const accepts = (certificates: readonly Uint8Array[]) =>
    nitro.store.submitChain.staticCall([...certificates], chainHints(certificates, NONE_CACHED), GAS);

  describe("accepted", () => {
    it("a chain in one transaction: its window is the narrowest of all", async () => {
      const { certificates } = fresh();
      const [id, notBefore, notAfter, role] = await accepts(certificates);
      expect([id, notBefore, notAfter, role]).to.deep.equal([
        chainIds(certificates).at(-1),
        BigInt(AT - 3),
        BigInt(AT + 3 * HOUR),
        2n,
      ]);
    });

    it("step by step, each certificate with its authority's", async () => {
      const { certificates } = fresh();
      const ids = chainIds(certificates);
      for (let i = 1; i < certificates.length; i++) {
        const [der, above] = [certificates[i]!, certificates[i - 1]!];
        const call = nitro.store.submit(der, ids[i - 1]!, above, certificateHints(der, above), GAS);
        await expect(call).to.emit(nitro.store, "CertificateCached");
      }
      const { parent, depth, role } = await nitro.store.certificateOf(ids.at(-1)!);
      expect([parent, depth, role]).to.deep.equal([ids.at(-2), 4n, 2n]);
      expect((await nitro.store.statusOf(ids.at(-1)!)).revoked).to.equal(false);
    });

    it("signatures of cached certificates are not checked twice: no hints, little gas, no event", async () => {
      const { certificates } = fresh();
      await cacheChain(nitro, certificates);
      const again = await nitro.store.submitChain([...certificates], "0x", GAS);
      expect((await again.wait())!.logs).to.deep.equal([]);
      expect((await again.wait())!.gasUsed).to.be.below(200_000n);
    });

    it("without key identifiers: name and signature link", () =>
      accepts(fresh({ 2: { subjectKeyId: null }, 3: { authorityKeyId: null } }).certificates));

    it("critical basicConstraints and keyUsage, as AWS has them; others not critical, whatever they are", () =>
      accepts(fresh({ 4: { extra: [extension("1.2.3.4", false, octets(EMPTY))] } }).certificates));
  });

  describe("refused: links", () => {
    it("issuer and subject differ (regression: Marlin and dstack did not look)", () =>
      refused({ 3: { issuer: "another zonal" } }, "NitroCertStore_IssuerMismatch"));
    it("signed by another key of the same name", () =>
      refused({ 3: { issuerKey: keyOf("another"), authorityKeyId: null } }, "NitroCertStore_InvalidSignature"));
    it("key identifiers that differ", () =>
      refused({ 3: { authorityKeyId: keyIdOf(keyOf("another")) } }, "NitroCertStore_KeyIdMismatch"));
    it("key identifiers that are both empty (regression: Automata took empty for equal)", () =>
      refused({ 2: { subjectKeyId: EMPTY }, 3: { authorityKeyId: EMPTY } }, "NitroCertStore_KeyIdMismatch"));
    it("one empty key identifier", async () => {
      await refused({ 2: { subjectKeyId: EMPTY } }, "NitroCertStore_KeyIdMismatch");
      await refused({ 3: { authorityKeyId: EMPTY } }, "NitroCertStore_KeyIdMismatch");
    });
    it("key identifiers that fit, with a wrong signature (regression: Automata skipped it on a mismatch)", () =>
      refused({ 2: { signature: () => new Uint8Array(96).fill(1) } }, "NitroCertStore_InvalidSignature"));
    it("a self-issued certificate below the root", () => {
      const { certificates, keys, names } = fresh();
      const loop = makeCertificate({
        subject: names[1]!,
        key: keys[1]!,
        issuer: names[1]!,
        issuerKey: keys[1]!,
        serial: 9n,
        notBefore: AT - DAY,
        notAfter: AT + DAY,
        isCa: true,
        usage: Usage.certSign,
      });
      return refusedChain([certificates[0]!, certificates[1]!, loop], "NitroCertStore_SelfIssued");
    });
    it("another root, and a root alone", async () => {
      const { certificates } = fresh();
      const foreign = makeChain(AT, { 0: { serial: 7n } }).certificates[0]!;
      await refusedChain([foreign, ...certificates.slice(1)], "NitroCertStore_ForeignRoot");
      await refusedChain(certificates.slice(0, 1), "NitroCertStore_InvalidChainLength");
      await refusedChain(Array(8).fill(certificates[0]!), "NitroCertStore_InvalidChainLength");
    });
    it("an authority that is not the one of the id, or not cached", async () => {
      const { certificates } = fresh();
      const ids = await cacheChain(nitro, certificates.slice(0, 3));
      const submit = (parentId: string, parent: Bytes) =>
        nitro.store.submit.staticCall(certificates[3]!, parentId, parent, "0x", GAS);
      await expectRefused(nitro, submit(ids[2]!, certificates[1]!), "NitroCertStore_WrongAuthority");
      await expectRefused(nitro, submit(ids[2]!, certificates[0]!), "NitroCertStore_WrongAuthority");
      await expectRefused(nitro, submit(ZeroHash, certificates[2]!), "NitroCertStore_UnknownCertificate");
    });
  });

  describe("refused: roles", () => {
    const CERTIFIES = Usage.certSign | Usage.crlSign;
    it("an authority without the CA flag", () =>
      refused({ 3: { isCa: false, usage: Usage.digitalSignature } }, "X509_InvalidExtension"));
    it("a leaf as an authority", async () => {
      const chain = fresh({ 3: { isCa: false, pathLength: undefined, usage: Usage.digitalSignature } });
      await refusedChain(chain.certificates, "NitroCertStore_NotAuthority");
    });
    it("an authority without keyCertSign", () =>
      refused({ 3: { usage: Usage.digitalSignature } }, "NitroCertStore_WrongKeyUsage"));
    it("an authority without keyUsage", () => refused({ 3: { usage: undefined } }, "NitroCertStore_WrongKeyUsage"));
    it("a leaf without digitalSignature", () => refused({ 4: { usage: 0x08 } }, "NitroCertStore_WrongKeyUsage"));
    it("a leaf without keyUsage", () => refused({ 4: { usage: undefined } }, "NitroCertStore_WrongKeyUsage"));
    it("a leaf that may certify", () =>
      refused({ 4: { usage: Usage.digitalSignature | CERTIFIES } }, "NitroCertStore_WrongKeyUsage"));
    it("an unknown critical extension, in a leaf and in an authority", async () => {
      const extra = [extension("1.2.3.4", true, octets(EMPTY))];
      await refused({ 4: { extra } }, "X509_UnknownCriticalExtension");
      await refused({ 2: { extra } }, "X509_UnknownCriticalExtension");
    });
    it("critical name constraints, which nobody here applies", () =>
      refused({ 2: { extra: [extension("2.5.29.30", true, sequence())] } }, "X509_UnknownCriticalExtension"));
    it("an extension twice", () =>
      refused({ 4: { extra: [extension("2.5.29.14", false, octets(Uint8Array.of(1)))] } }, "X509_DuplicateExtension"));
    it("a BOOLEAN of 1 (Cantina 2026: non-canonical BOOLEAN)", () => {
      const odd = sequence(Uint8Array.of(0x01, 0x01, 0x01));
      return refused({ 3: { isCa: undefined, extra: [extension("2.5.29.19", true, odd)] } }, "Der_InvalidBoolean");
    });
  });

  describe("refused: path length", () => {
    it("an authority below one that allows none", () =>
      refused({ 2: { pathLength: 0 } }, "NitroCertStore_PathTooLong"));
    it("an ancestor's limit holds where the parent's is wider", () =>
      refused({ 1: { pathLength: 1 }, 2: { pathLength: 200 } }, "NitroCertStore_PathTooLong"));
    it("255 and more do not wrap (Cantina 2026: path length wrap)", async () => {
      await accepts(fresh({ 1: { pathLength: 255 }, 2: { pathLength: 255 } }).certificates);
      await refused({ 1: { pathLength: 256 } }, "Der_InvalidInteger");
      await refused({ 1: { pathLength: 0 }, 2: { pathLength: 255 } }, "NitroCertStore_PathTooLong");
    });
    it("a negative one", () => {
      const odd = sequence(Uint8Array.of(0x01, 0x01, 0xff), Uint8Array.of(0x02, 0x01, 0xff));
      return refused(
        { 1: { isCa: undefined, pathLength: undefined, extra: [extension("2.5.29.19", true, odd)] } },
        "Der_InvalidInteger",
      );
    });
    it("more than six certificates below the root, submitted one by one", async () => {
      const unlimited = { isCa: true, usage: Usage.certSign, notBefore: AT - DAY, notAfter: AT + DAY };
      let above = { name: "test root", key: keyOf("test root"), der: makeChain(AT).certificates[0]! };
      let id = chainIds([above.der])[0]!;
      for (let depth = 1; depth <= 7; depth++) {
        const name = `deep ${depth}`;
        const key = keyOf(name);
        const fields = { subject: name, key, issuer: above.name, issuerKey: above.key, serial: BigInt(depth) };
        const der = makeCertificate({ ...fields, ...unlimited });
        const hints = certificateHints(der, above.der);
        if (depth === 7) {
          const call = nitro.store.submit.staticCall(der, id, above.der, hints, GAS);
          return expectRefused(nitro, call, "NitroCertStore_PathTooLong");
        }
        const next = await nitro.store.submit.staticCall(der, id, above.der, hints, GAS);
        await nitro.store.submit(der, id, above.der, hints, GAS);
        id = next as typeof id;
        above = { name, key, der };
      }
    });
  });

  describe("refused: time", () => {
    it("a leaf of an authority that has ended (Cantina 2026: ancestor expiry)", () =>
      refused({ 2: { notAfter: AT } }, "NitroCertStore_OutOfDate"));
    it("a leaf of an authority that is not valid yet", () =>
      refused({ 2: { notBefore: AT + HOUR } }, "NitroCertStore_OutOfDate"));
    it("windows that have no second in common", () =>
      refused({ 2: { notAfter: AT + 100 }, 3: { notBefore: AT + 200 } }, "NitroCertStore_OutOfDate"));
    it("a time of the month 13 (Cantina 2026: date normalisation)", () => {
      const { certificates } = fresh();
      const odd = Buffer.from(certificates[4]!);
      const at = odd.indexOf(Buffer.from([0x17, 0x0d]));
      odd.write("13", at + 4);
      return refusedChain([...certificates.slice(0, 4), odd], "Der_InvalidTime");
    });
    it("a cached chain when one of it has ended (regression: Automata's cache had no expiry)", async () => {
      const connection = await chainAt(AT - 1000);
      const own = await deployNitro(connection, makeChain(AT).certificates[0]!);
      await goTo(connection, AT + 10);
      const chain = makeChain(AT, { 2: { notAfter: AT + 1000 } }, "ending");
      const evidence = makeDocument(chain);
      const aux = await auxFor(own, evidence);
      const { basisId } = await own.verifier.verify.staticCall(evidence, aux, GAS);
      await own.verifier.verify(evidence, aux, GAS);
      const warm = await auxFor(own, evidence);
      await goTo(connection, AT + 1000);
      expect((await own.verifier.verify.staticCall(evidence, warm, GAS)).validUntil).to.equal(BigInt(AT + 1000));
      await goTo(connection, AT + 1001);
      await expectRefused(own, own.verifier.verify.staticCall(evidence, warm, GAS), "NitroCertStore_OutOfDate");
      const renewed = makeChain(AT, { 2: { notAfter: AT + 1000 } }, "ending").certificates;
      await expectRefused(own, own.store.submitChain.staticCall([...renewed], "0x", GAS), "NitroCertStore_OutOfDate");
      expect(await own.verifier.recheck(basisId, "0x")).to.deep.equal([0n, 0n]);
      await connection.close();
    });
  });

  describe("signatures", () => {
    const rs = (r: bigint, s: bigint) => () => concat(bytes48(r), bytes48(s));
    const odd: Record<string, () => Uint8Array> = {
      "r = 0": rs(0n, 1n),
      "s = 0": rs(1n, 0n),
      "r = n": rs(ORDER, 1n),
      "s = n": rs(1n, ORDER),
      "s above n": rs(1n, ORDER + 1n),
    };
    for (const [what, signature] of Object.entries(odd)) {
      it(`${what}: refused`, () => refused({ 4: { signature } }, "NitroCertStore_InvalidSignature"));
    }
    it("numbers of 47 bytes, which DER writes without their zeros (regression: Base's uint384At)", async () => {
      for (const [from, what] of [
        [0, "r"],
        [48, "s"],
      ] as const) {
        let found: TestChain | undefined;
        for (let serial = 1n; found === undefined; serial++) {
          let isShort = false;
          const signature = (tbs: Uint8Array) => {
            const rs = sign(tbs, keyOf(`short ${what} instance`));
            isShort = rs[from] === 0;
            return rs;
          };
          const chain = makeChain(AT, { 4: { serial, signature } }, `short ${what}`);
          if (isShort) found = chain;
        }
        expect((await accepts(found.certificates))[3]).to.equal(2n);
      }
    });
    it("a root without keyCertSign cannot be one", async () => {
      const { certificates } = makeChain(AT, { 0: { usage: Usage.digitalSignature } }, "bad root");
      const own = await deployNitro(nitro.connection, certificates[0]!);
      await expectRefused(
        own,
        own.store.submitChain.staticCall([...certificates], "0x", GAS),
        "NitroCertStore_WrongKeyUsage",
      );
    });
  });

  it("serial number 0 is refused", () => refused({ 4: { serial: 0n } }, "X509_InvalidSerial"));
  it("an INTEGER in more bytes than it needs is refused (Cantina 2026: ASN.1)", () => {
    const { certificates } = fresh();
    expect(integer(1004n)).to.deep.equal(Uint8Array.of(2, 2, 3, 0xec));
    const odd = Buffer.from(certificates[4]!);
    // Serial number 1004 becomes 00 ec's padded kin: 0x0064.
    odd.set([0x00, 0x64], odd.indexOf(Buffer.from(integer(1004n))) + 2);
    return refusedChain([...certificates.slice(0, 4), odd], "Der_InvalidInteger");
  });
});
