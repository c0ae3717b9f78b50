import { ContractRevertError, ProofError } from "@freehold/sdk";

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

/** The error of the SDK that something about a proof is refused with; throws when it is not. */
export async function proofErrorOf(run: Promise<unknown>): Promise<ProofError> {
  try {
    await run;
  } catch (error) {
    if (error instanceof ProofError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}
