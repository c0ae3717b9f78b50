export { FIELD, type R1cs, type SparseMatrix, type Witness } from "./r1cs.js";
