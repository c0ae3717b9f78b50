import { type NitroDocument, parseNitroDocument, verifyNitroDocument } from "@freehold/sdk/attestation";
import { expect } from "chai";
import { errorOf } from "../model/utils/errors.ts";
import { bytes48, ORDER } from "./utils/authority.ts";
import { type Bytes, concat } from "./utils/der.ts";
import {
  array,
  bytesOf,
  EMPTY_MAP,
  type Items,
  map,
  NULL,
  PROTECTED,
  payloadOf,
  text,
  uint,
} from "./utils/document.ts";
import {
  auxFor,
  cacheChain,
  chainAt,
  deployNitro,
  expectRefused,
  GAS,
  goTo,
  type Nitro,
  nitroVectors,
} from "./utils/nitro.ts";

const vectors = nitroVectors();

(vectors === undefined ? describe.skip : describe)("genuine documents with damage: the manifest's recipes", () => {
  const NAME = "base-2024-11-30";
  const { evidence, window } = vectors?.documents.find(({ name }) => name === NAME) ?? {};
  const other = vectors?.documents.find(({ name }) => name === "blocky-2024-09-07-max");
  let cold: Nitro;
  let warm: Nitro;
  let document: NitroDocument;
  let at: number;

  before(async () => {
    document = parseNitroDocument(evidence!);
    at = window![0] + 60;
    const deploy = async () => deployNitro(await chainAt(at - 1000), vectors!.root);
    [cold, warm] = [await deploy(), await deploy()];
    for (const nitro of [cold, warm]) await goTo(nitro.connection, at);
    await cacheChain(warm, document.chain);
  });

  after(async () => {
    await cold.connection.close();
    await warm.connection.close();
  });

  async function judge(nitro: Nitro, damaged: Uint8Array) {
    const aux = await auxFor(nitro, damaged).catch(() => "0x");
    return nitro.verifier.verify.staticCall(damaged, aux, GAS);
  }

  /** @param ifCold the error where nothing is cached, when that is worth a look: without hints it takes seconds */
  async function refused(damaged: Uint8Array, ifWarm: string, ifCold?: string): Promise<void> {
    await expectRefused(warm, judge(warm, damaged), ifWarm);
    if (ifCold !== undefined) await expectRefused(cold, judge(cold, damaged), ifCold);
    const opinion = await errorOf(() => verifyNitroDocument(damaged, { at }));
    expect(opinion).to.have.property("code").that.is.oneOf(["BAD_EVIDENCE", "BAD_CERTIFICATE", "OUT_OF_DATE"]);
  }

  /** The document's items, in AWS's order. */
  function items(): Items {
    const { moduleId, timestamp, pcrs, chain, publicKey, userData, nonce } = document;
    const optional = (bytes?: Uint8Array) => (bytes === undefined ? NULL : bytesOf(bytes));
    return {
      module_id: text(moduleId),
      digest: text("SHA384"),
      timestamp: uint(timestamp),
      pcrs: map([...pcrs].map(([index, pcr]) => [uint(index), bytesOf(pcr)])),
      certificate: bytesOf(chain.at(-1)!),
      cabundle: array(chain.slice(0, -1).map(bytesOf)),
      public_key: optional(publicKey),
      user_data: optional(userData),
      nonce: optional(nonce),
    };
  }

  /** The document with another payload or signature; the signature is not made anew: nobody but AWS could. */
  const withPayload = (payload: Uint8Array, signature = document.signature): Bytes =>
    array([bytesOf(PROTECTED), EMPTY_MAP, bytesOf(payload), bytesOf(signature)]);
  const withItems = (changes: Items): Bytes => withPayload(payloadOf({ ...items(), ...changes }));
  const withSignature = (r: Uint8Array, s: Uint8Array): Bytes => withPayload(document.payload, concat(r, s));

  function flipped(bytes: Uint8Array, bit: number): Bytes {
    const copy = Uint8Array.from(bytes);
    copy[bit >> 3]! ^= 1 << (bit & 7);
    return copy;
  }

  it("the tests' writer gives the genuine bytes back", () => {
    expect(withItems({})).to.deep.equal(evidence);
  });

  for (const bit of [0, 383]) {
    it(`bit ${bit} of the document's r and s`, async () => {
      const [r, s] = [document.signature.subarray(0, 48), document.signature.subarray(48)];
      await refused(withSignature(flipped(r, bit), s), "NitroVerifier_InvalidSignature");
      await refused(withSignature(r, flipped(s, bit)), "NitroVerifier_InvalidSignature");
    });
  }

  it("a bit of each register", async () => {
    for (const index of [0, 2, 15]) {
      const pcrs = [...document.pcrs].map(
        ([i, pcr]) => [uint(i), bytesOf(i === index ? flipped(pcr, 77) : pcr)] as const,
      );
      await refused(withItems({ pcrs: map(pcrs) }), "NitroVerifier_InvalidSignature");
    }
  });

  it("a bit of the timestamp", () =>
    refused(withItems({ timestamp: uint(BigInt(document.timestamp) ^ 1n) }), "NitroVerifier_InvalidSignature"));

  it("a bit of a certificate's signed part: its key, which is then not cached", async () => {
    for (const level of [1, 2, 3, 4]) {
      const chain = [...document.chain];
      const point = Buffer.from(chain[level]!).indexOf(Buffer.from([0x03, 0x62, 0x00, 0x04])) + 20;
      chain[level] = flipped(chain[level]!, point * 8);
      const damaged = withItems({ certificate: bytesOf(chain[4]!), cabundle: array(chain.slice(0, 4).map(bytesOf)) });
      await refused(damaged, "NitroCertStore_InvalidSignature");
    }
  });

  it("a bit of a certificate's signature: if cached, the document's own tells", async () => {
    for (const level of [1, 4]) {
      const chain = [...document.chain];
      chain[level] = flipped(chain[level]!, (chain[level]!.length - 10) * 8);
      const damaged = withItems({ certificate: bytesOf(chain[4]!), cabundle: array(chain.slice(0, 4).map(bytesOf)) });
      await refused(damaged, "NitroVerifier_InvalidSignature", "NitroCertStore_InvalidSignature");
    }
  });

  it("a bit of the root", () => {
    const [root, ...below] = document.chain.slice(0, 4);
    const cabundle = array([flipped(root!, 800), ...below].map(bytesOf));
    return refused(withItems({ cabundle }), "NitroCertStore_ForeignRoot");
  });

  it("the leaf of another document", () => {
    const leaf = parseNitroDocument(other!.evidence).chain.at(-1)!;
    return refused(withItems({ certificate: bytesOf(leaf) }), "NitroCertStore_IssuerMismatch");
  });

  it("entries of cabundle dropped, moved, repeated", async () => {
    const [root, regional, zonal, instance] = document.chain.map(bytesOf) as [Bytes, Bytes, Bytes, Bytes];
    const bundle = (...entries: Bytes[]) => withItems({ cabundle: array(entries) });
    await refused(bundle(root, regional, zonal), "NitroCertStore_IssuerMismatch");
    await refused(bundle(root, zonal, instance), "NitroCertStore_IssuerMismatch");
    await refused(bundle(regional, zonal, instance), "NitroCertStore_ForeignRoot");
    await refused(bundle(root, zonal, regional, instance), "NitroCertStore_IssuerMismatch");
    await refused(bundle(root, regional, regional, zonal, instance), "NitroCertStore_IssuerMismatch");
    await refused(bundle(root, root, regional, zonal, instance), "NitroCertStore_SelfIssued");
  });

  it("r or s of 0, n and more", async () => {
    const [r, s] = [document.signature.subarray(0, 48), document.signature.subarray(48)];
    for (const value of [0n, ORDER, ORDER + 1n, 2n ** 384n - 1n]) {
      await refused(withSignature(bytes48(value), s), "NitroVerifier_InvalidSignature");
      await refused(withSignature(r, bytes48(value)), "NitroVerifier_InvalidSignature");
    }
  });

  it("n - s in place of s: accepted, and the same evidence", async () => {
    const [r, s] = [document.signature.subarray(0, 48), document.signature.subarray(48)];
    const mirrored = bytes48(ORDER - BigInt(`0x${Buffer.from(s).toString("hex")}`));
    expect(await judge(warm, withSignature(r, mirrored))).to.deep.equal(await judge(warm, evidence!));
  });

  it("tag 18 in front: accepted, and the same evidence", async () => {
    expect(await judge(warm, concat(Uint8Array.of(0xd2), evidence!))).to.deep.equal(await judge(warm, evidence!));
  });

  it("a key twice, trailing bytes, indefinite lengths", async () => {
    const pairs = Object.entries(items()).map(([key, item]) => [text(key), item!] as const);
    await refused(withPayload(map([...pairs, [text("nonce"), NULL]])), "NitroDocument_DuplicateKey");
    await refused(withPayload(concat(document.payload, NULL)), "Cbor_TrailingBytes");
    await refused(concat(evidence!, NULL), "Cbor_TrailingBytes");
    const indefinite = concat(Uint8Array.of(0xbf), document.payload.subarray(1), Uint8Array.of(0xff));
    await refused(withPayload(indefinite), "Cbor_InvalidHead");
  });

  it("cut anywhere", async () => {
    for (const length of [1, 7, 100, 1000, evidence!.length - 1]) {
      await refused(evidence!.subarray(0, length), "Cbor_Truncated");
    }
  });
});
