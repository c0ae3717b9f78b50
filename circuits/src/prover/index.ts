// The parts below proofs, for tests and tools: the core's engine and points in both of their forms.
export { bn254 } from "@noble/curves/bn254.js";
export { BASE_FIELD, fromBytes, inverse, mod, power, randomScalar, rootOfUnity, toBytes } from "../field.js";
export { fromG1, GENERATOR1, GENERATOR2, readG1, readG2, toG1, toG2, writePoint } from "../groth16/points.js";
export { CHUNK, coreBytes, ELEMENT, Engine } from "./engine.js";
export { Lanes, laneBytes } from "./lanes.js";
export { type Group, POINT, SCALAR } from "./layout.js";
