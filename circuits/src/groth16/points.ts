import { bn254 } from "@noble/curves/bn254.js";
import { BASE_FIELD, fromBytes, inverse, mod, toBytes } from "../field.js";

/** Affine coordinates: x, y; (0, 0) is infinity. */
export type G1Point = readonly [bigint, bigint];
/** Affine coordinates: x, y, each c0, c1 of c0 + c1 u; zeros are infinity. */
export type G2Point = readonly [readonly [bigint, bigint], readonly [bigint, bigint]];

type Projective1 = InstanceType<typeof bn254.G1.Point>;
type Projective2 = InstanceType<typeof bn254.G2.Point>;

const RADIX = (1n << 256n) % BASE_FIELD;
const RADIX_INVERSE = inverse(RADIX, BASE_FIELD);

/** From a key's bytes. */
export function readG1(bytes: Uint8Array): G1Point {
  const [x = 0n, y = 0n] = fromBytes(bytes).map((value) => mod(value * RADIX_INVERSE, BASE_FIELD));
  return [x, y];
}

export function readG2(bytes: Uint8Array): G2Point {
  const [a = 0n, b = 0n, c = 0n, d = 0n] = fromBytes(bytes).map((value) => mod(value * RADIX_INVERSE, BASE_FIELD));
  return [
    [a, b],
    [c, d],
  ];
}

/** To a key's bytes. */
export function writePoint(point: G1Point | G2Point): Uint8Array<ArrayBuffer> {
  return toBytes(point.flat().map((value) => mod(value * RADIX, BASE_FIELD)));
}

/** The generators of EIP-197. */
export const GENERATOR1: G1Point = [1n, 2n];
export const GENERATOR2: G2Point = (() => {
  const { x, y } = bn254.G2.Point.BASE.toAffine();
  return [
    [x.c0, x.c1],
    [y.c0, y.c1],
  ];
})();

/** A point of noble. @throws PointError when a coordinate is not below p or the point is not on the curve */
export function toG1([x, y]: G1Point): Projective1 {
  checkCoordinates([x, y]);
  if (x === 0n && y === 0n) return bn254.G1.Point.ZERO;
  return checked(() => {
    const point = bn254.G1.Point.fromAffine({ x, y });
    point.assertValidity();
    return point;
  });
}

/** A point of noble. @throws PointError when a coordinate is not below p, or the point is not on the curve or not of order r */
export function toG2([x, y]: G2Point): Projective2 {
  checkCoordinates([...x, ...y]);
  if ([...x, ...y].every((value) => value === 0n)) return bn254.G2.Point.ZERO;
  return checked(() => {
    const point = bn254.G2.Point.fromAffine({ x: { c0: x[0], c1: x[1] }, y: { c0: y[0], c1: y[1] } });
    point.assertValidity();
    if (!point.isTorsionFree()) throw new PointError("not in the subgroup");
    return point;
  });
}

export function fromG1(point: Projective1): G1Point {
  if (point.is0()) return [0n, 0n];
  const { x, y } = point.toAffine();
  return [x, y];
}

/** Indices of the points that are not infinity, in a list of a key's bytes. */
export function finitePoints(points: Uint8Array, size: number): number[] {
  const out: number[] = [];
  for (let i = 0; i < points.length / size; i++) {
    if (points.subarray(i * size, (i + 1) * size).some((byte) => byte !== 0)) out.push(i);
  }
  return out;
}

/** The points of some indices, one after the other. */
export function pickPoints(points: Uint8Array, indices: readonly number[], size: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(indices.length * size);
  for (const [i, index] of indices.entries()) out.set(points.subarray(index * size, (index + 1) * size), i * size);
  return out;
}

/**
 * Whether each point of a key's list of G1 is infinity, or has coordinates below p and is on the curve. Sums of points do not show
 * it: a point of small order on another curve leaves half of them.
 */
export function areOnCurve(points: Uint8Array): boolean {
  const three = (3n * RADIX * RADIX * RADIX) % BASE_FIELD;
  const coordinates = fromBytes(points);
  for (let i = 0; i < coordinates.length; i += 2) {
    const [x, y] = [coordinates[i] ?? 0n, coordinates[i + 1] ?? 0n];
    if (x === 0n && y === 0n) continue;
    if (x >= BASE_FIELD || y >= BASE_FIELD) return false;
    // x and y are times the radix: y^2 = x^3 + 3, times its cube.
    if ((y * y * RADIX - x * x * x - three) % BASE_FIELD !== 0n) return false;
  }
  return true;
}

/** The same for a list of G2; the curve has points outside of the group. */
export function areOnCurve2(points: Uint8Array): boolean {
  const { Fp2 } = bn254.fields;
  const [x, y] = GENERATOR2.map(([c0, c1]) => ({ c0, c1 })) as [Complex, Complex];
  const constant = Fp2.sub(Fp2.sqr(y), Fp2.mul(Fp2.sqr(x), x));
  for (let at = 0; at < points.length; at += 128) {
    const bytes = points.subarray(at, at + 128);
    const point = readG2(bytes);
    if (!equalBytes(writePoint(point), bytes)) return false;
    const [x, y] = point.map(([c0, c1]) => ({ c0, c1 })) as [Complex, Complex];
    if (bytes.every((byte) => byte === 0)) continue;
    if (!Fp2.eql(Fp2.sqr(y), Fp2.add(Fp2.mul(Fp2.sqr(x), x), constant))) return false;
  }
  return true;
}

type Complex = { c0: bigint; c1: bigint };

export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, i) => byte === right[i]);
}

/** @throws PointError */
export function checkCoordinates(values: readonly bigint[]): void {
  if (values.some((value) => value < 0n || value >= BASE_FIELD)) throw new PointError("a coordinate is not below p");
}

function checked<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw error instanceof PointError ? error : new PointError("not on the curve or not in the subgroup");
  }
}

/** Coordinates that are no point of the group. */
export class PointError extends Error {
  readonly code = "BAD_POINT";
  readonly hint = "The proof or key was damaged or forged.";
  override readonly name = "PointError";
}
