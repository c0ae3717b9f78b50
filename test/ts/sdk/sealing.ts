import {
  fromHex,
  generateHpkeKeyPair,
  type Hex,
  importHpkePrivateKey,
  openRequest,
  PADDING,
  pad,
  requestAad,
  requestHash,
  responseHash,
  SealingError,
  sealRequest,
  toHex,
  unpad,
} from "@freehold/sdk";
import { expect } from "chai";
import { concat, id, sha256 } from "ethers";

const BINDING = {
  chainId: 31337n,
  escrow: "0xAbCdEf0123456789aBcDeF0123456789ABCDef01",
  node: "0x1234567890AbcdEF1234567890aBcdef12345678",
  channel: 3n,
  lineId: id("line") as Hex,
  versionHash: id("version") as Hex,
  idempotencyKey: "00112233445566778899aabbccddeeff",
  cumulative: 100n,
};
const AAD = requestAad(BINDING);
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (s: string) => new TextEncoder().encode(s);

async function code(run: () => Promise<unknown>): Promise<string> {
  try {
    await run();
  } catch (error) {
    expect(error).to.be.instanceOf(SealingError);
    return (error as SealingError).code;
  }
  return "nothing thrown";
}

const flip = (original: Uint8Array, bit: number): Uint8Array<ArrayBuffer> => {
  const changed = new Uint8Array(original);
  changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return changed;
};

describe("sdk: sealing", () => {
  it("seals a request and its response between two parties", async () => {
    const keyPair = await generateHpkeKeyPair();
    const sealed = await sealRequest({ hpkePublicKey: keyPair.publicKey, aad: AAD, plaintext: bytes('{"input":1}') });
    expect(sealed.enc).to.have.length(32);
    // Padded plaintext and a tag of 16 bytes.
    expect(sealed.ciphertext).to.have.length(PADDING + 16);

    const opened = await openRequest({ keyPair, enc: sealed.enc, ciphertext: sealed.ciphertext, aad: AAD });
    expect(text(opened.plaintext)).to.equal('{"input":1}');

    const hash = requestHash({ aad: AAD, ...sealed });
    const answer = await opened.sealResponse(bytes('{"output":2}'), hash);
    const plaintext = await sealed.openResponse({ ...answer, requestHash: hash });
    expect(text(plaintext)).to.equal('{"output":2}');
  });

  it("hashes as docs/protocol.md says", () => {
    expect(text(AAD)).to.equal(
      JSON.stringify([
        "freehold/request/v1",
        "31337",
        BINDING.escrow.toLowerCase(),
        BINDING.node.toLowerCase(),
        "3",
        BINDING.lineId,
        BINDING.versionHash,
        BINDING.idempotencyKey,
        "100",
      ]),
    );
    const enc = bytes("enc");
    const ciphertext = bytes("ciphertext");
    const nonce = bytes("nonce");
    expect(requestHash({ aad: AAD, enc, ciphertext })).to.equal(sha256(concat([AAD, enc, ciphertext])));
    expect(responseHash({ nonce, ciphertext })).to.equal(sha256(concat([nonce, ciphertext])));
  });

  it("imports the private key that it exported", async () => {
    const keyPair = await generateHpkeKeyPair();
    const again = await importHpkePrivateKey(await keyPair.exportPrivateKey());
    expect(again.publicKey).to.equal(keyPair.publicKey);
    const sealed = await sealRequest({ hpkePublicKey: keyPair.publicKey, aad: AAD, plaintext: bytes("{}") });
    const opened = await openRequest({ keyPair: again, enc: sealed.enc, ciphertext: sealed.ciphertext, aad: AAD });
    expect(text(opened.plaintext)).to.equal("{}");
  });

  it("derives public keys as RFC 7748 does (6.1)", async () => {
    const bob = await importHpkePrivateKey(
      fromHex("0x5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"),
    );
    expect(bob.publicKey).to.equal("0xde9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
  });

  it("opens nothing that was changed, nor for another request, nor with another key", async () => {
    const keyPair = await generateHpkeKeyPair();
    const { enc, ciphertext } = await sealRequest({
      hpkePublicKey: keyPair.publicKey,
      aad: AAD,
      plaintext: bytes("{}"),
    });
    const other = requestAad({ ...BINDING, cumulative: 101n });
    const stranger = await generateHpkeKeyPair();
    expect(await code(() => openRequest({ keyPair, enc, ciphertext, aad: other }))).to.equal("OPEN_FAILED");
    expect(await code(() => openRequest({ keyPair: stranger, enc, ciphertext, aad: AAD }))).to.equal("OPEN_FAILED");
    expect(await code(() => openRequest({ keyPair, enc: flip(enc, 9), ciphertext, aad: AAD }))).to.equal("OPEN_FAILED");
    expect(await code(() => openRequest({ keyPair, enc: enc.subarray(1), ciphertext, aad: AAD }))).to.equal(
      "OPEN_FAILED",
    );
    for (const bit of [0, 700, ciphertext.length * 8 - 1]) {
      const changed = flip(ciphertext, bit);
      expect(await code(() => openRequest({ keyPair, enc, ciphertext: changed, aad: AAD }))).to.equal("OPEN_FAILED");
    }
  });

  it("opens no response that was changed, nor one to another request", async () => {
    const keyPair = await generateHpkeKeyPair();
    const seal = () => sealRequest({ hpkePublicKey: keyPair.publicKey, aad: AAD, plaintext: bytes("{}") });
    const [first, second] = await Promise.all([seal(), seal()]);
    const opened = await openRequest({ keyPair, enc: first.enc, ciphertext: first.ciphertext, aad: AAD });
    const hash = requestHash({ aad: AAD, ...first });
    const answer = await opened.sealResponse(bytes("{}"), hash);
    const bad = { ...answer, requestHash: hash };
    expect(await code(() => second.openResponse(bad))).to.equal("OPEN_FAILED");
    expect(await code(() => first.openResponse({ ...bad, requestHash: id("x") as Hex }))).to.equal("OPEN_FAILED");
    expect(await code(() => first.openResponse({ ...bad, nonce: flip(answer.nonce, 3) }))).to.equal("OPEN_FAILED");
    expect(await code(() => first.openResponse({ ...bad, nonce: answer.nonce.subarray(1) }))).to.equal("OPEN_FAILED");
    expect(await code(() => first.openResponse({ ...bad, ciphertext: flip(answer.ciphertext, 70) }))).to.equal(
      "OPEN_FAILED",
    );
  });

  it("refuses keys that are none, and points of low order", async () => {
    for (const hpkePublicKey of ["0x1234", `0x${"00".repeat(32)}`, `0x01${"00".repeat(31)}`] as Hex[]) {
      const sealing = () => sealRequest({ hpkePublicKey, aad: AAD, plaintext: bytes("{}") });
      expect(await code(sealing), hpkePublicKey).to.equal("INVALID_KEY");
    }
    expect(await code(() => importHpkePrivateKey(new Uint8Array(31)))).to.equal("INVALID_KEY");
  });

  it("pads to 256 bytes and takes the padding away", () => {
    for (const [length, padded] of [
      [0, 256],
      [1, 256],
      [256, 256],
      [257, 512],
    ] as const) {
      const plaintext = new Uint8Array(length).fill(0x7b);
      expect(pad(plaintext)).to.have.length(padded);
      expect(toHex(unpad(pad(plaintext)))).to.equal(toHex(plaintext));
    }
    for (const length of [0, 255, 257]) {
      expect(() => unpad(new Uint8Array(length)))
        .to.throw(SealingError)
        .with.property("code", "BAD_PADDING");
    }
  });
});
