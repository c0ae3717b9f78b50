export * from "./eip712/index.js";
export * from "./errors/index.js";
export { fromHex, type Hex, isHex, sameHex, toHex } from "./hex.js";
export * from "./sealing/index.js";
export * from "./wire/index.js";
