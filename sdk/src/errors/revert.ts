import type { Hex } from "../hex.js";
import { FreeholdError, type FreeholdErrorOptions } from "./base.js";
import { jsonSafe } from "./json.js";

/** A revert whose error is known. */
export interface Revert {
  /** For example `DeltaLedger_StaleParent`. */
  errorName: string;
  /** Values by name; integers are bigint. */
  args: Readonly<Record<string, unknown>>;
  selector: Hex;
  /** The contract that the error is named after, else the one that was called. */
  contract: string;
}

/** Thrown when a contract reverts with an error that this package knows. */
export class ContractRevertError extends FreeholdError implements Revert {
  readonly errorName: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly selector: Hex;
  readonly contract: string;

  constructor(revert: Revert, options: Pick<FreeholdErrorOptions, "hint" | "cause"> = {}, code = "CONTRACT_REVERT") {
    const { errorName, args, selector, contract } = revert;
    const values = Object.entries(jsonSafe(args) as object).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
    super(code, `${contract} reverted: ${errorName}(${values.join(", ").replaceAll('"', "")})`, {
      ...options,
      details: { contract, errorName, selector, args: jsonSafe(args) },
    });
    this.errorName = errorName;
    this.args = args;
    this.selector = selector;
    this.contract = contract;
  }
}

/** Thrown when a token transfer failed because the sender has, or allowed, too little of it. */
export class InsufficientTokenError extends ContractRevertError {
  declare readonly code: "INSUFFICIENT_TOKEN_BALANCE" | "INSUFFICIENT_TOKEN_ALLOWANCE";
}

/** Thrown for a revert whose error is not known, or that gave no reason. */
export class UnknownRevertError extends FreeholdError {
  /** First four bytes of the revert data; undefined when there are none. */
  readonly selector: Hex | undefined;
  readonly data: Hex;

  constructor(contract: string, data: Hex, cause?: unknown) {
    const selector = data.length >= 10 ? (data.slice(0, 10) as Hex) : undefined;
    const what = selector === undefined ? "without a reason" : `with the unknown error ${selector}`;
    super("UNKNOWN_REVERT", `${contract} reverted ${what}`, {
      details: { contract, selector, data: data.slice(0, 1026) },
      hint: "The address may hold another contract, or a newer version than this package.",
      cause,
    });
    this.selector = selector;
    this.data = data;
  }
}
