// Opens and answers sealed requests with nothing but node:crypto, word for word after RFC 9180 and docs/protocol.md: the
// formats are those of the documents, and not only of one library.
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from "node:crypto";
import { type Hex, requestAad, requestHash, sealRequest, toHex } from "@freehold/sdk";
import { expect } from "chai";
import { id } from "ethers";

const KEM_ID = Buffer.from("0020", "hex");
const SUITE_ID = Buffer.concat([Buffer.from("HPKE"), KEM_ID, Buffer.from("0001", "hex"), Buffer.from("0003", "hex")]);
const KEM_SUITE_ID = Buffer.concat([Buffer.from("KEM"), KEM_ID]);
const ascii = (text: string) => Buffer.from(text, "ascii");

const extract = (salt: Buffer, ikm: Buffer) =>
  createHmac("sha256", salt.length ? salt : Buffer.alloc(32))
    .update(ikm)
    .digest();

function expand(prk: Buffer, info: Buffer, length: number): Buffer {
  const blocks: Buffer[] = [];
  for (let i = 1; Buffer.concat(blocks).length < length; i++) {
    blocks.push(
      createHmac("sha256", prk)
        .update(blocks.at(-1) ?? "")
        .update(info)
        .update(Buffer.of(i))
        .digest(),
    );
  }
  return Buffer.concat(blocks).subarray(0, length);
}

/** RFC 9180, 4. */
const labeledExtract = (suite: Buffer, salt: Buffer, label: string, ikm: Buffer) =>
  extract(salt, Buffer.concat([ascii("HPKE-v1"), suite, ascii(label), ikm]));
const labeledExpand = (suite: Buffer, prk: Buffer, label: string, info: Buffer, length: number) =>
  expand(
    prk,
    Buffer.concat([Buffer.of(length >> 8, length & 255), ascii("HPKE-v1"), suite, ascii(label), info]),
    length,
  );

/** RFC 9180, 4.1 and 5.1, mode_base. */
function receive(privateKey: KeyObject, publicKey: Buffer, enc: Buffer, info: Buffer) {
  const ephemeral = createPublicKey({
    key: { kty: "OKP", crv: "X25519", x: enc.toString("base64url") },
    format: "jwk",
  });
  const dh = diffieHellman({ privateKey, publicKey: ephemeral });
  const eae = labeledExtract(KEM_SUITE_ID, Buffer.alloc(0), "eae_prk", dh);
  const shared = labeledExpand(KEM_SUITE_ID, eae, "shared_secret", Buffer.concat([enc, publicKey]), 32);
  const context = Buffer.concat([
    Buffer.of(0),
    labeledExtract(SUITE_ID, Buffer.alloc(0), "psk_id_hash", Buffer.alloc(0)),
    labeledExtract(SUITE_ID, Buffer.alloc(0), "info_hash", info),
  ]);
  const secret = labeledExtract(SUITE_ID, shared, "secret", Buffer.alloc(0));
  return {
    key: labeledExpand(SUITE_ID, secret, "key", context, 32),
    nonce: labeledExpand(SUITE_ID, secret, "base_nonce", context, 12),
    exporter: labeledExpand(SUITE_ID, secret, "exp", context, 32),
  };
}

describe("sdk: sealing against RFC 9180, by hand", () => {
  it("opens a request and seals a response that the SDK opens", async () => {
    const { privateKey, publicKey } = generateKeyPairSync("x25519");
    const raw = Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url");
    const aad = requestAad({
      chainId: 1n,
      escrow: id("escrow").slice(0, 42),
      node: id("node").slice(0, 42),
      channel: 0n,
      lineId: id("line") as Hex,
      versionHash: id("version") as Hex,
      idempotencyKey: "00".repeat(16),
      cumulative: 1n,
    });
    const sealed = await sealRequest({ hpkePublicKey: toHex(raw), aad, plaintext: ascii('{"input":1}') });

    const enc = Buffer.from(sealed.enc);
    const context = receive(
      createPrivateKey(privateKey.export({ type: "pkcs8", format: "pem" })),
      raw,
      enc,
      ascii("freehold/inference/v1"),
    );
    const ciphertext = Buffer.from(sealed.ciphertext);
    const decipher = createDecipheriv("chacha20-poly1305", context.key, context.nonce, { authTagLength: 16 });
    decipher.setAAD(Buffer.from(aad), { plaintextLength: ciphertext.length - 16 });
    decipher.setAuthTag(ciphertext.subarray(-16));
    const opened = Buffer.concat([decipher.update(ciphertext.subarray(0, -16)), decipher.final()]);
    expect(opened.toString()).to.equal('{"input":1}'.padEnd(256));

    // docs/protocol.md 4.3, with Node's own HKDF where its shape fits.
    const secret = labeledExpand(SUITE_ID, context.exporter, "sec", ascii("freehold/response/v1"), 32);
    const salt = randomBytes(32);
    const derive = (info: string, length: number) =>
      Buffer.from(hkdfSync("sha256", secret, Buffer.concat([enc, salt]), ascii(info), length));
    const hash = requestHash({ aad, ...sealed });
    const cipher = createCipheriv("chacha20-poly1305", derive("key", 32), derive("nonce", 12), { authTagLength: 16 });
    const answer = Buffer.from('{"output":2}'.padEnd(256));
    cipher.setAAD(Buffer.from(hash.slice(2), "hex"), { plaintextLength: answer.length });
    const body = Buffer.concat([cipher.update(answer), cipher.final(), cipher.getAuthTag()]);
    const plaintext = await sealed.openResponse({ nonce: salt, ciphertext: body, requestHash: hash });
    expect(new TextDecoder().decode(plaintext)).to.equal('{"output":2}');
  });
});
