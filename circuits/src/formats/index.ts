export { type PowersOfTau, readPtau, readPtauOf } from "./ptau.js";
export type { Source } from "./sections.js";
export { readR1cs, readWtns, writeR1cs, writeWtns } from "./system.js";
export type { Contribution, Transcript } from "./transcript.js";
export { keyFromZkey, readZkey, writeZkey, type Zkey } from "./zkey.js";
