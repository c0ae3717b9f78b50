export { type PowersOfTau, readPtau } from "./ptau.js";
export { writeR1cs, writeWtns } from "./system.js";
export { writeZkey } from "./zkey.js";
