export { Builder, type Hint } from "./builder/builder.js";
export { add, constant, type Linear, ONE, pack, scale, subtract, sum, ZERO } from "./builder/linear.js";
export * from "./builder/run.js";
export * from "./circuits/index.js";
export * from "./commitments.js";
export { CircuitError, type CircuitErrorCode } from "./errors.js";
export * from "./model.js";
export { FIELD, type R1cs, type SparseMatrix, type Witness } from "./r1cs.js";
export * from "./reference.js";
