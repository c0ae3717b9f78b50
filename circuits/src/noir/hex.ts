import { mod } from "../field.js";

/** An element as Noir writes it: 0x and hex digits, in [0, FIELD). */
export const hexOf = (value: bigint): string => `0x${mod(value).toString(16)}`;
