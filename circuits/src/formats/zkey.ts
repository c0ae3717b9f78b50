import { BASE_FIELD, fromBytes, mod, toBytes } from "../field.js";
import type { ProvingKey } from "../groth16/key.js";
import { FIELD } from "../r1cs.js";
import { words, writeSections } from "./sections.js";

/**
 * A proving key as a .zkey file (iden3, version 1, Groth16), which snarkjs and rapidsnark prove with. Committed wires are public
 * inputs there: their proofs are of the circuit without a commitment. The file has no contributions, hence
 * no transcript that `zkey verify` would accept.
 */
export function writeZkey(key: ProvingKey): Uint8Array<ArrayBuffer> {
  const known = 1 + key.publics + key.committed;
  const { alpha1, beta1, beta2, gamma2, delta1, delta2 } = key;
  const sizes = words(key.wires, known - 1, 2 ** key.log);
  const header = [words(32), toBytes([BASE_FIELD]), words(32), toBytes([FIELD]), sizes];
  return writeSections("zkey", 1, [
    [1, [words(1)]],
    [2, [...header, alpha1, beta1, beta2, gamma2, delta1, delta2]],
    [3, [key.ic]],
    [4, [rows(key, known)]],
    [5, [spread(key.a, key.aWires, key.wires, 64)]],
    [6, [spread(key.b1, key.bWires, key.wires, 64)]],
    [7, [spread(key.b2, key.bWires, key.wires, 128)]],
    [8, [key.k]],
    [9, [key.h]],
    [10, [new Uint8Array(64), words(0)]],
  ]);
}

/** Terms of the left and the right matrix: matrix, row, wire, coefficient times 2^512. */
function rows(key: ProvingKey, known: number): Uint8Array {
  const scaled = toBytes(fromBytes(key.coefficients).map((value) => mod(value << 512n)));
  const one = toBytes([mod(1n << 512n)]);
  const [a, b] = key.matrices;
  const count = a.wires.length + b.wires.length + known;
  const out = new Uint8Array(4 + 44 * count);
  const view = new DataView(out.buffer);
  view.setUint32(0, count, true);
  let at = 4;
  const term = (matrix: number, row: number, wire: number, value: Uint8Array) => {
    for (const [i, word] of [matrix, row, wire].entries()) view.setUint32(at + 4 * i, word, true);
    out.set(value, at + 12);
    at += 44;
  };
  for (const [index, { starts, wires, coefficients }] of [a, b].entries()) {
    for (let row = 0; row < key.constraints; row++) {
      for (let i = starts[row] ?? 0; i < (starts[row + 1] ?? 0); i++) {
        const from = (coefficients[i] ?? 0) * 32;
        term(index, row, wires[i] ?? 0, scaled.subarray(from, from + 32));
      }
    }
  }
  for (let wire = 0; wire < known; wire++) term(0, key.constraints + wire, wire, one);
  return out;
}

/** A point for every wire, infinity where the key has none. */
function spread(points: Uint8Array, wires: Uint32Array, count: number, size: number): Uint8Array {
  const out = new Uint8Array(count * size);
  for (const [i, wire] of wires.entries()) out.set(points.subarray(i * size, (i + 1) * size), wire * size);
  return out;
}
