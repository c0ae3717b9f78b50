import { blake2b } from "@noble/hashes/blake2.js";
import { concatBytes } from "@noble/hashes/utils.js";
import { BASE_FIELD, fromBytes, inverse, mod, toBytes } from "../field.js";
import type { PowersOfTau } from "../formats/ptau.js";
import { viewOf } from "../formats/sections.js";
import type { Contribution, Transcript } from "../formats/transcript.js";
import type { Zkey } from "../formats/zkey.js";
import { KeyError } from "../groth16/key.js";
import { GENERATOR1, GENERATOR2, writePoint } from "../groth16/points.js";
import { Engine } from "../prover/engine.js";
import { step, type WorkOptions } from "../work.js";

// What snarkjs hashes, so that its `zkey verify` agrees: BLAKE2b-512 (RFC 7693) over points with big-endian coordinates, imaginary
// parts first, infinity as zeros.

const FROM_RADIX = inverse((1n << 256n) % BASE_FIELD, BASE_FIELD);
/** Points that are converted at once. */
const POINTS = 16_384;

type Hasher = ReturnType<typeof blake2b.create>;

/** Points of keys as they are hashed. */
export function hashedPoints(points: Uint8Array, size: number): Uint8Array {
  const out = toBytes(fromBytes(points).map((value) => mod(value * FROM_RADIX, BASE_FIELD)));
  for (let at = 0; at < out.length; at += size / 2) out.subarray(at, at + size / 2).reverse();
  return out;
}

/** What a contribution's own hash, and those after it, are made of. */
function publicPart({ delta1, s, sx, spx, transcript }: Contribution): Uint8Array {
  const points = [delta1, s, sx].map((point) => hashedPoints(point, 64));
  return concatBytes(...points, hashedPoints(spx, 128), transcript);
}

/** The hash by which a contribution is known: what a party publishes of itself. 64 bytes. */
export function contributionHash(contribution: Contribution): Uint8Array {
  return blake2b(publicPart(contribution), { dkLen: 64 });
}

/** What the next contribution's proof is bound to: all before it, and its own s and sx. 64 bytes. */
export function transcriptHash(before: Transcript, s: Uint8Array, sx: Uint8Array): Uint8Array {
  const hasher = blake2b.create({ dkLen: 64 }).update(before.circuitHash);
  for (const contribution of before.contributions) hasher.update(publicPart(contribution));
  for (const point of [s, sx]) hasher.update(hashedPoints(point, 64));
  return hasher.digest();
}

/**
 * The hash of a circuit's first key, of which every ceremony's transcript begins: 64 bytes.
 * @param first a key that nobody has contributed to
 * @param powers those that it was made of
 */
export async function circuitHash(first: Zkey, powers: PowersOfTau, options: WorkOptions = {}): Promise<Uint8Array> {
  const hasher = blake2b.create({ dkLen: 64 });
  const total = 2 ** first.log + 5 * first.wires;
  let done = 0;
  const add = async (points: Uint8Array, size: number) => {
    for (let at = 0; at < points.length; at += size * POINTS) {
      const piece = points.subarray(at, at + size * POINTS);
      hasher.update(hashedPoints(piece, size));
      done += piece.length / 64;
      await step(options, done / total);
    }
  };
  const list = async (points: Uint8Array, size: number) => {
    hashCount(hasher, points.length / size);
    await add(points, size);
  };
  const part = (id: number) => first.constant.get(id) ?? new Uint8Array();
  for (const point of [first.alpha1, first.beta1]) await add(point, 64);
  await add(first.beta2, 128);
  const [one, two] = [writePoint(GENERATOR1), writePoint(GENERATOR2)];
  await add(two, 128);
  await add(one, 64);
  await add(two, 128);
  await list(part(3), 64);
  hashCount(hasher, 2 ** first.log - 1);
  await add(await vanishingPowers(powers, first.log), 64);
  await list(first.k, 64);
  await list(part(5), 64);
  await list(part(6), 64);
  await list(part(7), 128);
  return hasher.digest();
}

function hashCount(hasher: Hasher, count: number): void {
  const bytes = new Uint8Array(4);
  viewOf(bytes).setUint32(0, count);
  hasher.update(bytes);
}

/**
 * From domains of 2^15 on snarkjs hashes one power more than a key is made of. It takes what follows in the file for a point when
 * there is none; a circuit's hash would then depend on the file's layout, and there is none here.
 */
export const SPARE_POWER_FROM = 15;

/** @throws KeyError when powers are too few for the hash of a circuit with a domain of 2^log */
export function checkSparePower({ power, tau1 }: PowersOfTau, log: number): void {
  if (log >= SPARE_POWER_FROM && (power < log || tau1.length < 64 * 2 ** (log + 1)))
    throw new KeyError(`the hash of a circuit with a domain of 2^${log} needs powers of tau of 2^${log + 1}`);
}

/** tau^(i + n) - tau^i for the domain's n and i below n - 1, or n. */
async function vanishingPowers(powers: PowersOfTau, log: number): Promise<Uint8Array> {
  checkSparePower(powers, log);
  const { tau1 } = powers;
  const size = 2 ** log;
  const count = log < SPARE_POWER_FROM ? size - 1 : size;
  const engine = await Engine.create();
  const out = new Uint8Array(64 * count);
  const piece = 4_096;
  for (let from = 0; from < count; from += piece) {
    const terms = Math.min(piece, count - from);
    const points = new Uint8Array(128 * terms);
    const scalars = new Uint8Array(64 * terms);
    for (let i = 0; i < terms; i++) {
      points.set(tau1.subarray(64 * (from + i + size), 64 * (from + i + size + 1)), 128 * i);
      points.set(negative(tau1.subarray(64 * (from + i), 64 * (from + i + 1))), 128 * i + 64);
      scalars[64 * i] = 1;
      scalars[64 * i + 32] = 1;
    }
    const starts = Uint32Array.from({ length: terms + 1 }, (_, i) => 2 * i);
    out.set(engine.columns(1, points, scalars, starts), 64 * from);
  }
  return out;
}

function negative(point: Uint8Array): Uint8Array {
  const [x = 0n, y = 0n] = fromBytes(point);
  return toBytes([x, y === 0n ? 0n : BASE_FIELD - y]);
}
