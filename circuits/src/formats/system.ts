import { fromBytes, toBytes } from "../field.js";
import { FIELD, type R1cs, type SparseMatrix, type Witness } from "../r1cs.js";
import { badFile, readSections, section, words, writeSections } from "./sections.js";

// Sources: .r1cs is of r1csfile, doc/r1cs_bin_format.md (version 1); .wtns has the same layout, as snarkjs reads it (version 2).

const ELEMENT = 32;

/** A constraint system as a .r1cs file. Committed wires are public inputs there: the format knows no others. */
export function writeR1cs(system: R1cs): Uint8Array<ArrayBuffer> {
  const { wires, publics, committed, constraints } = system;
  const labels = new BigUint64Array(wires);
  for (let i = 0; i < wires; i++) labels[i] = BigInt(i);
  const known = publics + committed;
  const header = [words(ELEMENT), toBytes([FIELD]), words(wires, 0, known, wires - 1 - known, wires, 0, constraints)];
  return writeSections("r1cs", 1, [
    [1, header],
    [2, [rows(system)]],
    [3, [new Uint8Array(labels.buffer)]],
  ]);
}

function rows(system: R1cs): Uint8Array {
  const coefficients = toBytes(system.coefficients);
  const matrices = [system.a, system.b, system.c];
  const terms = matrices.reduce((sum, { wires }) => sum + wires.length, 0);
  const out = new Uint8Array((4 + ELEMENT) * terms + 12 * system.constraints);
  const view = new DataView(out.buffer);
  let at = 0;
  const write = ({ starts, wires, coefficients: indices }: SparseMatrix, row: number) => {
    const [from = 0, to = 0] = [starts[row], starts[row + 1]];
    view.setUint32(at, to - from, true);
    at += 4;
    for (let i = from; i < to; i++) {
      const index = (indices[i] ?? 0) * ELEMENT;
      view.setUint32(at, wires[i] ?? 0, true);
      out.set(coefficients.subarray(index, index + ELEMENT), at + 4);
      at += 4 + ELEMENT;
    }
  };
  for (let row = 0; row < system.constraints; row++) for (const matrix of matrices) write(matrix, row);
  return out;
}

/** A witness as a .wtns file. */
export function writeWtns(witness: Witness): Uint8Array<ArrayBuffer> {
  return writeSections("wtns", 2, [
    [1, [words(ELEMENT), toBytes([FIELD]), words(witness.length / ELEMENT)]],
    [2, [witness]],
  ]);
}

/**
 * Reads a .r1cs file over BN254's scalar field; all public wires count as such, none as committed.
 * @throws CircuitError `BAD_FILE`
 */
export function readR1cs(file: Uint8Array): R1cs {
  const sections = readSections(file, "r1cs", 1);
  const header = new Reader(section(sections, 1, 28 + ELEMENT + 4));
  header.field();
  const wires = header.word();
  const publics = header.word() + header.word();
  header.skip(12);
  const constraints = header.word();
  const rows = new Reader(section(sections, 2));
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
        if (wire >= wires) throw badFile(`row ${row} names wire ${wire} of ${wires}`);
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
  const sections = readSections(file, "wtns", 2);
  const header = new Reader(section(sections, 1, 8 + ELEMENT));
  header.field();
  const count = header.word();
  const witness = Uint8Array.from(section(sections, 2, ELEMENT * count));
  const elements = new Reader(witness);
  for (let i = 0; i < count; i++) elements.element();
  return witness;
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Moves on, and says where it was. */
  skip(length: number): number {
    if (length > this.#bytes.length - this.#at) throw badFile("a section ends too early");
    this.#at += length;
    return this.#at - length;
  }

  word(): number {
    return this.#view.getUint32(this.skip(4), true);
  }

  element(): bigint {
    const value = this.#number();
    if (value >= FIELD) throw badFile(`an element is not below the field's order: ${value}`);
    return value;
  }

  /** Element size and order. */
  field(): void {
    if (this.word() !== ELEMENT || this.#number() !== FIELD) throw badFile("the file is over another field");
  }

  end(): void {
    if (this.#at !== this.#bytes.length) throw badFile("a section is longer than it says");
  }

  #number(): bigint {
    const at = this.skip(ELEMENT);
    return fromBytes(this.#bytes.subarray(at, at + ELEMENT))[0] as bigint;
  }
}
