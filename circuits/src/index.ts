export * from "./commit/index.js";
export * from "./formats/index.js";
export * from "./groth16/index.js";
export { FIELD, type R1cs, type SparseMatrix, type Witness } from "./r1cs.js";
