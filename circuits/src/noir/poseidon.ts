import { FULL_ROUNDS } from "../gadgets/poseidon-permutation.js";
import { hexOf } from "./hex.js";
import { sparseRounds } from "./sparse.js";

const HALF = FULL_ROUNDS / 2;

/** Name of the module that has the constants of a width. */
export const constantsModule = (width: number): string => `poseidon_${width}`;

/** The module of a width's constants: circomlib's, as everywhere here. @throws CircuitError `BAD_CIRCUIT` */
export function poseidonConstants(width: number): string {
  const rounds = sparseRounds(width);
  const table = (name: keyof typeof rounds) => {
    const rows = rounds[name].map(
      (row) => `        [\n${row.map((value) => `            ${hexOf(value)},\n`).join("")}        ],`,
    );
    return `    ${name}: [\n${rows.join("\n")}\n    ],`;
  };
  return [
    `// Poseidon of width ${width} over BN254: x^5, ${FULL_ROUNDS} full and ${rounds.partial.length} partial rounds, circomlib's constants`,
    "// (generate_parameters_grain.sage), the partial rounds with sparse matrices (eprint 2019/458, appendix B).",
    "use crate::poseidon::Rounds;",
    "",
    `pub global ROUNDS: Rounds<${width}, ${rounds.partial.length}> = Rounds {`,
    ...(["first", "last", "matrix", "entry", "partial", "rows", "columns"] as const).map(table),
    "};",
    "",
  ].join("\n");
}

/** The permutation and the sponge, for all widths: what `sponge` of src/gadgets/poseidon.ts is. */
export const POSEIDON = `\
/// Constants of Poseidon's permutation of T elements with P partial rounds.
pub struct Rounds<let T: u32, let P: u32> {
    pub first: [[Field; T]; ${HALF}],
    pub last: [[Field; T]; ${HALF}],
    pub matrix: [[Field; T]; T],
    pub entry: [[Field; T]; T],
    pub partial: [[Field; T]; P],
    pub rows: [[Field; T]; P],
    pub columns: [[Field; T]; P],
}

fn power(x: Field) -> Field {
    let square = x * x;
    square * square * x
}

fn full_round<let T: u32>(state: [Field; T], constants: [Field; T], matrix: [[Field; T]; T]) -> [Field; T] {
    let mut boxes = [0; T];
    for i in 0..T {
        boxes[i] = power(state[i] + constants[i]);
    }
    let mut mixed = [0; T];
    for i in 0..T {
        for j in 0..T {
            mixed[i] += matrix[i][j] * boxes[j];
        }
    }
    mixed
}

fn partial_round<let T: u32>(
    state: [Field; T],
    constants: [Field; T],
    row: [Field; T],
    column: [Field; T],
) -> [Field; T] {
    let box = power(state[0] + constants[0]);
    let mut mixed = [0; T];
    mixed[0] = row[0] * box;
    for i in 1..T {
        let value = state[i] + constants[i];
        mixed[0] += row[i] * value;
        mixed[i] = value + column[i] * box;
    }
    mixed
}

pub fn permute<let T: u32, let P: u32>(input: [Field; T], rounds: Rounds<T, P>) -> [Field; T] {
    let mut state = input;
    for i in 0..${HALF - 1} {
        state = full_round(state, rounds.first[i], rounds.matrix);
    }
    state = full_round(state, rounds.first[${HALF - 1}], rounds.entry);
    for i in 0..P {
        state = partial_round(state, rounds.partial[i], rounds.rows[i], rounds.columns[i]);
    }
    for i in 0..${HALF} {
        state = full_round(state, rounds.last[i], rounds.matrix);
    }
    state
}

/// A hiding commitment: the sponge of the elements and a salt, which comes last. The capacity starts as tag * 2^32 + length.
pub fn commit<let N: u32, let T: u32, let P: u32>(
    tag: Field,
    elements: [Field; N],
    salt: Field,
    rounds: Rounds<T, P>,
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
            state = permute(state, rounds);
        }
    }
    state[0]
}
`;
