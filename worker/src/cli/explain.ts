import { ConfigurationError, WrongChainError } from "@freehold/sdk";
import { OperatorError } from "../errors.js";

/** Whether trying again cannot help. */
export function isForOperator(error: unknown): boolean {
  return error instanceof WrongChainError || error instanceof ConfigurationError;
}

/** What the operator is told of an error that only he can put right; others come back as they are. */
export function explain(error: unknown): unknown {
  return error instanceof WrongChainError || error instanceof ConfigurationError
    ? new OperatorError(error.code, `${error.message}; check --rpc and --deployment`, { cause: error })
    : error;
}
