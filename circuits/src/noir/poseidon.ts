import { FULL_ROUNDS, parameters } from "../gadgets/poseidon-permutation.js";
import { hexOf } from "./hex.js";

/** Name of the module that has the constants of a width. */
export const constantsModule = (width: number): string => `poseidon_${width}`;

/** The module of a width's constants: circomlib's, as everywhere here. @throws CircuitError `BAD_CIRCUIT` */
export function poseidonConstants(width: number): string {
  const { roundConstants, mds, roundsPartial } = parameters(width);
  const table = (name: string, rows: readonly (readonly bigint[])[]) =>
    [
      `pub global ${name}: [[Field; ${width}]; ${rows.length}] = [`,
      ...rows.map((row) => `    [\n${row.map((value) => `        ${hexOf(value)},\n`).join("")}    ],`),
      "];",
    ].join("\n");
  return [
    `// Poseidon of width ${width} over BN254: x^5, ${FULL_ROUNDS} full and ${roundsPartial} partial rounds.`,
    "// Constants of generate_parameters_grain.sage, which are circomlib's.",
    table("CONSTANTS", roundConstants),
    table("MATRIX", mds),
    "",
  ].join("\n");
}

/** The permutation and the sponge, for all widths: what `sponge` of src/gadgets/poseidon.ts is. */
export const POSEIDON = `\
/// Poseidon's permutation: half of the full rounds, the partial ones, the other half.
pub fn permute<let T: u32, let R: u32>(
    input: [Field; T],
    constants: [[Field; T]; R],
    matrix: [[Field; T]; T],
) -> [Field; T] {
    let mut state = input;
    for round in 0..R {
        let full = (round < ${FULL_ROUNDS / 2}) | (round >= R - ${FULL_ROUNDS / 2});
        for i in 0..T {
            state[i] += constants[round][i];
            if full | (i == 0) {
                let square = state[i] * state[i];
                state[i] *= square * square;
            }
        }
        let mut mixed = [0; T];
        for i in 0..T {
            for j in 0..T {
                mixed[i] += matrix[i][j] * state[j];
            }
        }
        state = mixed;
    }
    state
}

/// A hiding commitment: the sponge of the elements and a salt, which comes last. The capacity starts as tag * 2^32 + length.
pub fn commit<let N: u32, let T: u32, let R: u32>(
    tag: Field,
    elements: [Field; N],
    salt: Field,
    constants: [[Field; T]; R],
    matrix: [[Field; T]; T],
) -> Field {
    let mut salted = [salt; N + 1];
    for i in 0..N {
        salted[i] = elements[i];
    }
    let mut state = [0; T];
    state[0] = tag * 0x100000000 + (N + 1) as Field;
    for i in 0..N + 1 {
        state[1 + i % (T - 1)] += salted[i];
        if (i % (T - 1) == T - 2) | (i == N) {
            state = permute(state, constants, matrix);
        }
    }
    state[0]
}
`;
