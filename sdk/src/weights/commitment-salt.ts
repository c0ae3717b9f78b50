import { SCALAR_FIELD } from "../proofs/field.js";
import { contentsOf, type WeightsFile } from "./delta/file.js";
import { quote, WeightsError } from "./errors.js";

/** Metadata of a weights file, or of a delta's file: what blinds the commitments of its version. */
export const SALT_KEY = "freehold.commitment_salt";
export const BLINDER_KEY = "freehold.commitment_blinder";

/**
 * What a version's commitments are blinded with. It lies in the version's own file (the base's, or the delta's): anchored with it, sealed with it,
 * and there for whoever must prove what the version answers. Each version has its own, uniform below the order of BN254's scalar field.
 */
export interface CommitmentSecrets {
  /** Of the Poseidon root. */
  readonly salt?: bigint | undefined;
  /** Of the Pedersen point. */
  readonly blinder?: bigint | undefined;
}

/** Reads them from a file; a file without has none. @throws WeightsError WEIGHTS_COMMITMENT, and as `readSafetensors` */
export function readCommitmentSecrets(file: WeightsFile): CommitmentSecrets {
  const metadata = contentsOf(file).metadata;
  const read = (key: string) => {
    const text = metadata?.get(key);
    return text === undefined ? undefined : parse(key, text);
  };
  return { salt: read(SALT_KEY), blinder: read(BLINDER_KEY) };
}

/** Metadata with what is given of them. @throws WeightsError WEIGHTS_COMMITMENT */
export function commitmentMetadata({ salt, blinder }: CommitmentSecrets): Map<string, string> {
  const metadata = new Map<string, string>();
  for (const [key, value] of [
    [SALT_KEY, salt],
    [BLINDER_KEY, blinder],
  ] as const) {
    if (value === undefined) continue;
    if (value < 0n || value >= SCALAR_FIELD) throw bad(key);
    metadata.set(key, `0x${value.toString(16).padStart(64, "0")}`);
  }
  return metadata;
}

function parse(key: string, text: string): bigint {
  const value = /^0x[0-9a-f]{64}$/.test(text) ? BigInt(text) : SCALAR_FIELD;
  if (value >= SCALAR_FIELD) throw bad(key);
  return value;
}

/** What it is instead is a secret, which stays out of errors. */
function bad(key: string): WeightsError {
  return new WeightsError("WEIGHTS_COMMITMENT", `${quote(key)} is no element of BN254's scalar field`, {
    details: { key },
    hint: "It is 0x and 64 lower-case hex digits, below the field's order.",
  });
}
