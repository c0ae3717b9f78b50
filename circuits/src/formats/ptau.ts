import { BASE_FIELD, fromBytes } from "../field.js";
import { badFile, readSections, section } from "./sections.js";

/**
 * Powers of tau, prepared for a second phase: points as in keys. Lagrange bases of all domains up to 2^power lie one after the
 * other, that of 2^k from point 2^k - 1 on.
 */
export interface PowersOfTau {
  readonly power: number;
  readonly alpha1: Uint8Array;
  readonly beta1: Uint8Array;
  readonly beta2: Uint8Array;
  /** Lagrange bases in G1 (one domain more than the others), in G2, and in G1 times alpha and times beta. */
  readonly basis1: Uint8Array;
  readonly basis2: Uint8Array;
  readonly alphaBasis1: Uint8Array;
  readonly betaBasis1: Uint8Array;
}

/**
 * Reads a prepared .ptau file (iden3, version 1). Says nothing about who made it: compare its hash with the published one first.
 * @throws CircuitError `BAD_FILE` when the file is another kind, of another curve, or not prepared
 */
export function readPtau(bytes: Uint8Array): PowersOfTau {
  const sections = readSections(bytes, "ptau", 1);
  const header = section(sections, 1, 44);
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const prime = fromBytes(header.slice(4, 36))[0];
  if (view.getUint32(0, true) !== 32 || prime !== BASE_FIELD) throw badFile("powers of tau of another curve");
  const power = view.getUint32(36, true);
  if (power < 1 || power > 28) throw badFile(`powers of tau of 2^${power}`);
  if (!sections.has(12)) throw badFile("powers of tau that were not prepared for a second phase");
  const points = 2 ** (power + 1) - 1;
  return {
    power,
    alpha1: section(sections, 4).subarray(0, 64),
    beta1: section(sections, 5).subarray(0, 64),
    beta2: section(sections, 6, 128),
    basis1: section(sections, 12, 64 * (2 * points + 1)),
    basis2: section(sections, 13, 128 * points),
    alphaBasis1: section(sections, 14, 64 * points),
    betaBasis1: section(sections, 15, 64 * points),
  };
}
