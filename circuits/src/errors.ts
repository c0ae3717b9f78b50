/**
 * What is wrong with a model, a statement or a file.
 * - `UNFIT_ARCHITECTURE`: no circuit can express the model's shape; `reason` says why.
 * - `UNFIT_WEIGHTS`: a weight or a bias is outside the range that the circuits prove.
 * - `BAD_INPUT`: an input, a label or a salt is outside its range.
 * - `UNSATISFIED`: the values contradict a constraint: what would be proven is false.
 * - `BAD_CIRCUIT`: a circuit is put together wrongly (a bound that does not hold, wires out of order).
 * - `BAD_FILE`: a .r1cs, .wtns or .ptau file is not one.
 */
export type CircuitErrorCode =
  | "UNFIT_ARCHITECTURE"
  | "UNFIT_WEIGHTS"
  | "BAD_INPUT"
  | "UNSATISFIED"
  | "BAD_CIRCUIT"
  | "BAD_FILE";

const HINTS: Readonly<Record<CircuitErrorCode, string>> = {
  UNFIT_ARCHITECTURE: "register the model on a line without proofs, or choose a smaller shape",
  UNFIT_WEIGHTS: "clip or rescale the weights before registration",
  BAD_INPUT: "check the counts, labels and salts against the circuit's ranges",
  UNSATISFIED: "the statement is false for these values; nothing can prove it",
  BAD_CIRCUIT: "a circuit of this package is used with parameters that its bounds exclude",
  BAD_FILE: "take the file from its source again, or write it again with the tool that made it",
};

/** Every error of circuits, commitments and their files. */
export class CircuitError extends Error {
  readonly code: CircuitErrorCode;
  readonly hint: string;

  constructor(code: CircuitErrorCode, message: string) {
    super(message);
    this.name = "CircuitError";
    this.code = code;
    this.hint = HINTS[code];
  }
}

/**
 * Why a prover gave no proof, whatever the statement. What it had to do can be asked of a new prover.
 * - `CLOSED`: it was closed before.
 * - `THREAD_FAILED`: a thread could not start, or ended by itself (memory, a script that is not there).
 * - `TASK_FAILED`: a thread's part of the work threw.
 */
export type ProverErrorCode = "CLOSED" | "THREAD_FAILED" | "TASK_FAILED";

export class ProverError extends Error {
  readonly code: ProverErrorCode;

  constructor(code: ProverErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ProverError";
    this.code = code;
  }
}
