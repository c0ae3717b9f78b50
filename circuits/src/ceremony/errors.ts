/**
 * Why a step of a ceremony was refused.
 * - `USAGE`: an argument is none that the step takes.
 * - `BAD_HASH`: a file is not the one whose hash was given.
 * - `CHANGED`: a file changed while it was read.
 * - `EXISTS`: a file that would be written is there already.
 * - `NO_FILE`: a file cannot be read or written.
 * - `ENDED`: a beacon has closed the ceremony.
 * - `REFUSED`: the transcript or the key is not what it should be.
 */
export type CeremonyErrorCode = "USAGE" | "BAD_HASH" | "CHANGED" | "EXISTS" | "NO_FILE" | "ENDED" | "REFUSED";

const HINTS: Readonly<Record<CeremonyErrorCode, string>> = {
  USAGE: "see --help",
  BAD_HASH: "fetch the file again from its publisher, or correct the hash; never use this file",
  CHANGED: "let nothing write to the file, and begin again",
  EXISTS: "name another file: steps of a ceremony overwrite nothing",
  NO_FILE: "check the path and its permissions",
  ENDED: "contribute to the key before the beacon, and apply the beacon last",
  REFUSED: "do not use this key; ask its publisher for the transcript's files, and find the step that broke it",
};

/** Every error of a ceremony's steps, but for broken files (`BAD_FILE`) and keys (`BAD_KEY`). */
export class CeremonyError extends Error {
  readonly code: CeremonyErrorCode;
  readonly hint: string;

  constructor(code: CeremonyErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "CeremonyError";
    this.code = code;
    this.hint = HINTS[code];
  }
}
