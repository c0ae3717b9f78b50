export { writeR1cs, writeWtns } from "./system.js";
export { writeZkey } from "./zkey.js";
