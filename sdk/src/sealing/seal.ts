import { Chacha20Poly1305 } from "@hpke/chacha20poly1305";
import { expand, extract } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, randomBytes, utf8 } from "../bytes.js";
import { fromHex, type Hex } from "../hex.js";
import { SealingError } from "./errors.js";
import { cipherSuite, type HpkeKeyPair, importHpkePublicKey } from "./keys.js";
import { pad, unpad } from "./padding.js";

type Bytes = Uint8Array<ArrayBuffer>;

/** A response as it travels. */
export interface SealedResponse {
  /** 32 random bytes. */
  nonce: Bytes;
  ciphertext: Bytes;
}

/** A request as it travels, and the only means to open what comes back. */
export interface SealedRequest {
  /** 32 bytes: the encapsulated key. */
  enc: Bytes;
  ciphertext: Bytes;
  /** Plaintext of the response to this request. Throws `OPEN_FAILED` or `BAD_PADDING`. */
  openResponse(response: { nonce: Uint8Array; ciphertext: Uint8Array; requestHash: Hex }): Promise<Bytes>;
}

/** An opened request, and the means to answer it. */
export interface OpenedRequest {
  plaintext: Bytes;
  /** Seals a response so that only the sender of this request can open it. */
  sealResponse(plaintext: Uint8Array, requestHash: Hex): Promise<SealedResponse>;
}

const INFO = utf8("freehold/inference/v1");
const RESPONSE_LABEL = utf8("freehold/response/v1");
const NONCE_LENGTH = 32;

/**
 * Seals a request to an enclave: HPKE base mode, padded plaintext (docs/protocol.md 4.2).
 * Throws `INVALID_KEY`.
 */
export async function sealRequest(request: {
  hpkePublicKey: Hex | Uint8Array;
  aad: Uint8Array;
  plaintext: Uint8Array;
}): Promise<SealedRequest> {
  const recipientPublicKey = await importHpkePublicKey(request.hpkePublicKey);
  let context: Awaited<ReturnType<ReturnType<typeof cipherSuite>["createSenderContext"]>>;
  try {
    context = await cipherSuite().createSenderContext({ recipientPublicKey, info: INFO });
  } catch (cause) {
    throw new SealingError("INVALID_KEY", "nothing can be sealed to this key: a point of low order", { cause });
  }
  const enc = new Uint8Array(context.enc);
  const ciphertext = new Uint8Array(await context.seal(pad(request.plaintext), request.aad));
  const secret = new Uint8Array(await context.export(RESPONSE_LABEL, 32));
  return {
    enc,
    ciphertext,
    async openResponse(response) {
      const { key, nonce } = responseKey(secret, enc, response.nonce);
      const aad = fromHex(response.requestHash, 32);
      return unpad(await authentic("response", () => aead(key).open(nonce, response.ciphertext, aad)));
    },
  };
}

/** Opens a request with the enclave's key. Throws `OPEN_FAILED` or `BAD_PADDING`. */
export async function openRequest(request: {
  keyPair: HpkeKeyPair;
  enc: Uint8Array;
  ciphertext: Uint8Array;
  aad: Uint8Array;
}): Promise<OpenedRequest> {
  const { keyPair, enc, ciphertext, aad } = request;
  const { padded, secret } = await authentic("request", async () => {
    const context = await cipherSuite().createRecipientContext({ recipientKey: keyPair.keys, enc, info: INFO });
    return { padded: await context.open(ciphertext, aad), secret: await context.export(RESPONSE_LABEL, 32) };
  });
  return {
    plaintext: unpad(new Uint8Array(padded)),
    async sealResponse(plaintext, requestHash) {
      const salt = randomBytes(NONCE_LENGTH);
      const { key, nonce } = responseKey(new Uint8Array(secret), enc, salt);
      const sealed = await aead(key).seal(nonce, pad(plaintext), fromHex(requestHash, 32));
      return { nonce: salt, ciphertext: new Uint8Array(sealed) };
    },
  };
}

/** Key and nonce of a response, as Oblivious HTTP derives them (RFC 9458, 4.4). */
function responseKey(secret: Uint8Array, enc: Uint8Array, responseNonce: Uint8Array): { key: Bytes; nonce: Bytes } {
  if (responseNonce.length !== NONCE_LENGTH) {
    throw new SealingError("OPEN_FAILED", `response nonce has ${responseNonce.length} bytes, not ${NONCE_LENGTH}`);
  }
  const prk = extract(sha256, secret, concatBytes(enc, responseNonce));
  return {
    key: new Uint8Array(expand(sha256, prk, utf8("key"), 32)),
    nonce: new Uint8Array(expand(sha256, prk, utf8("nonce"), 12)),
  };
}

const aead = (key: Bytes) => new Chacha20Poly1305().createEncryptionContext(key);

async function authentic<T>(what: string, open: () => Promise<T>): Promise<T extends ArrayBuffer ? Bytes : T> {
  try {
    const opened = await open();
    return (opened instanceof ArrayBuffer ? new Uint8Array(opened) : opened) as T extends ArrayBuffer ? Bytes : T;
  } catch (cause) {
    throw new SealingError("OPEN_FAILED", `the ${what} was not sealed to this key, or was changed on its way`, {
      cause,
    });
  }
}
