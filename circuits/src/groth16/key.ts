import type { SparseMatrix } from "../r1cs.js";

/**
 * What a prover needs of a circuit. Points are affine, each coordinate 32 bytes, little-endian, times 2^256 mod p, (0, 0) for
 * infinity: as in .zkey files.
 */
export interface ProvingKey {
  /** The set-up's secrets are public: whoever has them proves anything. Never on a public chain. */
  readonly development: boolean;
  readonly wires: number;
  readonly publics: number;
  /** Committed wires (tier 2). */
  readonly committed: number;
  readonly constraints: number;
  /** Binary logarithm of the domain. */
  readonly log: number;
  readonly alpha1: Uint8Array;
  readonly beta1: Uint8Array;
  readonly delta1: Uint8Array;
  readonly beta2: Uint8Array;
  readonly gamma2: Uint8Array;
  readonly delta2: Uint8Array;
  /** Points of the constant, the public and the committed wires. */
  readonly ic: Uint8Array;
  /** Blinder of the commitment (tier 2): eta / gamma and eta / delta. Two points, or none. */
  readonly blinder: Uint8Array;
  /** Wires whose polynomial on the left, and on the right, is not zero, in order. */
  readonly aWires: Uint32Array;
  readonly bWires: Uint32Array;
  readonly a: Uint8Array;
  readonly b1: Uint8Array;
  readonly b2: Uint8Array;
  /** Points of the private wires. */
  readonly k: Uint8Array;
  /** Lagrange basis of the domain's odd coset over delta. */
  readonly h: Uint8Array;
  /** Coefficients of the matrices, 32 bytes each. */
  readonly coefficients: Uint8Array;
  readonly matrices: readonly [SparseMatrix, SparseMatrix, SparseMatrix];
}

const MAGIC = 0x4b504846; // "FHPK"
const VERSION = 1;

/** Binary logarithm of the domain of a system: one row a constraint, and one for the constant, each public and committed wire. */
export function domainLog(system: { constraints: number; publics: number; committed: number }): number {
  const rows = system.constraints + system.publics + system.committed + 1;
  return Math.max(1, Math.ceil(Math.log2(rows)));
}

/** Space that threads can share, where the platform has such; otherwise every thread gets a copy. */
export function sharedBytes(length: number): Uint8Array {
  return typeof SharedArrayBuffer === "function"
    ? new Uint8Array(new SharedArrayBuffer(length))
    : new Uint8Array(length);
}

export function sharedCopy(bytes: Uint8Array): Uint8Array {
  const out = sharedBytes(bytes.length);
  out.set(bytes);
  return out;
}

export function sharedWords(words: ArrayLike<number>): Uint32Array {
  const out = new Uint32Array(sharedBytes(4 * words.length).buffer);
  out.set(words);
  return out;
}

/** A copy that threads can share. */
export function shareMatrix({ starts, wires, coefficients }: SparseMatrix): SparseMatrix {
  return { starts: sharedWords(starts), wires: sharedWords(wires), coefficients: sharedWords(coefficients) };
}

function sectionsOf(key: ProvingKey): (Uint8Array | Uint32Array)[] {
  const { alpha1, beta1, delta1, beta2, gamma2, delta2, ic, blinder, aWires, bWires, a, b1, b2, k, h } = key;
  const matrices = key.matrices.flatMap(({ starts, wires, coefficients }) => [starts, wires, coefficients]);
  const points = [alpha1, beta1, delta1, beta2, gamma2, delta2, ic, blinder, a, b1, b2, k, h];
  return [...points, key.coefficients, aWires, bWires, ...matrices];
}

/** The package's own format: "FHPK", version, flags, numbers, then every section with its length. About a third of a .zkey. */
export function encodeKey(key: ProvingKey): Uint8Array<ArrayBuffer> {
  const sections = sectionsOf(key);
  const head = [MAGIC, VERSION, key.development ? 1 : 0];
  head.push(key.wires, key.publics, key.committed, key.constraints, key.log);
  const out = new Uint8Array(4 * head.length + sections.reduce((sum, section) => sum + 4 + section.byteLength, 0));
  const view = new DataView(out.buffer);
  let at = 0;
  const word = (value: number) => {
    view.setUint32(at, value, true);
    at += 4;
  };
  for (const value of head) word(value);
  for (const section of sections) {
    word(section.byteLength);
    out.set(new Uint8Array(section.buffer, section.byteOffset, section.byteLength), at);
    at += section.byteLength;
  }
  return out;
}

/** @throws KeyError when the bytes are no key of this version, or its parts do not fit together */
export function decodeKey(bytes: Uint8Array): ProvingKey {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const word = () => {
    if (at + 4 > bytes.length) throw new KeyError("the key ends too early");
    at += 4;
    return view.getUint32(at - 4, true);
  };
  if (word() !== MAGIC) throw new KeyError("not a proving key");
  if (word() !== VERSION) throw new KeyError("a proving key of another version");
  const flags = word();
  const [wires, publics, committed, constraints, log] = [word(), word(), word(), word(), word()];
  const section = () => {
    const length = word();
    if (at + length > bytes.length) throw new KeyError("the key ends too early");
    at += length;
    return sharedCopy(bytes.subarray(at - length, at));
  };
  const words = () => {
    const raw = section();
    if (raw.length % 4 !== 0) throw new KeyError("a list of words has half a word");
    return new Uint32Array(raw.buffer);
  };
  const matrix = (): SparseMatrix => ({ starts: words(), wires: words(), coefficients: words() });
  const key: ProvingKey = {
    development: flags === 1,
    ...{ wires, publics, committed, constraints, log },
    ...{ alpha1: section(), beta1: section(), delta1: section() },
    ...{ beta2: section(), gamma2: section(), delta2: section() },
    ...{ ic: section(), blinder: section() },
    ...{ a: section(), b1: section(), b2: section(), k: section(), h: section(), coefficients: section() },
    ...{ aWires: words(), bWires: words(), matrices: [matrix(), matrix(), matrix()] },
  };
  if (at !== bytes.length) throw new KeyError("the key has bytes after its end");
  checkKey(key);
  return key;
}

/** That no index leaves its list: the core checks none. @throws KeyError */
export function checkKey(key: ProvingKey): void {
  const { wires, publics, committed, constraints, log } = key;
  const known = 1 + publics + committed;
  const size = 2 ** log;
  const expected: [string, number, number][] = [
    ["alpha1", key.alpha1.length, 64],
    ["beta1", key.beta1.length, 64],
    ["delta1", key.delta1.length, 64],
    ["beta2", key.beta2.length, 128],
    ["gamma2", key.gamma2.length, 128],
    ["delta2", key.delta2.length, 128],
    ["ic", key.ic.length, 64 * known],
    ["blinder", key.blinder.length, committed === 0 ? 0 : 128],
    ["a", key.a.length, 64 * key.aWires.length],
    ["b1", key.b1.length, 64 * key.bWires.length],
    ["b2", key.b2.length, 128 * key.bWires.length],
    ["k", key.k.length, 64 * (wires - known)],
    ["h", key.h.length, 64 * size],
    ["coefficients", key.coefficients.length % 32, 0],
  ];
  for (const [name, length, wanted] of expected) {
    if (length !== wanted) throw new KeyError(`${name} has ${length} bytes, not ${wanted}`);
  }
  if (log < 1 || log > 27 || constraints + known > size) throw new KeyError("the domain does not fit the constraints");
  for (const list of [key.aWires, key.bWires]) checkBelow(list, wires);
  for (const { starts, wires: used, coefficients } of key.matrices) {
    if (starts.length !== constraints + 1) throw new KeyError("a matrix has another number of rows");
    if (starts[0] !== 0 || starts.some((start, i) => i > 0 && start < (starts[i - 1] ?? 0))) {
      throw new KeyError("a matrix's rows are out of order");
    }
    if (starts[constraints] !== used.length || used.length !== coefficients.length) {
      throw new KeyError("a matrix's terms are not complete");
    }
    checkBelow(used, wires);
    checkBelow(coefficients, key.coefficients.length / 32);
  }
}

function checkBelow(list: Uint32Array, limit: number): void {
  if (list.some((index) => index >= limit)) throw new KeyError("an index of the key leaves its list");
}

/** A file of a key, a witness or a set-up that is not what it should be. */
export class KeyError extends Error {
  readonly code = "BAD_KEY";
  readonly hint = "Take the file from its publisher again and compare its hash.";
  override readonly name = "KeyError";
}
