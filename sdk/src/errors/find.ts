import { type Hex, isHex } from "../hex.js";

/** Where wallets, nodes and libraries keep the error that they wrap; requests (`payload`, `transaction`) are not looked at. */
const WRAPPERS = ["data", "error", "info", "cause", "originalError", "raw", "result"] as const;
const MAX_DEPTH = 8;

/**
 * The revert data inside an error, wherever the library or the node put it: ethers' CALL_EXCEPTION (`data`,
 * `info.error.data`), its "could not coalesce error" (`error.data`), Hardhat's in-process errors (`data`), data nested
 * in data, and errors of viem (`walk`). "0x" is a revert without a reason; undefined means that there is none.
 */
export function findRevertData(error: unknown): Hex | undefined {
  const found = search(error, 0, new Set());
  if (found !== undefined) return found;
  const inner = walk(error);
  return inner === undefined ? undefined : search(inner, 0, new Set());
}

function search(value: unknown, depth: number, seen: Set<object>): Hex | undefined {
  if (typeof value !== "object" || value === null || depth > MAX_DEPTH || seen.has(value)) return undefined;
  seen.add(value);
  let empty: Hex | undefined;
  for (const key of WRAPPERS) {
    const inner = read(value, key);
    const found = typeof inner === "string" ? revertData(inner) : search(inner, depth + 1, seen);
    if (found === "0x") empty = found;
    else if (found !== undefined) return found;
  }
  return empty;
}

/** Revert data in a string: hex, or hex behind the word that some nodes put in front of it. */
function revertData(text: string): Hex | undefined {
  const hex = text.startsWith("Reverted ") ? text.slice("Reverted ".length) : text;
  return hex === "0x" || (isHex(hex) && hex.length >= 10) ? (hex as Hex) : undefined;
}

/** The first cause with data, asked in viem's way. */
function walk(error: unknown): unknown {
  if (typeof error !== "object" || error === null) return undefined;
  const method = read(error, "walk");
  if (typeof method !== "function") return undefined;
  return method.call(error, (cause: unknown) => typeof cause === "object" && cause !== null && "data" in cause);
}

/** A property, also when its getter throws. */
function read(value: object, key: string): unknown {
  try {
    return (value as Record<string, unknown>)[key];
  } catch {
    return undefined;
  }
}
