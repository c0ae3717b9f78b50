/** The two groups of the pairing; a G2 point has twice the coordinates. */
export type Group = 1 | 2;

/** Bytes of a scalar, and of a coordinate, outside of the cores: little-endian. */
export const SCALAR = 32;

/** Bytes of an affine point outside of the cores: x, y, each coordinate times 2^256 (as in .zkey files). */
export const POINT = { 1: 64, 2: 128 } as const;
