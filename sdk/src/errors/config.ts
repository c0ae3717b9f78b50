import { FreeholdError } from "./base.js";

/** Thrown when no deployment is known for a chain. */
export class UnknownChainError extends FreeholdError {
  constructor(chainId: bigint, known: readonly string[]) {
    const list = known.length === 0 ? "none" : known.join(", ");
    super("UNKNOWN_CHAIN", `no deployment is known for chain ${chainId}; known: ${list}`, {
      details: { chainId: chainId.toString(), known },
      hint: "Pass `deployment`, for example from loadDeployment(directory, chainId) of @freehold/sdk/node.",
    });
  }
}

/** Thrown when the provider, or the deployment, is of another chain than the client. */
export class WrongChainError extends FreeholdError {
  constructor(expected: bigint, actual: bigint, what: "provider" | "deployment") {
    super("WRONG_CHAIN", `the client is for chain ${expected}, its ${what} for chain ${actual}`, {
      details: { expected: expected.toString(), actual: actual.toString(), what },
      hint: what === "provider" ? `Switch the wallet or the RPC URL to chain ${expected}.` : "Load the right record.",
    });
  }
}

/** Thrown when a call needs something that the client was made without. */
export class ConfigurationError extends FreeholdError {
  declare readonly code: "NO_SIGNER" | "NO_PROVIDER" | "MISSING_CONTRACT" | "INVALID_DEPLOYMENT" | "INVALID_ARGUMENT";

  constructor(code: ConfigurationError["code"], message: string, hint?: string, cause?: unknown) {
    super(code, message, { ...(hint === undefined ? {} : { hint }), cause });
  }
}
