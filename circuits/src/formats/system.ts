import { toBytes } from "../groth16/field.js";
import { FIELD, type R1cs, type SparseMatrix, type Witness } from "../r1cs.js";
import { words, writeSections } from "./sections.js";

/** A constraint system as a .r1cs file (iden3, version 1). Committed wires are public inputs there: the format knows no others. */
export function writeR1cs(system: R1cs): Uint8Array<ArrayBuffer> {
  const { wires, publics, committed, constraints } = system;
  const labels = new BigUint64Array(wires);
  for (let i = 0; i < wires; i++) labels[i] = BigInt(i);
  const header = [words(32), toBytes([FIELD]), words(wires, 0, publics + committed, wires - 1 - publics - committed)];
  return writeSections("r1cs", 1, [
    [1, [...header, new Uint8Array(labels.slice(0, 1).fill(BigInt(wires)).buffer), words(constraints)]],
    [2, rows(system)],
    [3, [new Uint8Array(labels.buffer)]],
  ]);
}

function rows(system: R1cs): Uint8Array[] {
  const coefficients = toBytes(system.coefficients);
  const matrices = [system.a, system.b, system.c];
  const terms = matrices.reduce((sum, { wires }) => sum + wires.length, 0);
  const out = new Uint8Array(36 * terms + 12 * system.constraints);
  const view = new DataView(out.buffer);
  let at = 0;
  const write = ({ starts, wires, coefficients: indices }: SparseMatrix, row: number) => {
    const [from = 0, to = 0] = [starts[row], starts[row + 1]];
    view.setUint32(at, to - from, true);
    at += 4;
    for (let i = from; i < to; i++) {
      const index = (indices[i] ?? 0) * 32;
      view.setUint32(at, wires[i] ?? 0, true);
      out.set(coefficients.subarray(index, index + 32), at + 4);
      at += 36;
    }
  };
  for (let row = 0; row < system.constraints; row++) for (const matrix of matrices) write(matrix, row);
  return [out];
}

/** A witness as a .wtns file (iden3, version 2). */
export function writeWtns(witness: Witness): Uint8Array<ArrayBuffer> {
  return writeSections("wtns", 2, [
    [1, [words(32), toBytes([FIELD]), words(witness.length / 32)]],
    [2, [witness]],
  ]);
}
