import { allErrorsAbi } from "@freehold/sdk/abis";
import { Interface, isCallException } from "ethers";
import { reason } from "../errors.js";

const ERRORS = new Interface(allErrorsAbi);

/** Why a contract refused, in its own words where it has any. */
export function refusal(error: unknown): string {
  // Less than a selector: a revert without words.
  if (isCallException(error) && error.data !== null && error.data.length >= 10) {
    const parsed = ERRORS.parseError(error.data);
    if (parsed !== null) return `${parsed.name}(${parsed.args.map(String).join(", ")})`;
  }
  return reason(error);
}
