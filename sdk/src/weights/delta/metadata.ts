import type { Hex } from "../../hex.js";
import { BLINDER_KEY, type CommitmentSecrets, commitmentMetadata, SALT_KEY } from "../commitment-salt.js";
import { quote, WeightsError } from "../errors.js";
import { isHash, normalizeHash } from "../hash-hex.js";
import type { Safetensors } from "../safetensors/tensor.js";

/** How a delta's file changes the weights; the index is the contracts' `DeltaFormat`. */
export const DELTA_KINDS = ["dense", "sparse", "lora"] as const;
export type DeltaKind = (typeof DELTA_KINDS)[number];

const FORMAT_KEY = "freehold.format";
const BASE_KEY = "freehold.base";
const ALPHA_KEY = "freehold.alpha";
const PREFIX = "freehold.";
const KNOWN: readonly string[] = [FORMAT_KEY, BASE_KEY, ALPHA_KEY, SALT_KEY, BLINDER_KEY];

/** What the metadata of a delta's file says. */
export interface DeltaMetadata {
  readonly kind: DeltaKind;
  /** What the delta was made for: the version hash of its parent, or the weights root of its base. */
  readonly base: Hex;
  /** LoRA's alpha for the tensors that have no own. */
  readonly alpha?: number;
}

/**
 * Reads a delta's metadata. Unknown keys that start with `freehold.` are refused, since they may change its meaning.
 * @throws WeightsError WEIGHTS_DELTA_METADATA, WEIGHTS_DELTA_FORMAT
 */
export function readDeltaMetadata({ metadata }: Safetensors): DeltaMetadata {
  const own = [...(metadata ?? [])].filter(([key]) => key.startsWith(PREFIX));
  const unknown = own.find(([key]) => !KNOWN.includes(key));
  if (unknown !== undefined) {
    throw metadataError(`the delta has the unknown metadata ${quote(unknown[0])}`, { key: unknown[0].slice(0, 120) });
  }
  const { [FORMAT_KEY]: format, [BASE_KEY]: base, [ALPHA_KEY]: alpha } = Object.fromEntries(own);
  const kind = DELTA_KINDS.find((known) => known === format);
  if (kind === undefined) {
    throw new WeightsError("WEIGHTS_DELTA_FORMAT", `${FORMAT_KEY} is ${shown(format)}, not dense, sparse or lora`, {
      details: { format: format?.slice(0, 120) ?? null, known: DELTA_KINDS },
      hint: "The file is not a delta of Freehold, or needs a newer version of this package.",
    });
  }
  if (!isHash(base)) {
    throw metadataError(`${BASE_KEY} is ${shown(base)}, not a 32-byte hash in lower-case hex`, {
      base: base?.slice(0, 120) ?? null,
    });
  }
  if (alpha === undefined) return { kind, base };
  if (kind !== "lora") throw metadataError(`${ALPHA_KEY} has no meaning in a ${kind} delta`, { kind });
  return { kind, base, alpha: parseAlpha(alpha) };
}

/** What a delta's file says besides. */
export interface DeltaExtras {
  /** Further metadata; keys must not start with `freehold.`. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** What blinds the commitments of the version that the delta makes. */
  readonly commitment?: CommitmentSecrets;
}

/** Metadata of a delta's file; `metadata` may add keys of other tools. */
export function deltaMetadata(
  { kind, base, alpha }: DeltaMetadata,
  { metadata: extra = {}, commitment = {} }: DeltaExtras = {},
): ReadonlyMap<string, string> {
  const reserved = Object.keys(extra).find((key) => key.startsWith(PREFIX));
  if (reserved !== undefined) throw metadataError(`metadata ${quote(reserved)} is reserved`, { key: reserved });
  const metadata = new Map([...Object.entries(extra), ...commitmentMetadata(commitment)]);
  metadata.set(FORMAT_KEY, kind);
  metadata.set(BASE_KEY, normalizeHash(base, "the delta's base"));
  if (alpha !== undefined) {
    // The shortest decimal that reads back as the same number.
    const text = String(alpha);
    parseAlpha(text);
    metadata.set(ALPHA_KEY, text);
  }
  return metadata;
}

/** More than 20 significant digits would let engines round differently (ECMA-262, 7.1.4.1.3). */
function parseAlpha(text: string): number {
  const alpha = Number(text);
  const digits = text.replace(/e.*$/i, "").replace(/\D/g, "").length;
  if (!/^-?\d+(\.\d+)?(e[+-]?\d+)?$/.test(text) || digits > 20 || !Number.isFinite(alpha)) {
    throw metadataError(`${ALPHA_KEY} is ${quote(text)}, not a finite decimal number of at most 20 digits`, {
      alpha: text.slice(0, 120),
    });
  }
  return alpha;
}

function shown(value: string | undefined): string {
  return value === undefined ? "missing" : quote(value);
}

function metadataError(message: string, details: Record<string, unknown>): WeightsError {
  return new WeightsError("WEIGHTS_DELTA_METADATA", message, { details, hint: "Write the delta with this package." });
}
