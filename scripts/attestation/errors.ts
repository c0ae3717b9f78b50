export type VectorErrorCode = "DOWNLOAD_FAILED" | "WRONG_FORM" | "WRONG_DIGEST" | "MISSING_SOURCE" | "NOT_WRITTEN";

/** A vector that could not be made. The message is one line: the file, what is wrong, what to do. */
export class VectorError extends Error {
  override readonly name = "VectorError";
  readonly code: VectorErrorCode;
  /** Name of the vector, relative to the directory of the vectors. */
  readonly file: string;
  readonly hint: string;

  constructor(code: VectorErrorCode, file: string, problem: string, hint: string, options?: ErrorOptions) {
    super(`${file}: ${problem}; ${hint}`, options);
    this.code = code;
    this.file = file;
    this.hint = hint;
  }
}
