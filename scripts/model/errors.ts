export type DatasetErrorCode =
  | "FILE_UNREADABLE"
  | "NOT_UTF8"
  | "NOT_CSV"
  | "EMPTY"
  | "MISSING_COLUMN"
  | "UNKNOWN_LABEL"
  | "MIXED_LABELS"
  | "UNKNOWN_SPLIT"
  | "BAD_TEXT"
  | "DUPLICATE_ID"
  | "TOO_FEW_ROWS"
  | "DOWNLOAD_FAILED"
  | "WRONG_DIGEST";

/** Where in a file something is wrong. */
export interface DatasetErrorDetails {
  readonly file: string;
  /** Line of the file on which the record ends, from 1; the header is on line 1. */
  readonly row?: number;
  readonly column?: string;
  readonly value?: string;
}

/** A data set that cannot be used. The message is one line and says where. */
export class DatasetError extends Error {
  override readonly name = "DatasetError";
  readonly code: DatasetErrorCode;
  readonly details: DatasetErrorDetails;

  constructor(code: DatasetErrorCode, problem: string, details: DatasetErrorDetails, options?: ErrorOptions) {
    const place = details.row === undefined ? details.file : `${details.file}:${details.row}`;
    super(`${place}: ${problem}`, options);
    this.code = code;
    this.details = details;
  }
}
