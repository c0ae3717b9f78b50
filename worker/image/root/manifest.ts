import { createHash } from "node:crypto";
import { type Entry, sorted } from "./tar.ts";

const digest = (bytes: Uint8Array | string) => createHash("sha256").update(bytes).digest("hex");

/**
 * The list of a root's files, for people and for `diff`: a line each, sorted, `<mode> <bytes> <SHA-256> <path>`; for a link `-> <target>` in place of
 * bytes and digest.
 */
export function manifest(entries: readonly Entry[]): string {
  return sorted(entries)
    .map((entry) => {
      if (entry.type === "directory") return `0755 - - ${entry.path}/\n`;
      if (entry.type === "link") return `0777 - -> ${entry.target} ${entry.path}\n`;
      return `${entry.mode.toString(8).padStart(4, "0")} ${entry.bytes.length} ${digest(entry.bytes)} ${entry.path}\n`;
    })
    .join("");
}

export { digest as sha256 };
