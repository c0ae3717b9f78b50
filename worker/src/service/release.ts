import { type KeyRelease, SealingError } from "@freehold/sdk";
import { WorkerError } from "../errors.js";
import { Refusal } from "../http/refusal.js";
import type { FileKeys } from "../model/file-keys.js";

/** Takes a key that somebody brings. Throws the refusals `version-not-served` and `unseal-failed`. */
export async function takeRelease(keys: FileKeys, release: KeyRelease): Promise<void> {
  try {
    await keys.take(release);
  } catch (error) {
    if (error instanceof WorkerError && error.code === "NOT_AWAITED") {
      const awaited = keys.awaited.map(({ versionHash }) => versionHash);
      throw new Refusal("version-not-served", error.message, { awaited });
    }
    const isWrong = error instanceof SealingError || (error instanceof WorkerError && error.code === "UNKNOWN_KEY");
    if (isWrong) throw new Refusal("unseal-failed", `the release opens no awaited file: ${error.message}`);
    throw error;
  }
}
