import { Interface } from "ethers";
import { allErrorsAbi } from "../abis/allErrors.js";
import type { Hex } from "../hex.js";
import { plainObject } from "../plain.js";
import { FreeholdError } from "./base.js";
import { ConfigurationError } from "./config.js";
import { findRevertData } from "./find.js";
import { hintFor } from "./hints.js";
import { ContractRevertError, InsufficientTokenError, type Revert, UnknownRevertError } from "./revert.js";
import { InsufficientFundsError, NetworkError, NonceError, UserRejectedError } from "./transport.js";

let errors: Interface | undefined;

/** The revert that these bytes say; undefined when the selector is unknown or the values do not fit. */
export function decodeRevert(data: Hex, contract: string): Revert | undefined {
  errors ??= new Interface(allErrorsAbi);
  let parsed: ReturnType<Interface["parseError"]>;
  let args: Record<string, unknown>;
  try {
    parsed = errors.parseError(data);
    if (parsed === null) return undefined;
    // By name: ethers knows Error and Panic itself, without the names of their values.
    args = plainObject((errors.getError(parsed.name) ?? parsed.fragment).inputs, parsed.args);
  } catch {
    return undefined;
  }
  const [owner = "", reason] = parsed.name.split("_");
  return {
    errorName: parsed.name,
    args,
    selector: parsed.selector as Hex,
    contract: reason === undefined ? contract : owner,
  };
}

/**
 * The typed error for anything that a provider, signer or contract of ethers (or viem) throws while `contract` is
 * called. Errors that are none of these come back as they are.
 */
export function decodeError(error: unknown, contract: string): unknown {
  if (error instanceof FreeholdError) return error;
  const rejected = findCode(error, ["ACTION_REJECTED", 4001]);
  if (rejected) return new UserRejectedError("the request was refused in the wallet", error);
  const data = findRevertData(error);
  if (data !== undefined && data !== "0x") return revertError(data, contract, error);

  const message = messageOf(error);
  if (findCode(error, ["INSUFFICIENT_FUNDS"]) || /insufficient funds|have enough funds/i.test(message)) {
    return new InsufficientFundsError(`the sender cannot pay for this transaction: ${message}`, error);
  }
  if (
    findCode(error, ["NONCE_EXPIRED"]) ||
    /nonce (is )?too low|nonce has already been used|invalid nonce/i.test(message)
  ) {
    return new NonceError("NONCE_TOO_LOW", `the nonce was used already: ${message}`, error);
  }
  if (findCode(error, ["REPLACEMENT_UNDERPRICED"]) || /replacement transaction underpriced/i.test(message)) {
    return new NonceError("REPLACEMENT_UNDERPRICED", message, error);
  }
  if (data === "0x" || findCode(error, ["CALL_EXCEPTION", 3])) return new UnknownRevertError(contract, "0x", error);
  if (findCode(error, ["TIMEOUT", "ETIMEDOUT", "UND_ERR_HEADERS_TIMEOUT", "UND_ERR_CONNECT_TIMEOUT"])) {
    return new NetworkError("NETWORK_TIMEOUT", `the chain did not answer in time: ${message}`, error);
  }
  if (
    findCode(error, ["NETWORK_ERROR", "SERVER_ERROR", "ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "UND_ERR_SOCKET"]) ||
    /fetch failed|failed to fetch|socket hang up/i.test(message)
  ) {
    return new NetworkError("NETWORK_UNREACHABLE", `the chain cannot be reached: ${message}`, error);
  }
  if (findCode(error, ["INVALID_ARGUMENT", "NUMERIC_FAULT", "UNCONFIGURED_NAME"])) {
    return new ConfigurationError("INVALID_ARGUMENT", `bad argument for ${contract}: ${message}`, undefined, error);
  }
  return error;
}

/** The typed error for revert data. */
export function revertError(data: Hex, contract: string, cause: unknown): FreeholdError {
  const revert = decodeRevert(data, contract);
  if (revert === undefined) return new UnknownRevertError(contract, data, cause);
  const hint = hintFor(revert.errorName);
  const options = { ...(hint === undefined ? {} : { hint }), cause };
  if (revert.errorName === "ERC20InsufficientBalance") {
    return new InsufficientTokenError(revert, options, "INSUFFICIENT_TOKEN_BALANCE");
  }
  if (revert.errorName === "ERC20InsufficientAllowance") {
    return new InsufficientTokenError(revert, options, "INSUFFICIENT_TOKEN_ALLOWANCE");
  }
  return new ContractRevertError(revert, options);
}

/** Awaits `run`, and throws the typed error in place of whatever it throws. */
export async function decoded<T>(contract: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw decodeError(error, contract);
  }
}

/** Whether the error, or one that it wraps, has one of these codes. */
function findCode(error: unknown, codes: readonly (string | number)[]): boolean {
  for (let inner = error, depth = 0; depth < 8 && typeof inner === "object" && inner !== null; depth++) {
    const { code, error: wrapped, cause, info } = inner as Record<string, unknown>;
    if (codes.includes(code as string | number)) return true;
    const inside = (info as { error?: unknown } | null | undefined)?.error;
    inner = wrapped ?? inside ?? cause;
  }
  return false;
}

/** The shortest true message: ethers' own is followed by the whole request. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { shortMessage, info, error: wrapped } = error as Error & Record<string, unknown>;
  const inner = (wrapped ?? (info as { error?: unknown } | undefined)?.error) as { message?: unknown } | undefined;
  const text = [shortMessage ?? error.message, inner?.message].filter((part) => typeof part === "string");
  return [...new Set(text)].join(": ").slice(0, 500);
}
