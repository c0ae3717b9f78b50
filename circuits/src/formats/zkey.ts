import { BASE_FIELD, fromBytes, mod, toBytes } from "../field.js";
import {
  checkKey,
  domainLog,
  KeyError,
  type ProvingKey,
  sharedCopy,
  sharedWords,
  shareMatrix,
} from "../groth16/key.js";
import { equalBytes, finitePoints, pickPoints } from "../groth16/points.js";
import { FIELD, type R1cs } from "../r1cs.js";
import { badFile, readSections, section, viewOf, words, writeSections } from "./sections.js";
import { NO_TRANSCRIPT, readTranscript, type Transcript, writeTranscript } from "./transcript.js";

/** Tier 2's blinder: no other tool knows this section; one that contributes leaves it out. */
const BLINDER = 100;
/** Sections that contributions leave as they are: points of known wires, terms of the matrices, A, B in G1 and in G2. */
export const CONSTANT_SECTIONS = [3, 4, 5, 6, 7] as const;

/** A .zkey file (iden3, version 1, Groth16). Points are as in keys. */
export interface Zkey {
  readonly wires: number;
  /** Public wires, and committed ones: the format knows no difference. */
  readonly publics: number;
  readonly log: number;
  readonly alpha1: Uint8Array;
  readonly beta1: Uint8Array;
  readonly beta2: Uint8Array;
  readonly gamma2: Uint8Array;
  readonly delta1: Uint8Array;
  readonly delta2: Uint8Array;
  /** {@link CONSTANT_SECTIONS}, as in the file. */
  readonly constant: ReadonlyMap<number, Uint8Array>;
  readonly k: Uint8Array;
  readonly h: Uint8Array;
  /** Two points (tier 2), or none. */
  readonly blinder: Uint8Array;
  readonly transcript: Transcript;
}

/**
 * A proving key as a .zkey file, which snarkjs and rapidsnark prove with. Committed wires are public inputs there: their proofs
 * are of the circuit without a commitment.
 * @param transcript default: none, and `zkey verify` accepts no such file
 */
export function writeZkey(key: ProvingKey, transcript: Transcript = NO_TRANSCRIPT): Uint8Array<ArrayBuffer> {
  return encodeZkey(zkeyOf(key, transcript));
}

export function zkeyOf(key: ProvingKey, transcript: Transcript): Zkey {
  const constant = new Map([
    [3, key.ic],
    [4, termsOf({ ...key, coefficients: fromBytes(key.coefficients), a: key.matrices[0], b: key.matrices[1] })],
    [5, spread(key.a, key.aWires, key.wires, 64)],
    [6, spread(key.b1, key.bWires, key.wires, 64)],
    [7, spread(key.b2, key.bWires, key.wires, 128)],
  ]);
  const { wires, publics, committed, log, alpha1, beta1, beta2, gamma2, delta1, delta2, k, h, blinder } = key;
  const header = { wires, publics: publics + committed, log, alpha1, beta1, beta2, gamma2, delta1, delta2 };
  return { ...header, constant, k, h, blinder, transcript };
}

export function encodeZkey(zkey: Zkey): Uint8Array<ArrayBuffer> {
  const { alpha1, beta1, beta2, gamma2, delta1, delta2, constant } = zkey;
  const sizes = words(zkey.wires, zkey.publics, 2 ** zkey.log);
  const header = [words(32), toBytes([BASE_FIELD]), words(32), toBytes([FIELD]), sizes];
  return writeSections("zkey", 1, [
    [1, [words(1)]],
    [2, [...header, alpha1, beta1, beta2, gamma2, delta1, delta2]],
    ...CONSTANT_SECTIONS.map((id) => [id, [constant.get(id) ?? new Uint8Array()]] as const),
    [8, [zkey.k]],
    [9, [zkey.h]],
    [10, writeTranscript(zkey.transcript)],
    ...(zkey.blinder.length === 0 ? [] : [[BLINDER, [zkey.blinder]] as const]),
  ]);
}

/** @throws CircuitError `BAD_FILE` when the file is none, of another curve or protocol, or its sections do not fit together */
export function readZkey(bytes: Uint8Array): Zkey {
  const sections = readSections(bytes, "zkey", 1);
  if (viewOf(section(sections, 1, 4)).getUint32(0, true) !== 1) throw badFile("a .zkey file of another protocol");
  const head = section(sections, 2, 84 + 3 * 64 + 3 * 128);
  const view = viewOf(head);
  const orders = [4, 40].map((at) => fromBytes(head.slice(at, at + 32))[0]);
  if (
    view.getUint32(0, true) !== 32 ||
    view.getUint32(36, true) !== 32 ||
    orders[0] !== BASE_FIELD ||
    orders[1] !== FIELD
  )
    throw badFile("a .zkey file of another curve");
  const [wires = 0, publics = 0, size = 0] = [72, 76, 80].map((at) => view.getUint32(at, true));
  const log = Math.log2(size);
  if (!Number.isInteger(log) || log < 1 || log > 27) throw badFile(`a domain of ${size}`);
  if (publics + 1 > wires) throw badFile("more public wires than wires");
  let at = 84;
  const point = (length: number) => {
    at += length;
    return head.subarray(at - length, at);
  };
  const [alpha1, beta1, beta2] = [point(64), point(64), point(128)];
  const [gamma2, delta1, delta2] = [point(128), point(64), point(128)];
  const lengths = { 3: 64 * (publics + 1), 4: undefined, 5: 64 * wires, 6: 64 * wires, 7: 128 * wires };
  const constant = new Map(CONSTANT_SECTIONS.map((id) => [id as number, section(sections, id, lengths[id])]));
  return {
    ...{ wires, publics, log, alpha1, beta1, beta2, gamma2, delta1, delta2, constant },
    k: section(sections, 8, 64 * (wires - 1 - publics)),
    h: section(sections, 9, 64 * size),
    blinder: sections.has(BLINDER) ? section(sections, BLINDER, 128) : new Uint8Array(),
    transcript: readTranscript(section(sections, 10)),
  };
}

/**
 * A proving key from a .zkey file and the circuit that it is of, which says which wires are committed. Not for development:
 * whether a ceremony made it, its transcript says (ceremony/verify.ts).
 * @throws KeyError when the file is of another circuit, or has no blinder although wires are committed
 */
export function keyFromZkey(zkey: Zkey, system: R1cs): ProvingKey {
  const { wires, publics, committed, constraints } = system;
  const { log, alpha1, beta1, beta2, gamma2, delta1, delta2, k, h, constant } = zkey;
  if (zkey.wires !== wires || zkey.publics !== publics + committed || log !== domainLog(system))
    throw new KeyError("the .zkey file is of another circuit");
  if (committed > 0 && zkey.blinder.length === 0)
    throw new KeyError("the .zkey file has no blinder: a tool that knows no tier 2 has contributed");
  const part = (id: number) => constant.get(id) ?? new Uint8Array();
  const [aWires, bWires] = [finitePoints(part(5), 64), finitePoints(part(6), 64)];
  const key: ProvingKey = {
    development: false,
    ...{ wires, publics, committed, constraints, log },
    ...{ alpha1: sharedCopy(alpha1), beta1: sharedCopy(beta1), delta1: sharedCopy(delta1) },
    ...{ beta2: sharedCopy(beta2), gamma2: sharedCopy(gamma2), delta2: sharedCopy(delta2) },
    ic: sharedCopy(part(3)),
    blinder: sharedCopy(committed > 0 ? zkey.blinder : new Uint8Array()),
    ...{ aWires: sharedWords(aWires), bWires: sharedWords(bWires) },
    a: sharedCopy(pickPoints(part(5), aWires, 64)),
    b1: sharedCopy(pickPoints(part(6), bWires, 64)),
    b2: sharedCopy(pickPoints(part(7), bWires, 128)),
    ...{ k: sharedCopy(k), h: sharedCopy(h) },
    coefficients: sharedCopy(toBytes(system.coefficients)),
    matrices: [shareMatrix(system.a), shareMatrix(system.b), shareMatrix(system.c)],
  };
  if (!equalBytes(termsOf(system), part(4)))
    throw new KeyError("the .zkey file has other constraints than the circuit");
  checkKey(key);
  return key;
}

/**
 * Terms of the left and the right matrix: matrix, row, wire, coefficient times 2^512. In the order of snarkjs, whose `zkey verify`
 * compares them as bytes: row by row, left before right, then the known wires' own rows.
 */
export function termsOf({ a, b, coefficients, ...system }: Omit<R1cs, "wires" | "c">): Uint8Array {
  const known = 1 + system.publics + system.committed;
  const scaled = toBytes(coefficients.map((value) => mod(value << 512n)));
  const one = toBytes([mod(1n << 512n)]);
  const count = a.wires.length + b.wires.length + known;
  const out = new Uint8Array(4 + 44 * count);
  const view = new DataView(out.buffer);
  view.setUint32(0, count, true);
  let at = 4;
  const term = (matrix: number, row: number, wire: number, value: Uint8Array) => {
    view.setUint32(at, matrix, true);
    view.setUint32(at + 4, row, true);
    view.setUint32(at + 8, wire, true);
    out.set(value, at + 12);
    at += 44;
  };
  for (let row = 0; row < system.constraints; row++) {
    for (const [index, { starts, wires, coefficients: used }] of [a, b].entries()) {
      for (let i = starts[row] ?? 0; i < (starts[row + 1] ?? 0); i++) {
        const from = (used[i] ?? 0) * 32;
        term(index, row, wires[i] ?? 0, scaled.subarray(from, from + 32));
      }
    }
  }
  for (let wire = 0; wire < known; wire++) term(0, system.constraints + wire, wire, one);
  return out;
}

/** A point for every wire, infinity where the key has none. */
function spread(points: Uint8Array, wires: Uint32Array, count: number, size: number): Uint8Array {
  const out = new Uint8Array(count * size);
  for (const [i, wire] of wires.entries()) out.set(points.subarray(i * size, (i + 1) * size), wire * size);
  return out;
}
