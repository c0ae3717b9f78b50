import type * as Circuits from "@freehold/circuits";
import { ProofError } from "./errors.js";

/** The package of circuits and the prover. */
export type CircuitsPackage = typeof Circuits;

/**
 * Runs something with @freehold/circuits, which is loaded by the first call: whoever never proves does not pay for it. Its errors
 * become this package's.
 * @throws ProofError UNPROVABLE_MODEL, BAD_PROOF_INPUT, FALSE_STATEMENT, WRONG_PROVING_KEY, WRONG_VERIFYING_KEY, PROOF_INVALID
 */
export async function withCircuits<T>(run: (circuits: CircuitsPackage) => T | Promise<T>): Promise<T> {
  const circuits = await import("@freehold/circuits");
  try {
    return await run(circuits);
  } catch (error) {
    throw proofError(circuits, error);
  }
}

function proofError({ CircuitError, KeyError, PointError, VerifyingKeyError }: CircuitsPackage, error: unknown) {
  if (error instanceof CircuitError) {
    const { code, message, hint } = error;
    if (code === "UNFIT_ARCHITECTURE" || code === "UNFIT_WEIGHTS") {
      return new ProofError("UNPROVABLE_MODEL", `no circuit expresses this model: ${message}`, {
        details: { reason: code === "UNFIT_WEIGHTS" ? code : message.split(":", 1)[0] },
        hint,
        cause: error,
      });
    }
    if (code === "BAD_INPUT") return new ProofError("BAD_PROOF_INPUT", message, { hint, cause: error });
    if (code === "UNSATISFIED") return new ProofError("FALSE_STATEMENT", message, { hint, cause: error });
  }
  if (error instanceof KeyError) {
    return new ProofError("WRONG_PROVING_KEY", `the proving key: ${error.message}`, { hint: error.hint, cause: error });
  }
  if (error instanceof VerifyingKeyError) {
    const hint = "Nothing that is proven under this key means anything: tell who governs the deployment.";
    return new ProofError("WRONG_VERIFYING_KEY", `the pinned key: ${error.message}`, { hint, cause: error });
  }
  if (error instanceof PointError) {
    return new ProofError("PROOF_INVALID", `the proof: ${error.message}`, { hint: error.hint, cause: error });
  }
  return error;
}
