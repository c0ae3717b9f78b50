import { normalizeZ } from "@noble/curves/abstract/curve.js";
import { bn254 } from "@noble/curves/bn254.js";
import { mod, randomScalar, toBytes } from "../field.js";
import { KeyError, type ProvingKey } from "../groth16/key.js";
import {
  areOnCurve,
  fromG1,
  type G1Point,
  type G2Point,
  GENERATOR2,
  PointError,
  readG1,
  readG2,
  toG1,
  toG2,
  writePoint,
} from "../groth16/points.js";
import { DEVELOPMENT_SEED, seededScalar } from "../groth16/setup.js";
import { pairingIsOne } from "../groth16/verify.js";
import { concat, Engine } from "../prover/engine.js";
import { generators, hidingGenerator, inField } from "./pedersen.js";

/**
 * Proves that a sum of a circuit's committed points W and anchors C[s] (pedersen.ts) open to one vector, and that W has no part of
 * the public inputs: a linear-subspace argument (Kiltz and Wee 2015, eprint 2015/216, used as in LegoSNARK, eprint 2019/142).
 * One G1 point, checked with e(W, k0) * prod e(C[s], k[s + 1]) = e(proof, 1).
 */
export interface LinkVerifyingKey {
  /** The secrets are public. */
  readonly development: boolean;
  /** Numbers of committed wires of each anchor, in the order of the wires. */
  readonly segments: readonly number[];
  /** k0 for the circuit's sum, then one for each anchor; in G2 alone: in G1 they would forge. */
  readonly k: readonly G2Point[];
}

export interface LinkKey extends LinkVerifyingKey {
  /** k0 * IC[j] + k[s + 1] * G[i] for every committed wire, k0 * blinder, k[s + 1] * H for every anchor; as in keys. */
  readonly points: Uint8Array;
}

/** What a circuit's committed wires open to: their values, and the blinders of the sum and of every anchor. */
export interface Opening {
  readonly values: readonly bigint[];
  /** Blinder of W: independent of the anchors', or W and C together would not hide perfectly. */
  readonly blinder: bigint;
  readonly anchorBlinders: readonly bigint[];
}

/** W: the committed wires' part of the verifier's sum, blinded. @throws RangeError, KeyError */
export async function committedSum(key: ProvingKey, values: readonly bigint[], blinder: bigint): Promise<G1Point> {
  if (key.committed === 0 || values.length !== key.committed) {
    throw new KeyError(`the circuit commits to ${key.committed} wires, not ${values.length}`);
  }
  const engine = await Engine.create();
  return readG1(engine.msm(1, circuitBasis(key), toBytes(inField([...values, blinder]))));
}

/**
 * A link key from a public seed, for development.
 * @param segments numbers of wires of each anchor; default: one anchor of all
 */
export async function developmentLinkKey(
  key: ProvingKey,
  { segments = [key.committed], seed = DEVELOPMENT_SEED } = {},
): Promise<LinkKey> {
  const k = Array.from({ length: segments.length + 1 }, (_, i) => seededScalar(seed, `link ${i}`));
  return contributeLink(await emptyLinkKey(key, segments), key, k, true);
}

/** The key of secrets 0, to which parties add theirs. */
export async function emptyLinkKey(key: ProvingKey, segments: readonly number[]): Promise<LinkKey> {
  const total = segments.reduce((sum, length) => sum + length, 0);
  if (total !== key.committed || segments.some((length) => !Number.isInteger(length) || length < 1)) {
    throw new KeyError(`segments of ${total} wires in a circuit that commits to ${key.committed}`);
  }
  const none: G2Point = readG2(new Uint8Array(128));
  return {
    development: false,
    segments,
    k: [none, ...segments.map(() => none)],
    points: new Uint8Array(64 * (key.committed + 1 + segments.length)),
  };
}

/**
 * Adds a party's secrets, which it then forgets. Parties begin with the empty key, each for itself, and their keys are added up by
 * {@link sumLinkKeys}: whoever added to the others' could take theirs away again.
 * @param secrets one for the circuit's sum and one for each anchor, uniform
 */
export async function contributeLink(
  link: LinkKey,
  key: ProvingKey,
  secrets: readonly bigint[] = link.k.map(randomScalar),
  development = link.development,
): Promise<LinkKey> {
  if (secrets.length !== link.k.length) throw new RangeError("one secret for the sum and one for each anchor");
  const engine = await Engine.create();
  const scalars = secrets.map((secret) => toBytes([mod(secret)]));
  try {
    const { circuit, anchors } = await bases(key, link.segments);
    const parts = [circuit, ...anchors].map((basis, i) => engine.scale(1, basis, scalars[i] ?? new Uint8Array(32)));
    const g2 = toG2(GENERATOR2);
    const k = link.k.map((point, i) => fromG2(toG2(point).add(g2.multiply(mod(secrets[i] ?? 0n)))));
    return { development, segments: link.segments, k, points: addAll([link.points, ...parts]) };
  } finally {
    for (const bytes of scalars) bytes.fill(0);
    engine.wipe();
  }
}

/**
 * The key of a ceremony, from one key of each party: one honest party is enough, as long as every party had published a hash of its
 * `encodeLinkKey` before it saw another's. Otherwise the last one takes the others' away: a key of its own less theirs passes every check.
 * @throws KeyError when a key is not of this circuit, is there twice, or the keys have other segments
 */
export async function sumLinkKeys(links: readonly LinkKey[], key: ProvingKey): Promise<LinkKey> {
  const [first] = links;
  if (first === undefined) throw new KeyError("a link's key needs a party");
  if (new Set(links.map(({ k }) => String(k))).size !== links.length)
    throw new KeyError("a party's key is there twice");
  for (const [i, link] of links.entries()) {
    if (String(link.segments) !== String(first.segments)) throw new KeyError(`key ${i} has other segments`);
    const bad = await findBadLink(link, key);
    if (bad !== undefined) throw new KeyError(`key ${i} is not of this circuit, or damaged: ${bad}`);
  }
  return {
    // One party whose secrets are not public is enough.
    development: links.every(({ development }) => development),
    segments: first.segments,
    k: first.k.map((_, i) => addG2(links.map(({ k }) => k[i] as G2Point))),
    points: addAll(links.map(({ points }) => points)),
  };
}

/**
 * What is wrong with a link's key.
 * - `wires`: it is for another number of committed wires.
 * - `k`: one is infinity, off the curve, outside of the group or the generator, or two are equal.
 * - `points`: one is off the curve, or has a coordinate that is not below p.
 * - `circuit`: the points are not what k gives for this circuit's key.
 */
export type LinkPart = "wires" | "k" | "points" | "circuit";

/** The first part of a link's key that is wrong: points by a random combination. Who publishes a key cannot cheat provers. */
export async function findBadLink(link: LinkKey, key: ProvingKey): Promise<LinkPart | undefined> {
  const total = link.segments.reduce((sum, length) => sum + length, 0);
  if (total !== key.committed || link.points.length !== 64 * (total + 1 + link.segments.length)) return "wires";
  if (link.k.length !== link.segments.length + 1 || !areSound(link.k)) return "k";
  if (!areOnCurve(link.points)) return "points";
  const engine = await Engine.create();
  const { circuit, anchors } = await bases(key, link.segments);
  const factors = toBytes(Array.from({ length: circuit.length / 64 }, randomScalar));
  const [points, ...sides] = [link.points, circuit, ...anchors].map((list) => readG1(engine.msm(1, list, factors)));
  return verifyLinkEquation(link, sides, points ?? [0n, 0n]) ? undefined : "circuit";
}

/** Whether a link's key is one of this circuit, see {@link findBadLink}. */
export async function checkLinkKey(link: LinkKey, key: ProvingKey): Promise<boolean> {
  return (await findBadLink(link, key)) === undefined;
}

/**
 * Whether one of k is of the development set-up, whatever the flag says: contracts judge so too. One public k is enough to link
 * what the other one's owner likes.
 */
export function isDevelopmentLink({ development, k }: LinkVerifyingKey): boolean {
  const g2 = toG2(GENERATOR2);
  const known = new Set(k.map((_, i) => String(fromG2(g2.multiply(seededScalar(DEVELOPMENT_SEED, `link ${i}`))))));
  return development || k.some((point) => known.has(String(point)));
}

/** Whether all k are in the group, none is infinity or the generator, and no two are equal. */
export function areSound(k: readonly G2Point[]): boolean {
  const known = new Set([String(GENERATOR2), ...k.map(String)]);
  if (known.size !== k.length + 1) return false;
  try {
    return k.every((point) => !toG2(point).is0());
  } catch (error) {
    if (error instanceof PointError) return false;
    throw error;
  }
}

/** @throws RangeError */
export async function proveLink(link: LinkKey, { values, blinder, anchorBlinders }: Opening): Promise<G1Point> {
  const scalars = [...values, blinder, ...anchorBlinders];
  if (scalars.length !== link.points.length / 64) throw new RangeError("another number of values than the key links");
  const engine = await Engine.create();
  return readG1(engine.msm(1, link.points, toBytes(inField(scalars))));
}

/** Whether a sum and the anchors open to one vector. False for points off the curve, and for k that are infinity. */
export function verifyLink(
  link: LinkVerifyingKey,
  statement: { readonly sum: G1Point; readonly anchors: readonly G1Point[] },
  proof: G1Point,
): boolean {
  if (statement.anchors.length !== link.segments.length) return false;
  return verifyLinkEquation(link, [statement.sum, ...statement.anchors], proof);
}

function verifyLinkEquation(link: LinkVerifyingKey, sides: readonly G1Point[], proof: G1Point): boolean {
  try {
    const k = link.k.map(toG2);
    if (k.length !== sides.length || k.some((point) => point.is0())) return false;
    return pairingIsOne([
      ...sides.map((side, i) => [toG1(side), k[i] ?? bn254.G2.Point.ZERO] as const),
      [toG1(proof).negate(), toG2(GENERATOR2)] as const,
    ]);
  } catch (error) {
    if (error instanceof PointError) return false;
    throw error;
  }
}

/** Points of the committed wires, then of the blinder. */
function circuitBasis(key: ProvingKey): Uint8Array<ArrayBuffer> {
  return concat([key.ic.subarray(64 * (1 + key.publics)), key.blinder.subarray(0, 64)]);
}

/** What W and each anchor are sums over, as lists of one length with infinity where a value has no part. */
async function bases(key: ProvingKey, segments: readonly number[]) {
  const length = 64 * (key.committed + 1 + segments.length);
  const circuit = new Uint8Array(length);
  circuit.set(circuitBasis(key));
  const all = await generators(Math.max(...segments));
  const hiding = await hidingGenerator();
  let at = 0;
  const anchors = segments.map((count, i) => {
    const basis = new Uint8Array(length);
    basis.set(all.subarray(0, 64 * count), 64 * at);
    basis.set(hiding, 64 * (key.committed + 1 + i));
    at += count;
    return basis;
  });
  return { circuit, anchors };
}

function addG2(points: readonly G2Point[]): G2Point {
  return fromG2(points.map(toG2).reduce((sum, point) => sum.add(point)));
}

function fromG2(point: ReturnType<typeof toG2>): G2Point {
  const { x, y } = point.toAffine();
  return [
    [x.c0, x.c1],
    [y.c0, y.c1],
  ];
}

/** Sums of points at equal places. */
function addAll(lists: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const count = (lists[0]?.length ?? 0) / 64;
  const sums = Array.from({ length: count }, (_, i) =>
    lists
      .map((list) => readG1(list.subarray(64 * i, 64 * i + 64)))
      .filter(([x, y]) => x !== 0n || y !== 0n)
      .reduce((sum, [x, y]) => sum.add(bn254.G1.Point.fromAffine({ x, y })), bn254.G1.Point.ZERO),
  );
  return concat(normalizeZ(bn254.G1.Point, sums).map((point) => writePoint(fromG1(point))));
}
