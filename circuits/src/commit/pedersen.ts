import { sha512 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { BASE_FIELD, fromBytes, mod, toBytes } from "../field.js";
import { type G1Point, readG1, writePoint } from "../groth16/points.js";
import { concat, Engine } from "../prover/engine.js";
import { FIELD } from "../r1cs.js";

/** Domain of the generators: another curve, order or use takes another. */
const DOMAIN = "freehold/pedersen/bn254-g1/1";

let engine: Promise<Engine> | undefined;
const messages: Uint8Array[] = [];
let hiding: Uint8Array | undefined;

/**
 * Generators for the values of a vector, 64 bytes each as in keys. Nobody knows a relation between them: each is the first
 * point of x = SHA-512(domain / name / counter) mod p, little-endian, with the root whose parity is the digest's last bit.
 */
export async function generators(count: number): Promise<Uint8Array<ArrayBuffer>> {
  const at = await shared();
  while (messages.length < count) messages.push(hashToPoint(at, `message ${messages.length}`));
  return concat(messages.slice(0, count));
}

function shared(): Promise<Engine> {
  engine ??= Engine.create();
  return engine;
}

/** Generator of the blinder. */
export async function hidingGenerator(): Promise<Uint8Array> {
  hiding ??= hashToPoint(await shared(), "blinder");
  return hiding;
}

function hashToPoint(engine: Engine, name: string): Uint8Array {
  for (let counter = 0; ; counter++) {
    const digest = sha512(utf8ToBytes(`${DOMAIN}/${name}/${counter}`));
    const x = (fromBytes(digest, 64)[0] ?? 0n) % BASE_FIELD;
    const square = mod(x ** 3n + 3n, BASE_FIELD);
    const root = rootOf(engine, square);
    if ((root * root) % BASE_FIELD !== square) continue;
    const odd = BigInt((digest[63] ?? 0) & 1);
    return writePoint([x, (root & 1n) === odd ? root : mod(-root, BASE_FIELD)]);
  }
}

/** A square root, if there is one. */
function rootOf(engine: Engine, square: bigint): bigint {
  return engine.scoped(() => {
    const { core } = engine;
    const at = engine.take(64);
    core.fqFromBytes(at, engine.put(toBytes([square])), 1, 0);
    core.fqRoot(at, at);
    const out = engine.take(32);
    core.fqToBytes(out, at, 1, 0);
    return fromBytes(engine.read(out, 32))[0] ?? 0n;
  });
}

/**
 * The anchor of a vector: sum of values[i] * G[i] + blinder * H. Independent of circuits and of their keys; the anchor of a sum is
 * the sum of anchors, blinders included. Hides perfectly with a blinder that is uniform and used once.
 * @throws RangeError when a value or the blinder is not in [0, FIELD)
 */
export async function anchor(values: readonly bigint[], blinder: bigint): Promise<G1Point> {
  const at = await shared();
  const points = concat([await generators(values.length), await hidingGenerator()]);
  return readG1(at.msm(1, points, toBytes(inField([...values, blinder]))));
}

/** @throws RangeError */
export function inField(values: readonly bigint[]): readonly bigint[] {
  if (values.some((value) => value < 0n || value >= FIELD)) throw new RangeError("a value is not in the field");
  return values;
}
