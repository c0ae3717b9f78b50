import { keccak_256 } from "@noble/hashes/sha3.js";
import { getAddress, TypedDataEncoder } from "ethers";
import { concatBytes, utf8 } from "../bytes.js";
import { fromHex, type Hex, isHex, toHex } from "../hex.js";
import type { Domain } from "./domains.js";
import type { TypedField, TypedFields } from "./types.js";

/** Digest of one kind of struct, as EIP-712 says. */
export type Digest<T> = (domain: Domain, value: T) => Hex;

/** A value in 32 bytes; undefined when it is not in the plain form that this encoder knows. */
type Encode = (value: unknown) => Uint8Array | undefined;

/**
 * Digest of a struct: type hash and domain separator are made once, so that a struct of addresses, integers and bytes32 costs
 * two hashes. Whatever is in another form, wrong values included, is ethers' to encode or to refuse.
 */
export function digestOf<T extends object>(types: TypedFields): Digest<T> {
  // ethers wants mutable arrays and never changes them.
  const fields = types as Record<string, TypedField[]>;
  const slow: Digest<T> = (domain, value) => TypedDataEncoder.hash(domain, fields, value) as Hex;
  const members = Object.values(types)[0] ?? [];
  const encoders = members.map(({ name, type }) => [name, encoderOf(type)] as const);
  if (Object.keys(types).length !== 1 || encoders.some(([, encode]) => encode === undefined)) return slow;

  let head: Uint8Array | undefined;
  return (domain, value) => {
    head ??= keccak_256(utf8(TypedDataEncoder.from(fields).encodeType(Object.keys(types)[0] ?? "")));
    const words = [head];
    for (const [name, encode] of encoders) {
      const word = encode?.((value as Record<string, unknown>)[name]);
      if (word === undefined) return slow(domain, value);
      words.push(word);
    }
    return toHex(keccak_256(concatBytes(prefixOf(domain), keccak_256(concatBytes(...words)))));
  };
}

const prefixes = new WeakMap<Domain, Uint8Array>();

/** 0x1901 and the domain separator. Remembered for frozen domains, which cannot change. */
function prefixOf(domain: Domain): Uint8Array {
  const known = prefixes.get(domain);
  if (known !== undefined) return known;
  const prefix = concatBytes(new Uint8Array([0x19, 0x01]), fromHex(TypedDataEncoder.hashDomain(domain)));
  if (Object.isFrozen(domain)) prefixes.set(domain, prefix);
  return prefix;
}

function encoderOf(type: string): Encode | undefined {
  if (type === "address") return encodeAddress;
  if (type === "bytes32") return encodeBytes32;
  const bits = /^uint([0-9]{1,3})$/.exec(type)?.[1];
  return bits === undefined ? undefined : (value) => encodeUint(value, BigInt(bits));
}

function encodeAddress(value: unknown): Uint8Array | undefined {
  if (!isHex(value, 20)) return undefined;
  // Mixed case is a checksum, which a wrong address fails.
  const address = value === value.toLowerCase() ? value : getAddress(value);
  return concatBytes(new Uint8Array(12), fromHex(address));
}

function encodeBytes32(value: unknown): Uint8Array | undefined {
  return isHex(value, 32) ? fromHex(value) : undefined;
}

function encodeUint(value: unknown, bits: bigint): Uint8Array | undefined {
  if (typeof value !== "bigint" || value < 0n || value >> bits !== 0n) return undefined;
  return fromHex(`0x${value.toString(16).padStart(64, "0")}`);
}
