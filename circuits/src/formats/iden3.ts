import { encodeWitness } from "../builder/run.js";
import { CircuitError } from "../errors.js";
import { FIELD, type R1cs, type SparseMatrix, type Witness } from "../r1cs.js";

// Files of iden3's tools, all numbers little-endian: a magic of four letters, a version, a count of sections, then sections of a
// 4-byte number and an 8-byte length. Source of .r1cs: r1csfile, doc/r1cs_bin_format.md (version 1); of .wtns: the same layout as
// snarkjs reads it (version 2; section 1: element size, order, count; section 2: elements).

const ELEMENT = 32;

/** A constraint system as a .r1cs file. Committed wires are public inputs there: the format knows no others. */
export function writeR1cs(system: R1cs): Uint8Array<ArrayBuffer> {
  const { wires, publics, committed, constraints } = system;
  const known = publics + committed;
  const header = [words(ELEMENT), encodeWitness([FIELD]), words(wires, 0, known, wires - 1 - known)];
  const labels = new Uint8Array(8 * wires);
  const view = new DataView(labels.buffer);
  for (let wire = 0; wire < wires; wire++) view.setUint32(8 * wire, wire, true);
  return writeFile("r1cs", 1, [
    [1, concat([...header, words(wires, 0, constraints)])],
    [2, writeRows(system)],
    [3, labels],
  ]);
}

function writeRows(system: R1cs): Uint8Array {
  const matrices = [system.a, system.b, system.c];
  const coefficients = encodeWitness(system.coefficients);
  const terms = matrices.reduce((total, { wires }) => total + wires.length, 0);
  const out = new Uint8Array(12 * system.constraints + (4 + ELEMENT) * terms);
  const view = new DataView(out.buffer);
  let at = 0;
  for (let row = 0; row < system.constraints; row++) {
    for (const matrix of matrices) {
      const from = matrix.starts[row] as number;
      const to = matrix.starts[row + 1] as number;
      view.setUint32(at, to - from, true);
      at += 4;
      for (let i = from; i < to; i++) {
        const index = ELEMENT * (matrix.coefficients[i] as number);
        view.setUint32(at, matrix.wires[i] as number, true);
        out.set(coefficients.subarray(index, index + ELEMENT), at + 4);
        at += 4 + ELEMENT;
      }
    }
  }
  return out;
}

/** A witness as a .wtns file. */
export function writeWtns(witness: Witness): Uint8Array<ArrayBuffer> {
  return writeFile("wtns", 2, [
    [1, concat([words(ELEMENT), encodeWitness([FIELD]), words(witness.length / ELEMENT)])],
    [2, witness],
  ]);
}

/**
 * Reads a .r1cs file over BN254's scalar field; all public wires count as such, none as committed.
 * @throws CircuitError `BAD_FILE`
 */
export function readR1cs(file: Uint8Array): R1cs {
  const sections = readFile(file, "r1cs", 1);
  const header = new Reader(sections.get(1));
  header.field();
  const wires = header.word();
  const publics = header.word() + header.word();
  header.skip(12);
  const constraints = header.word();
  header.end();
  const rows = new Reader(sections.get(2));
  const indices = new Map<bigint, number>();
  const matrices = Array.from({ length: 3 }, () => ({
    starts: [0],
    wires: [] as number[],
    coefficients: [] as number[],
  }));
  for (let row = 0; row < constraints; row++) {
    for (const matrix of matrices) {
      for (let terms = rows.word(); terms > 0; terms--) {
        const wire = rows.word();
        const value = rows.element();
        if (wire >= wires || value >= FIELD) throw bad("a term is out of range");
        matrix.wires.push(wire);
        matrix.coefficients.push(indices.get(value) ?? indices.size);
        if (!indices.has(value)) indices.set(value, indices.size);
      }
      matrix.starts.push(matrix.wires.length);
    }
  }
  rows.end();
  const [a, b, c] = matrices.map(
    (matrix): SparseMatrix => ({
      starts: Uint32Array.from(matrix.starts),
      wires: Uint32Array.from(matrix.wires),
      coefficients: Uint32Array.from(matrix.coefficients),
    }),
  ) as [SparseMatrix, SparseMatrix, SparseMatrix];
  return { wires, publics, committed: 0, constraints, coefficients: [...indices.keys()], a, b, c };
}

/** Reads a .wtns file over BN254's scalar field. @throws CircuitError `BAD_FILE` */
export function readWtns(file: Uint8Array): Witness {
  const sections = readFile(file, "wtns", 2);
  const header = new Reader(sections.get(1));
  header.field();
  const count = header.word();
  header.end();
  const elements = new Reader(sections.get(2));
  for (let i = 0; i < count; i++)
    if (elements.element() >= FIELD) throw bad(`element ${i} is not below the field's order`);
  elements.end();
  return Uint8Array.from(sections.get(2) as Uint8Array);
}

function writeFile(magic: string, version: number, sections: readonly [number, Uint8Array][]): Uint8Array<ArrayBuffer> {
  const parts = sections.flatMap(([id, bytes]) => [words(id, bytes.length, 0), bytes]);
  return concat([new TextEncoder().encode(magic), words(version, sections.length), ...parts]);
}

function readFile(file: Uint8Array, magic: string, version: number): Map<number, Uint8Array> {
  const reader = new Reader(file);
  if (new TextDecoder().decode(reader.take(4)) !== magic) throw bad(`no .${magic} file`);
  if (reader.word() !== version) throw bad(`no .${magic} file of version ${version}`);
  const sections = new Map<number, Uint8Array>();
  for (let count = reader.word(); count > 0; count--) {
    const id = reader.word();
    const length = reader.word() + 2 ** 32 * reader.word();
    if (sections.has(id)) throw bad(`section ${id} comes twice`);
    sections.set(id, reader.take(length));
  }
  reader.end();
  return sections;
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array | undefined) {
    if (bytes === undefined) throw bad("a section is missing");
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  skip(length: number): number {
    if (length > this.#bytes.length - this.#at) throw bad("the file ends too early");
    this.#at += length;
    return this.#at - length;
  }

  take(length: number): Uint8Array {
    const from = this.skip(length);
    return this.#bytes.subarray(from, from + length);
  }

  word(): number {
    return this.#view.getUint32(this.skip(4), true);
  }

  element(): bigint {
    const at = this.skip(ELEMENT);
    let value = 0n;
    for (let offset = ELEMENT - 8; offset >= 0; offset -= 8) {
      value = (value << 64n) | this.#view.getBigUint64(at + offset, true);
    }
    return value;
  }

  /** Element size and order. */
  field(): void {
    if (this.word() !== ELEMENT || this.element() !== FIELD) throw bad("the file is over another field");
  }

  end(): void {
    if (this.#at !== this.#bytes.length) throw bad("a section is longer than it says");
  }
}

function words(...values: number[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(4 * values.length);
  const view = new DataView(out.buffer);
  for (const [i, value] of values.entries()) view.setUint32(4 * i, value, true);
  return out;
}

function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((total, { length }) => total + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function bad(message: string): CircuitError {
  return new CircuitError("BAD_FILE", message);
}
