export { type PowersOfTau, readPtau } from "./ptau.js";
export { readR1cs, readWtns, writeR1cs, writeWtns } from "./system.js";
export { writeZkey } from "./zkey.js";
