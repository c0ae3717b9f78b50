import { FreeholdError } from "./base.js";

/** Thrown when the sender cannot pay for gas and value. */
export class InsufficientFundsError extends FreeholdError {
  constructor(message: string, cause?: unknown) {
    super("INSUFFICIENT_FUNDS", message, { hint: "Send the chain's native coin to the sender.", cause });
  }
}

/** Thrown when the nonce was used already, or a waiting transaction with it pays more. */
export class NonceError extends FreeholdError {
  declare readonly code: "NONCE_TOO_LOW" | "REPLACEMENT_UNDERPRICED";

  constructor(code: NonceError["code"], message: string, cause?: unknown) {
    const hint =
      code === "NONCE_TOO_LOW"
        ? "Another transaction of this account came first: send again without a nonce, or with the next one."
        : "A transaction with this nonce waits: pay more than it does, or wait for it.";
    super(code, message, { hint, cause });
  }
}

/** Thrown when the user, or his wallet, refused to sign. */
export class UserRejectedError extends FreeholdError {
  constructor(message: string, cause?: unknown) {
    super("USER_REJECTED", message, { cause });
  }
}

/** Thrown when the chain cannot be asked. Nothing is known about what it would have said. */
export class NetworkError extends FreeholdError {
  declare readonly code: "NETWORK_UNREACHABLE" | "NETWORK_TIMEOUT";

  constructor(code: NetworkError["code"], message: string, cause?: unknown) {
    super(code, message, { hint: "Check the RPC URL and the connection; a read can simply be repeated.", cause });
  }
}

/** Thrown by `wait` when another transaction took the nonce of the one that was sent. */
export class TransactionReplacedError extends FreeholdError {
  constructor(hash: string, replacement: string | undefined, cause?: unknown) {
    super("TRANSACTION_REPLACED", `transaction ${hash} was replaced by ${replacement ?? "another one"}`, {
      details: { hash, replacement },
      cause,
    });
  }
}

/** Thrown by `wait` when a mined transaction lacks the event that its contract always emits. */
export class EventMissingError extends FreeholdError {
  constructor(contract: string, event: string, hash: string) {
    super("EVENT_MISSING", `transaction ${hash} holds no ${event} of ${contract}`, {
      details: { contract, event, hash },
      hint: "The address may hold another contract.",
    });
  }
}
