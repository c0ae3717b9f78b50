import type { Context } from "../../context.js";
import { fromHex, type Hex, toHex } from "../../hex.js";
import { CircuitKind, type CircuitRef } from "../../types.js";
import { action } from "../bind.js";
import type { KnownVersion } from "./known-version.js";
import { committedDelta, committedVersion, type VersionRef } from "./ledger.js";
import { pinnedKeyOf, requireKind, requireProof } from "./pinned-key.js";
import {
  deltaPublics,
  inferencePublics,
  type ReceiptUse,
  registrationPublics,
  versionOfReceipt,
} from "./statements.js";

interface Verifiable {
  circuit: CircuitRef;
  proof: Hex;
  /** Hash of the circuit's key, from whoever published its ceremony; default: what the chain says. */
  keyHash?: Hex;
  /** With it and `keyHash` the endpoint can mislead nobody: what it says of the version is compared with the version's hash. */
  known?: KnownVersion;
}

/** A registration, as `proveRegistration` takes it. */
export interface VerifyRegistration extends Verifiable, VersionRef {}

/** A delta, as `proveDelta` takes it. */
export interface VerifyDelta extends Verifiable, VersionRef {
  deltaRoot: Hex;
}

/** The proof of a receipt, for one use of it. */
export interface VerifyInference extends Verifiable, ReceiptUse {
  /** class * 256 + margin. */
  result: bigint;
}

/** What was proven. */
export interface Verified {
  versionHash: Hex;
  circuitId: Hex;
  /** Hash of the key that it was checked with. */
  keyHash: Hex;
  /** Public inputs in the circuit's order. */
  publics: readonly bigint[];
}

/**
 * Checks a proof here, not on the chain: the public inputs are made of what the ledger says and of the parameters, the key is the one
 * that is pinned, and the pairing is this package's. What the endpoint would say of the proof is not asked; what it says of the version
 * and of the key is taken for true unless `known` and `keyHash` are given. Throws for whatever does not hold.
 * @throws ProofError PROOF_INVALID, WRONG_CIRCUIT, WRONG_VERSION, NOT_COMMITTED, WRONG_VERIFYING_KEY, DEVELOPMENT_KEY
 */
export const verify = action(
  [],
  (ctx) =>
    async (params: VerifyRegistration | VerifyDelta | VerifyInference): Promise<Verified> => {
      const { circuit, proof, keyHash } = params;
      const [kind, statement] = statementOf(ctx, params);
      requireKind(circuit, kind);
      const [{ versionHash, publics }, pinned] = await Promise.all([statement(), pinnedKeyOf(ctx, circuit, keyHash)]);
      await requireProof(pinned, publics, proof);
      return { versionHash, circuitId: pinned.circuitId, keyHash: pinned.keyHash, publics };
    },
);

type Statement = () => Promise<{ versionHash: Hex; publics: bigint[] }>;

function statementOf(
  ctx: Context,
  params: VerifyRegistration | VerifyDelta | VerifyInference,
): [CircuitKind, Statement] {
  if ("receipt" in params) {
    const inference = async () => {
      const version = await versionOfReceipt(ctx, params, params.known);
      return { versionHash: version.versionHash, publics: inferencePublics(ctx, version, params, params.result) };
    };
    return [CircuitKind.Inference, inference];
  }
  if ("deltaRoot" in params) {
    const delta = async () => {
      const version = await committedDelta(ctx, params, params.known);
      return {
        versionHash: version.versionHash,
        publics: deltaPublics(ctx, version, BigInt(toHex(fromHex(params.deltaRoot, 32)))),
      };
    };
    return [CircuitKind.Delta, delta];
  }
  const registration = async () => {
    const version = await committedVersion(ctx, params, params.known);
    return { versionHash: version.versionHash, publics: registrationPublics(ctx, version) };
  };
  return [CircuitKind.Register, registration];
}
