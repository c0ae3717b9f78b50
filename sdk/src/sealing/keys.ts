import { Chacha20Poly1305 } from "@hpke/chacha20poly1305";
import { CipherSuite, HkdfSha256 } from "@hpke/core";
import { DhkemX25519HkdfSha256 } from "@hpke/dhkem-x25519";
import { concatBytes, fromBase64 } from "../bytes.js";
import { fromHex, type Hex, toHex } from "../hex.js";
import { SealingError } from "./errors.js";

/** DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305 (RFC 9180). */
export function cipherSuite(): CipherSuite {
  return new CipherSuite({
    kem: new DhkemX25519HkdfSha256(),
    kdf: new HkdfSha256(),
    aead: new Chacha20Poly1305(),
  });
}

/** An X25519 key pair for HPKE. The private key shows itself only when asked. */
export interface HpkeKeyPair {
  /** 32 bytes. */
  readonly publicKey: Hex;
  readonly keys: CryptoKeyPair;
  /** The private key's 32 bytes, to keep in sealed storage. */
  exportPrivateKey(): Promise<Uint8Array<ArrayBuffer>>;
}

/** A fresh key pair. */
export async function generateHpkeKeyPair(): Promise<HpkeKeyPair> {
  return keyPair(await cipherSuite().kem.generateKeyPair());
}

/** The key pair of a private key of 32 bytes. Throws `INVALID_KEY`. */
export async function importHpkePrivateKey(privateKey: Uint8Array): Promise<HpkeKeyPair> {
  const { kem } = cipherSuite();
  try {
    const imported = await kem.deserializePrivateKey(privateKey);
    return await keyPair({ privateKey: imported, publicKey: await kem.deserializePublicKey(await derive(privateKey)) });
  } catch (cause) {
    throw new SealingError("INVALID_KEY", `not an X25519 private key (${privateKey.length} bytes)`, { cause });
  }
}

/** A public key as HPKE takes it. Throws `INVALID_KEY`. */
export async function importHpkePublicKey(publicKey: Hex | Uint8Array): Promise<CryptoKey> {
  try {
    const bytes = typeof publicKey === "string" ? fromHex(publicKey, 32) : publicKey;
    return await cipherSuite().kem.deserializePublicKey(bytes);
  } catch (cause) {
    throw new SealingError("INVALID_KEY", "not an X25519 public key of 32 bytes", { details: { publicKey }, cause });
  }
}

/** Header of a PKCS #8 X25519 key (RFC 8410, 7). */
const PKCS8 = "0x302e020100300506032b656e04220420";

/** Public key of a private one: @hpke/core does not show its own derivation, WebCrypto's JWK has it. */
async function derive(privateKey: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const pkcs8 = concatBytes(fromHex(PKCS8), privateKey);
  const key = await crypto.subtle.importKey("pkcs8", pkcs8, "X25519", true, ["deriveBits"]);
  const { x = "" } = await crypto.subtle.exportKey("jwk", key);
  return fromBase64(`${x.replaceAll("-", "+").replaceAll("_", "/")}=`) ?? new Uint8Array();
}

async function keyPair(keys: CryptoKeyPair): Promise<HpkeKeyPair> {
  const { kem } = cipherSuite();
  const publicKey = toHex(new Uint8Array(await kem.serializePublicKey(keys.publicKey)));
  return {
    publicKey,
    keys,
    exportPrivateKey: async () => new Uint8Array(await kem.serializePrivateKey(keys.privateKey)),
  };
}
