import { secp256k1 } from "@noble/curves/secp256k1.js";
import { FreeholdError } from "../errors/base.js";
import { fromHex, type Hex, isHex, toHex } from "../hex.js";
import { digestOf } from "./digest.js";
import type { Domain } from "./domains.js";
import { addressOf, signDigest } from "./secp256k1.js";
import type { TypedDataSigner } from "./struct.js";

/** Signs vouchers of a channel with a key of its own: nothing else is at stake when it is lost. */
export interface SessionSigner extends TypedDataSigner {
  /** Checksummed: the channel's signer. */
  readonly address: Hex;
  getAddress(): Promise<Hex>;
  /** 65 bytes over a digest of 32 bytes: the bytes that ethers and viem make. */
  signDigest(digest: Hex): Hex;
}

/**
 * A signer from a private key that is at hand, several times as fast as a wallet. It holds no money and sends nothing.
 * @throws FreeholdError INVALID_PRIVATE_KEY
 */
export function sessionSigner(privateKey: Hex): SessionSigner {
  const secretKey = isHex(privateKey, 32) ? fromHex(privateKey) : new Uint8Array();
  if (!secp256k1.utils.isValidSecretKey(secretKey)) {
    throw new FreeholdError(
      "INVALID_PRIVATE_KEY",
      "a private key is 32 bytes of hex, from 1 to the order of secp256k1",
      {
        hint: "generateSessionKey() makes one.",
      },
    );
  }
  const address = addressOf(secp256k1.getPublicKey(secretKey, false));
  const sign = (digest: Hex) => signDigest(secretKey, digest);
  return Object.freeze({
    address,
    getAddress: async () => address,
    signDigest: sign,
    signTypedData: async (domain: Domain, types: Parameters<TypedDataSigner["signTypedData"]>[1], value: object) =>
      sign(digestOf(types)(domain, value)),
  });
}

/** A fresh private key for one channel. Keep it as long as the channel: without it no more vouchers can be signed. */
export function generateSessionKey(): Hex {
  return toHex(secp256k1.utils.randomSecretKey());
}
