import { Signature } from "ethers";
import { FreeholdError } from "../errors/base.js";
import { type Hex, isHex } from "../hex.js";
import { digestOf } from "./digest.js";
import type { Domain } from "./domains.js";
import { recoverDigest } from "./secp256k1.js";
import type { TypedField, TypedFields } from "./types.js";

/** The part of an ethers Signer that signing needs. */
export interface TypedDataSigner {
  signTypedData(
    domain: Domain,
    types: Record<string, TypedField[]>,
    // biome-ignore lint/suspicious/noExplicitAny: ethers' own signature, any struct
    value: Record<string, any>,
  ): Promise<string>;
  /** Where it exists, it signs the digest itself: faster. See `sessionSigner`. */
  signDigest?(digest: Hex): Hex;
}

/** Hash, sign and recover one EIP-712 struct. */
export interface TypedStruct<T> {
  hash(domain: Domain, value: T): Hex;
  sign(signer: TypedDataSigner, domain: Domain, value: T): Promise<Hex>;
  recover(domain: Domain, value: T, signature: string): string;
}

/** Splits a signature of 65 bytes as EIP-2098 does, for contracts that take `r` and `vs`. Throws `BAD_SIGNATURE`. */
export function compactSignature(signature: string): { r: Hex; vs: Hex } {
  const { r, yParityAndS } = parse(signature);
  return { r: r as Hex, vs: yParityAndS as Hex };
}

/** Binds an EIP-712 struct's types; `T` names its fields. */
export function typedStruct<T extends object>(types: TypedFields): TypedStruct<T> {
  // ethers wants mutable arrays and never changes them.
  const fields = types as Record<string, TypedField[]>;
  const hash = digestOf<T>(types);
  return {
    hash,
    sign: async (signer, domain, value) =>
      signer.signDigest?.(hash(domain, value)) ?? ((await signer.signTypedData(domain, fields, value)) as Hex),
    recover(domain, value, signature) {
      const digest = hash(domain, value);
      const { serialized } = parse(signature);
      try {
        return recoverDigest(digest, serialized as Hex);
      } catch (cause) {
        throw badSignature(signature, "recovers to no address", cause);
      }
    },
  };
}

/** Accepts what OpenZeppelin's ECDSA does: 65 bytes, v 27 or 28, low s (EIP-2). */
function parse(signature: string): Signature {
  if (!isHex(signature, 65)) throw badSignature(signature, "is not 65 bytes of hex");
  const v = Number.parseInt(signature.slice(-2), 16);
  if (v !== 27 && v !== 28) throw badSignature(signature, `has v = ${v}, not 27 or 28`);
  try {
    const parsed = Signature.from(signature);
    // ethers looks at s when it is asked for, and not before.
    void parsed.s;
    return parsed;
  } catch (cause) {
    throw badSignature(signature, "is not canonical (high s)", cause);
  }
}

function badSignature(signature: string, reason: string, cause?: unknown): FreeholdError {
  return new FreeholdError("BAD_SIGNATURE", `signature ${reason}`, { details: { signature }, cause });
}
