import { BASE_FIELD, fromBytes } from "../field.js";
import { badFile, type Place, placesOf, type Reading, readBytes, readSource, type Source, viewOf } from "./sections.js";

/**
 * Powers of tau, prepared for a second phase: points as in keys. Lagrange bases of all domains up to 2^power lie one after the
 * other, that of 2^k from point 2^k - 1 on.
 */
export interface PowersOfTau {
  readonly power: number;
  readonly alpha1: Uint8Array;
  readonly beta1: Uint8Array;
  readonly beta2: Uint8Array;
  /** tau^i in G1 for i from 0 to 2^(power + 1) - 1, the last one only if the file has greater powers. */
  readonly tau1: Uint8Array;
  /** Lagrange bases in G1 (one domain more than the others), in G2, and in G1 times alpha and times beta. */
  readonly basis1: Uint8Array;
  readonly basis2: Uint8Array;
  readonly alphaBasis1: Uint8Array;
  readonly betaBasis1: Uint8Array;
}

/**
 * Reads a prepared .ptau file (iden3, version 1). Says nothing about who made it: compare its hash with the published one first.
 * @throws CircuitError `BAD_FILE` when the file is another kind, of another curve, or not prepared
 */
export function readPtau(bytes: Uint8Array): PowersOfTau {
  return readBytes(bytes, (length) => powersOf(length));
}

/**
 * Reads as much of a prepared .ptau file as circuits of a domain up to 2^power need (all that there is, if the file has less):
 * memory is bounded by the circuit, not by the file.
 * @throws CircuitError `BAD_FILE`
 */
export async function readPtauOf(source: Source, power: number): Promise<PowersOfTau> {
  return readSource(source, (length) => powersOf(length, power));
}

/** A .ptau file's power, and where its sections lie. Checks their lengths. */
export interface PtauPlaces {
  readonly power: number;
  readonly places: ReadonlyMap<number, Place>;
}

/** Bytes that each section of powers up to 2^power has; contributions (7) have any. Sections of less powers are their beginnings. */
export function ptauLengths(power: number): Map<number, number> {
  const size = 2 ** power;
  return new Map([
    [2, 64 * (2 * size - 1)],
    [3, 128 * size],
    [4, 64 * size],
    [5, 64 * size],
    [6, 128],
    [12, 64 * (4 * size - 1)],
    [13, 128 * (2 * size - 1)],
    [14, 64 * (2 * size - 1)],
    [15, 64 * (2 * size - 1)],
  ]);
}

export function* ptauPlaces(length: number): Reading<PtauPlaces> {
  const places = yield* placesOf(length, "ptau", 1);
  const head = places.get(1);
  if (head?.length !== 44) throw badFile("powers of tau without a header");
  const header = yield [head.offset, 44];
  const view = viewOf(header);
  const prime = fromBytes(header.slice(4, 36))[0];
  if (view.getUint32(0, true) !== 32 || prime !== BASE_FIELD) throw badFile("powers of tau of another curve");
  const power = view.getUint32(36, true);
  if (power < 1 || power > 28) throw badFile(`powers of tau of 2^${power}`);
  if (!places.has(12)) throw badFile("powers of tau that were not prepared for a second phase");
  for (const [id, wanted] of ptauLengths(power)) {
    const found = places.get(id)?.length;
    if (found !== wanted) throw badFile(`section ${id} has ${found ?? "no"} bytes, not ${wanted}`);
  }
  return { power, places };
}

function* powersOf(length: number, wanted = 28): Reading<PowersOfTau> {
  const { power: most, places } = yield* ptauPlaces(length);
  const power = Math.min(most, wanted);
  const lengths = ptauLengths(power);
  const start = (id: number) => places.get(id)?.offset ?? 0;
  const whole = (id: number) => [start(id), lengths.get(id) ?? 0] as const;
  return {
    power,
    alpha1: yield [start(4), 64],
    beta1: yield [start(5), 64],
    beta2: yield whole(6),
    tau1: yield [start(2), power < most ? 64 * 2 ** (power + 1) : (lengths.get(2) ?? 0)],
    basis1: yield whole(12),
    basis2: yield whole(13),
    alphaBasis1: yield whole(14),
    betaBasis1: yield whole(15),
  };
}
