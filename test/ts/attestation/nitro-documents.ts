import { parseNitroDocument, verifyNitroDocument } from "@freehold/sdk/attestation";
import { expect } from "chai";
import { hexlify, keccak256, sha256, toUtf8Bytes, ZeroHash } from "ethers";
import { errorOf } from "../model/utils/errors.ts";
import { bytes48, keyOf, makeChain, ORDER, type TestChain } from "./utils/authority.ts";
import { type Bytes, concat } from "./utils/der.ts";
import {
  array,
  bytesOf,
  type Cose,
  EMPTY_MAP,
  head,
  type Items,
  itemsOf,
  makeCose,
  makeDocument,
  map,
  NULL,
  payloadOf,
  pcr,
  text,
  uint,
  usualPcrs,
} from "./utils/document.ts";
import { auxFor, cacheChain, chainAt, deployNitro, expectRefused, GAS, goTo, type Nitro } from "./utils/nitro.ts";

const AT = 1_800_000_000;
const EMPTY = new Uint8Array();

describe("documents of a synthetic authority", () => {
  let nitro: Nitro;
  let chain: TestChain;
  let rootSha256: string;

  before(async () => {
    chain = makeChain(AT, {}, "documents");
    nitro = await deployNitro(await chainAt(AT - 1000), chain.certificates[0]!);
    rootSha256 = sha256(chain.certificates[0]!);
    await goTo(nitro.connection, AT + 10);
    await cacheChain(nitro, chain.certificates);
  });

  after(() => nitro.connection.close());

  const signed = (changes: Items = {}, parts: Cose = {}): Bytes => makeDocument(chain, changes, parts);
  const ofPayload = (payload: Uint8Array, parts: Cose = {}): Bytes => makeCose(payload, chain.keys.at(-1)!, parts);

  async function reportOf(evidence: Uint8Array) {
    return nitro.verifier.verify.staticCall(evidence, await auxFor(nitro, evidence), GAS);
  }

  /** Refused by the contract by name, and by the SDK. */
  async function refused(evidence: Uint8Array, error: string, code = "BAD_EVIDENCE"): Promise<void> {
    const aux = await auxFor(nitro, evidence).catch(() => "0x");
    await expectRefused(nitro, nitro.verifier.verify.staticCall(evidence, aux, GAS), error);
    const opinion = await errorOf(() => verifyNitroDocument(evidence, { at: AT + 10, rootSha256 }));
    expect(opinion).to.have.property("code", code);
  }

  describe("accepted", () => {
    it("32 bytes of user data are the binding; the report is what the SDK says", async () => {
      const evidence = signed();
      const report = await reportOf(evidence);
      const opinion = await verifyNitroDocument(evidence, { at: AT + 10, rootSha256 });
      expect(report.binding).to.equal(hexlify(pcr(0x55, 32)));
      expect(report.platformId).to.equal(keccak256(toUtf8Bytes("i-0123456789abcdef0")));
      expect(report.issuedAt).to.equal(BigInt(AT));
      for (const key of ["measurementId", "binding", "evidenceId", "platformId", "basisId"] as const) {
        expect(report[key], key).to.equal(opinion[key]);
      }
      expect(report.validUntil)
        .to.equal(BigInt(opinion.validUntil))
        .and.to.equal(BigInt(AT + 3 * 3600));
      expect(await nitro.verifier.isDevelopment()).to.equal(true);
    });

    const accepted: Record<string, () => Bytes> = {
      "tag 18 in front": () => signed({}, { prefix: Uint8Array.of(0xd2) }),
      "keys in the opposite order": () =>
        ofPayload(payloadOf(Object.fromEntries(Object.entries(itemsOf(chain)).reverse()))),
      "public_key, user_data and nonce missing (Cantina 2026: missing public_key)": () =>
        signed({ public_key: undefined, user_data: undefined, nonce: undefined }),
      "public_key, user_data and nonce null": () => signed({ public_key: NULL, user_data: NULL, nonce: NULL }),
      "public_key, user_data and nonce empty": () =>
        signed({ public_key: bytesOf(EMPTY), user_data: bytesOf(EMPTY), nonce: bytesOf(EMPTY) }),
      "fields of 1,024 bytes (Base's limit of 512 refused genuine ones)": () => {
        const field = bytesOf(pcr(1, 1024));
        return signed({ public_key: field, user_data: field, nonce: field });
      },
      "17 registers (Cantina 2026: count of registers for size of the bank)": () =>
        signed({ pcrs: map([...usualPcrs(), [uint(31), bytesOf(pcr(9))]]) }),
      "32 registers": () => signed({ pcrs: map(Array.from({ length: 32 }, (_, i) => [uint(i), bytesOf(pcr(i + 1))])) }),
      "3 registers, in any order": () => signed({ pcrs: map([2, 0, 1].map((i) => [uint(i), bytesOf(pcr(i + 1))])) }),
      "unknown keys": () =>
        signed({
          nested: array([
            map([[text("a"), array([NULL, Uint8Array.of(0xf5), bytesOf(pcr(1, 300))])]]),
            uint(2n ** 40n),
          ]),
          negative: Uint8Array.of(0x20),
        }),
      "a module that names no enclave": () => signed({ module_id: text("i-0123456789abcdef0") }),
    };
    for (const [what, evidence] of Object.entries(accepted)) {
      it(what, async () => {
        const report = await reportOf(evidence());
        const opinion = await verifyNitroDocument(evidence(), { at: AT + 10, rootSha256 });
        expect(report.measurementId).to.equal(opinion.measurementId);
        expect(report.binding).to.equal(opinion.binding);
        expect(report.platformId).to.equal(opinion.platformId);
      });
    }

    it("31 and 33 bytes of user data bind to nothing", async () => {
      for (const length of [31, 33]) {
        expect((await reportOf(signed({ user_data: bytesOf(pcr(7, length)) }))).binding).to.equal(ZeroHash);
      }
    });

    it("S in place of n - S, and a tag: the same evidence, so a signature makes no new one", async () => {
      const payload = payloadOf(itemsOf(chain));
      const evidence = ofPayload(payload);
      const other = ofPayload(payload, { signature: bytesOf(mirrored(parseNitroDocument(evidence).signature)) });
      expect((await reportOf(other)).evidenceId).to.equal((await reportOf(evidence)).evidenceId);
      expect((await reportOf(other)).evidenceId).to.equal(keccak256(payload));
    });
  });

  describe("refused: debug mode and registers", () => {
    const registers = (bytes: readonly (number | undefined)[]): Items => ({
      pcrs: map(bytes.flatMap((byte, i) => (byte === undefined ? [] : [[uint(i), bytesOf(pcr(byte))] as const]))),
    });
    const debug: Record<string, readonly number[]> = {
      "all zero (Cantina 2026: zero registers verified like production)": [0, 0, 0, 0],
      "PCR0 zero": [0, 2, 3],
      "PCR1 zero": [1, 0, 3],
      "PCR2 zero": [1, 2, 0],
    };
    for (const [what, bytes] of Object.entries(debug)) {
      it(what, () => refused(signed(registers(bytes)), "NitroVerifier_DebugMode", "DEBUG_ENCLAVE"));
    }
    for (const missing of [0, 1, 2]) {
      it(`PCR${missing} missing`, () =>
        refused(
          signed(registers([1, 2, 3].map((b, i) => (i === missing ? undefined : b)))),
          "NitroVerifier_MissingPcr",
        ));
    }
    it("no registers", () => refused(signed({ pcrs: EMPTY_MAP }), "Cbor_OutOfRange"));
    it("register 32", () => refused(signed({ pcrs: map([[uint(32), bytesOf(pcr(1))]]) }), "Cbor_OutOfRange"));
    it("a register twice", () =>
      refused(signed({ pcrs: map([...usualPcrs(), [uint(0), bytesOf(pcr(1))]]) }), "NitroDocument_DuplicatePcr"));
    for (const length of [32, 47, 49, 64]) {
      it(`a register of ${length} bytes`, () =>
        refused(signed({ pcrs: map([...usualPcrs(), [uint(20), bytesOf(pcr(1, length))]]) }), "Cbor_OutOfRange"));
    }
    it("registers by text", () =>
      refused(signed({ pcrs: map([[text("0"), bytesOf(pcr(1))]]) }), "Cbor_UnexpectedType"));
  });

  describe("refused: fields", () => {
    const field = bytesOf(pcr(1, 1025));
    const fields: Record<string, [Items, string]> = {
      "public_key of 1,025 bytes": [{ public_key: field }, "Cbor_OutOfRange"],
      "user_data of 1,025 bytes": [{ user_data: field }, "Cbor_OutOfRange"],
      "nonce of 1,025 bytes": [{ nonce: field }, "Cbor_OutOfRange"],
      "user_data as text (Cantina 2025: CBOR types)": [{ user_data: text("a".repeat(32)) }, "Cbor_UnexpectedType"],
      "public_key undefined, which is not null": [{ public_key: Uint8Array.of(0xf7) }, "Cbor_UnexpectedType"],
      "user_data undefined": [{ user_data: Uint8Array.of(0xf7) }, "Cbor_UnexpectedType"],
      "nonce undefined": [{ nonce: Uint8Array.of(0xf7) }, "Cbor_UnexpectedType"],
      "module_id empty": [{ module_id: text("") }, "Cbor_OutOfRange"],
      "module_id of bytes": [{ module_id: bytesOf(Buffer.from("i-0")) }, "Cbor_UnexpectedType"],
      "module_id with a space": [{ module_id: text("i-0 enc") }, "NitroDocument_InvalidModuleId"],
      "digest SHA256": [{ digest: text("SHA256") }, "NitroDocument_UnexpectedDigest"],
      "timestamp 0": [{ timestamp: uint(0) }, "Cbor_OutOfRange"],
      "timestamp as text": [{ timestamp: text("1") }, "Cbor_UnexpectedType"],
      "timestamp negative": [{ timestamp: Uint8Array.of(0x20) }, "Cbor_UnexpectedType"],
      "cabundle empty": [{ cabundle: array([]) }, "Cbor_OutOfRange"],
      "cabundle null": [{ cabundle: NULL }, "Cbor_UnexpectedType"],
      "cabundle of seven": [{ cabundle: array(Array(7).fill(bytesOf(pcr(1)))) }, "Cbor_OutOfRange"],
      "certificate empty": [{ certificate: bytesOf(EMPTY) }, "Cbor_OutOfRange"],
      "certificate of 1,025 bytes": [{ certificate: field }, "Cbor_OutOfRange"],
    };
    for (const [what, [items, error]] of Object.entries(fields)) it(what, () => refused(signed(items), error));
    for (const key of ["module_id", "digest", "timestamp", "pcrs", "certificate", "cabundle"]) {
      it(`${key} missing`, () => refused(signed({ [key]: undefined }), "NitroDocument_MissingKey"));
    }
    it("timestamp in seconds (regression: Marlin's age check mixed them with milliseconds)", () =>
      refused(signed({ timestamp: uint(AT) }), "NitroVerifier_OutsideChain", "OUT_OF_DATE"));
    it("timestamp a second before the leaf is valid, and one after its end", async () => {
      for (const second of [AT - 4, AT + 3 * 3600 + 1]) {
        await refused(signed({ timestamp: uint(BigInt(second) * 1000n) }), "NitroVerifier_OutsideChain", "OUT_OF_DATE");
      }
      await reportOf(signed({ timestamp: uint(BigInt(AT - 3) * 1000n) }));
      await reportOf(signed({ timestamp: uint(BigInt(AT + 3 * 3600) * 1000n + 999n) }));
    });
  });

  describe("refused: CBOR", () => {
    const withKey = (key: Uint8Array, value: Uint8Array): Bytes => {
      const pairs = Object.entries(itemsOf(chain)).map(([name, item]) => [text(name), item!] as const);
      return ofPayload(map([...pairs, [key, value]]));
    };
    it("a key twice", () => refused(withKey(text("nonce"), bytesOf(pcr(1))), "NitroDocument_DuplicateKey"));
    it("an unknown key twice", () =>
      refused(
        ofPayload(
          map(
            [...Object.entries(itemsOf(chain)), ["x", NULL], ["x", NULL]].map(([k, v]) => [
              text(k as string),
              v as Bytes,
            ]),
          ),
        ),
        "NitroDocument_DuplicateKey",
      ));
    it("a key of bytes", () => refused(withKey(bytesOf(pcr(1)), NULL), "Cbor_UnexpectedType"));
    it("trailing bytes after the map", () =>
      refused(ofPayload(concat(payloadOf(itemsOf(chain)), NULL)), "Cbor_TrailingBytes"));
    it("a map that promises more than it has", () =>
      refused(ofPayload(concat(head(5, 10), payloadOf(itemsOf(chain)).subarray(1))), "Cbor_Truncated"));
    const odd: Record<string, [Items, string]> = {
      "an indefinite byte string": [{ nonce: Uint8Array.of(0x5f, 0x41, 0x01, 0xff) }, "Cbor_InvalidHead"],
      "an indefinite array": [{ x: Uint8Array.of(0x9f, 0xff) }, "Cbor_InvalidHead"],
      "an indefinite map": [{ pcrs: Uint8Array.of(0xbf, 0xff) }, "Cbor_InvalidHead"],
      "a length in more bytes than it needs": [{ nonce: Uint8Array.of(0x58, 0x01, 0x01) }, "Cbor_NotShortest"],
      "a number in more bytes than it needs": [{ x: Uint8Array.of(0x19, 0x00, 0xff) }, "Cbor_NotShortest"],
      "a break out of place": [{ x: Uint8Array.of(0xff) }, "Cbor_InvalidHead"],
      "a reserved head": [{ x: Uint8Array.of(0x1c) }, "Cbor_InvalidHead"],
      "not a number": [{ x: Uint8Array.of(0xf9, 0x7e, 0x00) }, "Cbor_InvalidHead"],
      "a tag": [{ x: Uint8Array.of(0xc1, 0x05) }, "Cbor_InvalidHead"],
      "an unassigned simple value": [{ x: Uint8Array.of(0xe0) }, "Cbor_InvalidHead"],
    };
    for (const [what, [items, error]] of Object.entries(odd)) it(what, () => refused(signed(items), error));
    it("a length beyond the end (Cantina 2025: bounds)", () =>
      refused(signed({ nonce: head(2, 1000) }), "Cbor_Truncated"));
    it("a length of 2^64 - 1", () => refused(signed({ x: head(2, 2n ** 64n - 1n) }), "Cbor_Truncated"));
    it("an unknown key with more than 256 items in it", async () => {
      const evidence = signed({ x: array(Array(256).fill(NULL)) });
      await expectRefused(nitro, nitro.verifier.verify.staticCall(evidence, "0x", GAS), "Cbor_TooManyItems");
      await reportOf(signed({ x: array(Array(255).fill(NULL)) }));
    });
  });

  describe("refused: COSE", () => {
    const parts: Record<string, [Cose, string]> = {
      "an array of five": [{ signature: concat(bytesOf(pcr(1, 96)), NULL), prefix: EMPTY }, "Cbor_TrailingBytes"],
      "trailing bytes (Cantina 2026: wrapper lengths)": [{ suffix: NULL }, "Cbor_TrailingBytes"],
      "a foreign tag": [{ prefix: Uint8Array.of(0xd1) }, "Cbor_InvalidHead"],
      "the tag twice": [{ prefix: Uint8Array.of(0xd2, 0xd2) }, "Cbor_InvalidHead"],
      "ES256 in the header": [{ header: bytesOf(Uint8Array.of(0xa1, 0x01, 0x26)) }, "CoseSign1_UnexpectedHeader"],
      "an empty header": [{ header: bytesOf(EMPTY) }, "CoseSign1_UnexpectedHeader"],
      "a header with a second entry": [
        { header: bytesOf(Uint8Array.of(0xa2, 0x01, 0x38, 0x22, 0x04, 0x40)) },
        "CoseSign1_UnexpectedHeader",
      ],
      "an unprotected header with an entry (Cantina 2026)": [
        { unprotected: map([[uint(4), bytesOf(EMPTY)]]) },
        "Cbor_OutOfRange",
      ],
      "an unprotected header of null": [{ unprotected: NULL }, "Cbor_UnexpectedType"],
      "a detached payload": [{ payload: NULL }, "CoseSign1_DetachedPayload"],
      "an empty payload": [{ payload: bytesOf(EMPTY) }, "Cbor_OutOfRange"],
      "a signature of 95 bytes": [{ signature: bytesOf(pcr(1, 95)) }, "Cbor_OutOfRange"],
      "a signature of 97 bytes": [{ signature: bytesOf(pcr(1, 97)) }, "Cbor_OutOfRange"],
    };
    for (const [what, [part, error]] of Object.entries(parts)) it(what, () => refused(signed({}, part), error));
    it("more than 8 KB", () => refused(signed({ x: bytesOf(pcr(1, 8000)) }), "NitroVerifier_TooLong"));
    it("nothing", () => refused(EMPTY, "Cbor_Truncated"));
  });

  describe("refused: signatures and chains", () => {
    it("the signature of another key", async () => {
      const evidence = makeCose(payloadOf(itemsOf(chain)), keyOf("stranger"));
      await refused(evidence, "NitroVerifier_InvalidSignature");
    });
    it("an authority's signature: a document's certificate is a leaf", async () => {
      const cut = { ...chain, certificates: chain.certificates.slice(0, 4), keys: chain.keys.slice(0, 4) };
      const evidence = makeDocument(cut);
      const aux = await auxFor(nitro, evidence);
      await expectRefused(nitro, nitro.verifier.verify.staticCall(evidence, aux, GAS), "NitroVerifier_NotLeaf");
    });
    it("an entry of cabundle dropped, repeated or moved, though the certificates are cached", async () => {
      const [root, regional, zonal, instance] = chain.certificates.map(bytesOf) as [Bytes, Bytes, Bytes, Bytes];
      const bundle = (...items: Bytes[]) => signed({ cabundle: array(items) });
      const mismatch = "NitroCertStore_IssuerMismatch";
      await refused(bundle(root, regional, instance), mismatch, "BAD_CERTIFICATE");
      await refused(bundle(root, zonal, regional, instance), mismatch, "BAD_CERTIFICATE");
      await refused(bundle(root, regional, zonal, zonal, instance), mismatch, "BAD_CERTIFICATE");
      await refused(bundle(regional, zonal, instance), "NitroCertStore_ForeignRoot", "BAD_CERTIFICATE");
    });
    it("hints that are cut, or left over", async () => {
      const evidence = signed();
      const aux = await auxFor(nitro, evidence);
      await expectRefused(nitro, nitro.verifier.verify.staticCall(evidence, aux.slice(0, -2), GAS), "Hints_Truncated");
      await expectRefused(nitro, nitro.verifier.verify.staticCall(evidence, `${aux}00`, GAS), "Hints_TrailingBytes");
      await expectRefused(nitro, nitro.verifier.verify.staticCall(evidence, "0x000000", GAS), "Hints_Truncated");
    });
    it("no hints at all: accepted, for more gas", async () => {
      const evidence = signed();
      const report = await nitro.verifier.verify.staticCall(evidence, "0x", GAS);
      expect(report).to.deep.equal(await reportOf(evidence));
    });
  });

  describe("recheck", () => {
    it("wants no aux, and knows what it judges", async () => {
      const { basisId } = await reportOf(signed());
      expect(await nitro.verifier.recheck(basisId, "0x")).to.deep.equal([BigInt(AT + 3 * 3600), 0n]);
      await expectRefused(nitro, nitro.verifier.recheck(basisId, "0x00"), "NitroVerifier_UnexpectedAux");
      await expectRefused(nitro, nitro.verifier.recheck(ZeroHash, "0x"), "NitroCertStore_UnknownCertificate");
    });
  });
});

/** r and n - s. */
function mirrored(signature: Uint8Array): Bytes {
  const s = BigInt(hexlify(signature.subarray(48)));
  return concat(signature.subarray(0, 48), bytes48(ORDER - s));
}
