import { ContractRevertError } from "@freehold/sdk";

/** Name of the error of the contracts that a call reverts with; undefined when it passes. */
export async function refusalOf(run: Promise<unknown>): Promise<string | undefined> {
  try {
    await run;
    return undefined;
  } catch (error) {
    if (error instanceof ContractRevertError) return error.errorName;
    throw error;
  }
}
