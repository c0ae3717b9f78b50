import { OperatorError, WorkerError } from "../errors.js";
import type { TeeKind } from "./provider.js";

const NAMES: Readonly<Record<TeeKind, string>> = {
  development: "development TEE",
  nitro: "AWS Nitro enclave",
  tdx: "Intel TDX domain",
  dstack: "dstack guest agent",
};

/**
 * Refusal to run without the environment that the operator named.
 * @param looked what was looked for, and what was found instead
 * @param remedy what to do
 */
export function absent(kind: TeeKind, looked: string, remedy: string, cause?: unknown): OperatorError {
  const text = `--tee ${kind}: no ${NAMES[kind]} here: ${looked}; ${remedy}`;
  return new OperatorError("TEE_ABSENT", text, cause === undefined ? {} : { cause });
}

/** Refusal of an environment whose memory can be read from outside. */
export function debugMode(kind: TeeKind, what: string): OperatorError {
  return new OperatorError(
    "TEE_DEBUG",
    `--tee ${kind}: ${what}: its memory can be read from outside, and no chain accepts it; start it without debug mode`,
  );
}

/** The environment answered something else than what it was asked for. */
export function mismatch(kind: TeeKind, what: string): WorkerError {
  return new WorkerError("EVIDENCE_MISMATCH", `--tee ${kind}: the evidence does not commit to ${what}`);
}

/** The environment failed. */
export function failed(kind: TeeKind, what: string, cause?: unknown): WorkerError {
  return new WorkerError("TEE_FAILED", `--tee ${kind}: ${what}`, cause === undefined ? {} : { cause });
}
