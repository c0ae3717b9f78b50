import table from "../../test/vectors/attestation-origins.json" with { type: "json" };
import type { Transformation } from "./transform.ts";

/** A file of a public repository at a pinned commit. */
export interface Location {
  readonly repository: string;
  readonly commit: string;
  readonly path: string;
  /** False when nobody saw that the path holds these bytes at the commit; the note says why it is taken all the same. */
  readonly confirmed?: boolean;
  readonly note?: string;
}

/** Where a vector comes from, how it is made of what lies there, and what it must be. */
export interface Origin extends Location {
  /** Name below the directory of the vectors. */
  readonly file: string;
  readonly transformation: Transformation;
  readonly sha256: string;
  readonly licence: string;
}

export const ORIGINS: readonly Origin[] = table.map((row) => ({
  ...row,
  transformation: readTransformation(row.transformation),
}));

/** @throws RangeError when the table names one that there is not */
export function readTransformation(text: string): Transformation {
  const [, kind, argument = ""] = /^(\w+)(?: (\w+))?$/.exec(text) ?? [];
  if (kind === "hexLine" && /^\d+$/.test(argument)) return { kind, line: Number(argument) };
  if (kind === "hexLiteral" && argument !== "") {
    return { kind, literal: /^\d+$/.test(argument) ? Number(argument) : argument };
  }
  if ((kind === "raw" || kind === "base64" || kind === "hex") && argument === "") return { kind };
  throw new RangeError(`${text}: no transformation; raw, base64, hex, hexLine <n> or hexLiteral <n or name>`);
}
