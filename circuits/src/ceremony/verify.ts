import { randomScalar, toBytes } from "../field.js";
import type { PowersOfTau } from "../formats/ptau.js";
import type { Contribution, Transcript } from "../formats/transcript.js";
import { CONSTANT_SECTIONS, type Zkey } from "../formats/zkey.js";
import { domainLog } from "../groth16/key.js";
import { findBadPhase2 } from "../groth16/phase2.js";
import {
  equalBytes,
  type G1Point,
  type G2Point,
  GENERATOR1,
  GENERATOR2,
  PointError,
  readG1,
  readG2,
  toG1,
  toG2,
  writePoint,
} from "../groth16/points.js";
import { pairingIsOne } from "../groth16/verify.js";
import { Engine } from "../prover/engine.js";
import type { SetupOptions } from "../prover/jobs.js";
import type { R1cs } from "../r1cs.js";
import { part, step, type WorkOptions } from "../work.js";
import { type Beacon, beaconStream } from "./beacon.js";
import { CeremonyError } from "./errors.js";
import { findBadFirst } from "./first-check.js";
import { firstZkey } from "./first-key.js";
import { circuitHash, contributionHash, transcriptHash } from "./hashes.js";
import { Stream } from "./random-points.js";

/**
 * What is wrong with a transcript.
 * - `CIRCUIT`: the key is of another circuit (sizes, terms of its constraints), or lacks tier 2's blinder.
 * - `CIRCUIT_HASH`: the transcript began with another circuit or other powers.
 * - `POWERS`: alpha, beta or gamma are not those of the powers of tau.
 * - `POINTS`: points that nobody may change are not what circuit and powers give.
 * - `TRANSCRIPT`: a contribution was made after others than those before it (one was left out, moved, or comes from elsewhere).
 * - `PROOF`: a party did not prove that it knew its secret.
 * - `DELTA`: delta after a contribution is not delta before it times its secret, or the key's is not the last one's.
 * - `BEACON`: a contribution is not what its beacon gives, or the last one is not the beacon that was asked for.
 * - `NO_PHASE2`: nobody has contributed: anybody can forge.
 * - `DIVIDED`: points that delta divides are not divided by it.
 * - `MISSING`: a contribution that was asked for is not there, or there are too few.
 */
export type FaultCode =
  | "CIRCUIT"
  | "CIRCUIT_HASH"
  | "POWERS"
  | "POINTS"
  | "TRANSCRIPT"
  | "PROOF"
  | "DELTA"
  | "BEACON"
  | "NO_PHASE2"
  | "DIVIDED"
  | "MISSING";

export interface Fault {
  readonly code: FaultCode;
  /** Says what, and in which contribution (counted from 1). */
  readonly message: string;
}

/** Threads make the first key again; the other checks are in this thread. */
export interface VerifyOptions extends SetupOptions {
  /** The ceremony's first key, as published: it is checked by random combinations instead of being made again, which is much faster. */
  readonly first?: Zkey | undefined;
  /** The beacon that was announced: the last contribution must be it. */
  readonly beacon?: Beacon | undefined;
  /** Hashes of contributions that must be among those of parties. */
  readonly include?: readonly Uint8Array[] | undefined;
  /** Contributions of parties, beacons not counted; default: 1. */
  readonly parties?: number | undefined;
}

export interface Checked {
  /** Empty: the key is what the transcript says, and safe if one of its parties was honest. */
  readonly faults: readonly Fault[];
  readonly circuitHash: Uint8Array;
  readonly contributions: readonly { readonly name: string; readonly hash: Uint8Array; readonly beacon?: Beacon }[];
}

/** Checks a key and its transcript against its circuit and the powers of tau. Whose the powers are, their file's hash says. */
export async function verifyZkey(
  zkey: Zkey,
  system: R1cs,
  powers: PowersOfTau,
  options: VerifyOptions = {},
): Promise<Checked> {
  const faults: Fault[] = [];
  const add = (code: FaultCode, message: string) => faults.push({ code, message });
  const { transcript } = zkey;
  const contributions = transcript.contributions.map((contribution) => ({
    name: contribution.name,
    hash: contributionHash(contribution),
    ...(contribution.beacon && { beacon: contribution.beacon }),
  }));
  const result = { faults, circuitHash: transcript.circuitHash, contributions };

  if (!isOfCircuit(zkey, system)) {
    add("CIRCUIT", "the key has other numbers of wires than the circuit, or no blinder for its committed wires");
    return result;
  }
  checkWanted(result, options, add);
  faults.push(...(await checkChain(transcript, part(options, 0, 0.1))));
  const last = transcript.contributions.at(-1)?.delta1 ?? writePoint(GENERATOR1);
  if (!equalBytes(zkey.delta1, last)) add("DELTA", "the key's delta is not that of the last contribution");
  if (equalBytes(zkey.delta1, writePoint(GENERATOR1)) || equalBytes(zkey.delta2, writePoint(GENERATOR2)))
    add("NO_PHASE2", "delta is the generator: the second phase was skipped, and anybody can prove anything");

  const work = part(options, 0.1, 0.95);
  const first = options.first ?? (await firstZkey(system, powers, { ...work, threads: options.threads }));
  if (options.first !== undefined) {
    const bad = isOfCircuit(first, system) ? await findBadFirst(first, system, powers, work) : "numbers of wires";
    if (bad !== undefined) {
      add("POINTS", `the first key is not what circuit and powers give: ${bad}`);
      return result;
    }
  }
  const hash = options.first === undefined ? first.transcript.circuitHash : await circuitHash(first, powers);
  if (!equalBytes(hash, transcript.circuitHash))
    add("CIRCUIT_HASH", "the transcript began with another circuit, or with other powers of tau");
  await compare(zkey, first, add);
  await step(options, 1);
  return result;
}

/** @throws CeremonyError `REFUSED` with all faults */
export function assertChecked({ faults }: { readonly faults: readonly { readonly message: string }[] }): void {
  if (faults.length > 0) throw new CeremonyError("REFUSED", faults.map(({ message }) => message).join("; "));
}

function isOfCircuit(zkey: Zkey, system: R1cs): boolean {
  const { wires, publics, committed } = system;
  const hasBlinder = zkey.blinder.length > 0;
  if (zkey.wires !== wires || zkey.publics !== publics + committed || zkey.log !== domainLog(system)) return false;
  return hasBlinder === committed > 0;
}

function checkWanted({ contributions }: Checked, options: VerifyOptions, add: (code: FaultCode, text: string) => void) {
  const { beacon, include = [], parties = 1 } = options;
  const last = contributions.at(-1)?.beacon;
  if (beacon !== undefined && !(last !== undefined && last.log === beacon.log && equalBytes(last.value, beacon.value)))
    add("BEACON", "the last contribution is not the beacon that was announced");
  const found = contributions.filter((contribution) => contribution.beacon === undefined);
  if (found.length < parties) add("MISSING", `${found.length} parties have contributed, not ${parties}`);
  for (const [i, hash] of include.entries()) {
    if (!found.some((contribution) => equalBytes(contribution.hash, hash)))
      add("MISSING", `contribution ${i + 1} of those that were asked for is not in the transcript`);
  }
}

/** Each contribution's proof, and that its delta follows from the one before. */
async function checkChain({ circuitHash, contributions }: Transcript, options: WorkOptions): Promise<Fault[]> {
  const faults: Fault[] = [];
  let delta: Uint8Array = writePoint(GENERATOR1);
  for (const [i, contribution] of contributions.entries()) {
    const of = `contribution ${i + 1}${contribution.name === "" ? "" : ` (${JSON.stringify(contribution.name)})`}`;
    const { s, sx, transcript } = contribution;
    const before = { circuitHash, contributions: contributions.slice(0, i) };
    if (!equalBytes(transcriptHash(before, s, sx), transcript))
      faults.push({ code: "TRANSCRIPT", message: `${of} was not made after those before it` });
    const ratio = [new Stream(transcript).g2(), contribution.spx] as const;
    const [proof, product] = [
      [s, sx],
      [delta, contribution.delta1],
    ] as const;
    // Both at once; which of them, only when it matters.
    if (!haveRatio([proof, product], ratio)) {
      if (!haveRatio([proof], ratio))
        faults.push({ code: "PROOF", message: `${of} does not prove that its party knew its secret` });
      if (!haveRatio([product], ratio))
        faults.push({ code: "DELTA", message: `${of} did not multiply delta by its secret` });
    }
    if (contribution.beacon !== undefined && !(await isOfBeacon(contribution, contribution.beacon, options)))
      faults.push({ code: "BEACON", message: `${of} is not what its beacon gives` });
    delta = contribution.delta1;
    await step(options, (i + 1) / contributions.length);
  }
  return faults;
}

/**
 * Whether the points of each pair of G1 are to each other as two of G2 are, none of them infinity and all of their groups: by one
 * random combination.
 */
function haveRatio(
  pairs: readonly (readonly [Uint8Array, Uint8Array])[],
  [base, times]: readonly [G2Point, Uint8Array],
): boolean {
  try {
    const [r, t] = [toG2(base), toG2(exact(times, readG2(times)))];
    if (r.is0() || t.is0()) return false;
    let [left, right] = [toG1([0n, 0n]), toG1([0n, 0n])];
    for (const pair of pairs) {
      const [p, q] = pair.map((bytes) => toG1(exact(bytes, readG1(bytes)))) as [Group1, Group1];
      if (p.is0() || q.is0()) return false;
      const factor = randomScalar();
      [left, right] = [left.add(p.multiplyUnsafe(factor)), right.add(q.multiplyUnsafe(factor))];
    }
    return pairingIsOne([
      [left, t],
      [right.negate(), r],
    ]);
  } catch (error) {
    if (error instanceof PointError) return false;
    throw error;
  }
}

type Group1 = ReturnType<typeof toG1>;

/** A point whose bytes are its only form: coordinates below p. */
function exact<Point extends G1Point | G2Point>(bytes: Uint8Array, point: Point): Point {
  if (!equalBytes(writePoint(point), bytes)) throw new PointError("a coordinate is not below p");
  return point;
}

async function isOfBeacon({ s, sx }: Contribution, beacon: Beacon, options: WorkOptions): Promise<boolean> {
  let stream: Stream;
  try {
    stream = await beaconStream(beacon, { signal: options.signal });
  } catch (error) {
    if (error instanceof CeremonyError) return false;
    throw error;
  }
  const secret = stream.scalar();
  const point = writePoint(stream.g1());
  const engine = await Engine.create();
  return equalBytes(point, s) && equalBytes(engine.scale(1, point, toBytes([secret])), sx);
}

const NAMES: Readonly<Record<number, string>> = {
  3: "points of public wires (IC)",
  4: "terms of the constraints",
  5: "points A",
  6: "points B in G1",
  7: "points B in G2",
};

async function compare(zkey: Zkey, first: Zkey, add: (code: FaultCode, message: string) => void): Promise<void> {
  for (const name of ["alpha1", "beta1", "beta2", "gamma2"] as const) {
    if (!equalBytes(zkey[name], first[name])) add("POWERS", `${name} is not that of the powers of tau`);
  }
  for (const id of CONSTANT_SECTIONS) {
    const [left, right] = [zkey, first].map(({ constant }) => constant.get(id) ?? new Uint8Array());
    if (left === undefined || right === undefined || !equalBytes(left, right))
      add(id === 4 ? "CIRCUIT" : "POINTS", `${NAMES[id]} are not what the circuit and the powers give`);
  }
  const bad = await findBadPhase2(first, { ...zkey, gamma2: first.gamma2 });
  if (bad === "delta") add("DELTA", "delta in G2 is not delta in G1");
  else if (bad === "blinder") add("DIVIDED", "tier 2's blinder is not divided by delta");
  else if (bad !== undefined)
    add("DIVIDED", `points ${bad === "k" ? "of private wires (L)" : "H"} are not divided by delta`);
}
