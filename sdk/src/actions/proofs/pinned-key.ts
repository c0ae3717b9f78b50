import type { LinkVerifyingKey, VerifyingKey } from "@freehold/circuits";
import { Interface, keccak256 } from "ethers";
import { groth16VerifierAbi } from "../../abis/index.js";
import type { Context } from "../../context.js";
import { decoded } from "../../errors/decode.js";
import { ContractRevertError, UnknownRevertError } from "../../errors/revert.js";
import { fromHex, type Hex, sameHex } from "../../hex.js";
import { circuitIdOf, kindName } from "../../proofs/circuit-ref.js";
import { withCircuits } from "../../proofs/circuits.js";
import { ProofError } from "../../proofs/errors.js";
import { withTimeout } from "../../timeout.js";
import { CircuitKind, type CircuitRef } from "../../types.js";
import { call } from "../read.js";

/** The key that speaks for a circuit. */
export interface PinnedKey {
  circuitId: Hex;
  verifier: Hex;
  /** keccak256 of the key. */
  keyHash: Hex;
  key: VerifyingKey;
  /** Tier 2: whose links count. */
  link?: LinkVerifyingKey;
}

/** Chains on which keys whose secrets are public are of use; Groth16Factory takes them there too. */
const LOCAL_CHAINS: readonly bigint[] = [31337n, 1337n];

const VERIFIER = new Interface(groth16VerifierAbi);

/**
 * The key that is pinned for a circuit, with everything about it checked that can be: its hash, its points, that its secrets are not
 * public; in tier 2 also that the deployment takes it, and that the verifier takes links from nobody else. That its ceremony was a good
 * one is seen from the published transcript.
 * @param expected hash of the key, from its publisher; default: what the chain says
 * @throws ProofError WRONG_VERIFYING_KEY, DEVELOPMENT_KEY, WRONG_CIRCUIT; ContractRevertError `ProofKeys_UnknownCircuit`
 */
export async function pinnedKeyOf(ctx: Context, circuit: CircuitRef, expected?: Hex): Promise<PinnedKey> {
  const circuitId = circuitIdOf(circuit);
  if (circuit.tier === 2) await requireEnabled(ctx, circuit);
  const verifier = (await call(ctx, "ProofKeys", "verifierOf", [circuitId])) as Hex;
  const [bytes, pinned] = await Promise.all([ask(ctx, verifier, "key"), ask(ctx, verifier, "keyHash")]);
  const keyHash = keccak256(bytes) as Hex;
  const wrong = [pinned, expected ?? pinned].find((hash) => !sameHex(hash, keyHash));
  if (wrong !== undefined) {
    throw new ProofError("WRONG_VERIFYING_KEY", `the verifier ${verifier} has the key ${keyHash}, not ${wrong}`, {
      details: { verifier, circuitId, expected: wrong, actual: keyHash },
      hint: "The chain's endpoint, or governance, shows another key than the one that was published: believe no proof under it.",
    });
  }
  const { key, link } = await decodedKey(circuit, fromHex(bytes));
  if (link !== undefined) await requireFactory(ctx, circuitId, verifier);
  if (key.development && !LOCAL_CHAINS.includes(ctx.chainId)) {
    throw new ProofError(
      "DEVELOPMENT_KEY",
      `the key of circuit ${circuitId} on chain ${ctx.chainId} is for development`,
      {
        details: { verifier, circuitId, chainId: ctx.chainId.toString() },
        hint: "Its secrets are public: anybody proves anything. Believe no proof under it.",
      },
    );
  }
  return { circuitId, verifier, keyHash, key, ...(link === undefined ? {} : { link }) };
}

async function decodedKey(
  { tier, features: inputs, hidden, classes }: CircuitRef,
  bytes: Uint8Array,
): Promise<{ key: VerifyingKey; link?: LinkVerifyingKey }> {
  return withCircuits(({ decodeCommitKey, decodeVerifyingKey, requireLayout }) =>
    tier === 2
      ? decodeCommitKey(bytes, requireLayout({ inputs, hidden, classes }).elements)
      : { key: decodeVerifyingKey(bytes) },
  );
}

/** @throws ProofError WRONG_CIRCUIT */
async function requireEnabled(ctx: Context, { kind, tier }: CircuitRef): Promise<void> {
  if (await call(ctx, "VersionProofs", "EXPERIMENTAL", [])) return;
  throw new ProofError("WRONG_CIRCUIT", "this deployment takes no circuits of tier 2", {
    details: { kind, tier },
    hint: "Prove with keys of tier 1. Whether a deployment takes tier 2 (experimentalTier2) was fixed when it was made.",
  });
}

/** A key's hash does not say whose links its verifier accepts. @throws ProofError WRONG_VERIFYING_KEY */
async function requireFactory(ctx: Context, circuitId: Hex, verifier: Hex): Promise<void> {
  if (await call(ctx, "CommitGroth16Factory", "isVerifier", [verifier])) return;
  throw new ProofError("WRONG_VERIFYING_KEY", `CommitGroth16Factory did not make the verifier ${verifier}`, {
    details: { verifier, circuitId },
    hint: "It may accept links from anybody, and so proofs of anything: believe none, and tell who governs the deployment.",
  });
}

/**
 * That a proof of tier 1 shows a statement, by this package's own arithmetic.
 * @throws ProofError PROOF_INVALID
 */
export async function requireProof(pinned: PinnedKey, publics: readonly bigint[], proof: Hex): Promise<void> {
  const bytes = fromHex(proof);
  const valid = await withCircuits(({ decodeProof, verify }) => verify(pinned.key, publics, decodeProof(bytes)));
  if (!valid) throw invalidProof(pinned, publics);
}

/** The error for a proof that does not hold. */
export function invalidProof({ circuitId }: PinnedKey, publics: readonly bigint[]): ProofError {
  return new ProofError("PROOF_INVALID", "the proof does not show the statement", {
    details: { circuitId, publics: publics.map(String) },
    hint: "It is of other weights, another version, chain, line or receipt, or for another use; or it is none.",
  });
}

/** That a circuit states what is to be proven; deltas have no circuit of tier 2. @throws ProofError WRONG_CIRCUIT */
export function requireKind(circuit: CircuitRef, kind: CircuitKind): void {
  const isTier = circuit.tier === 1 || (circuit.tier === 2 && kind !== CircuitKind.Delta);
  if (circuit.kind === kind && isTier) return;
  const said = `${kindName(circuit.kind)} of tier ${circuit.tier}`;
  throw new ProofError(
    "WRONG_CIRCUIT",
    `the circuit is ${said}, not ${kindName(kind)} of tier 1${kind === CircuitKind.Delta ? "" : " or 2"}`,
    {
      details: { kind: circuit.kind, tier: circuit.tier, expected: kind },
      hint: "Name the circuit with circuitOf.",
    },
  );
}

async function ask(ctx: Context, verifier: Hex, method: "key" | "keyHash"): Promise<Hex> {
  const data = VERIFIER.encodeFunctionData(method);
  let returned: string;
  try {
    returned = await decoded("Groth16Verifier", async () => {
      const request = (await ctx.ready()).call({ to: verifier, data });
      return withTimeout(request, ctx.timeoutMs, `Groth16Verifier.${method}`);
    });
  } catch (error) {
    const reverted = error instanceof ContractRevertError || error instanceof UnknownRevertError;
    throw reverted ? noVerifier(verifier, error) : error;
  }
  try {
    return VERIFIER.decodeFunctionResult(method, returned)[0] as Hex;
  } catch (cause) {
    throw noVerifier(verifier, cause);
  }
}

function noVerifier(verifier: Hex, cause: unknown): ProofError {
  return new ProofError("WRONG_VERIFYING_KEY", `${verifier} does not answer as a Groth16 verifier`, {
    details: { verifier },
    hint: "The circuit is proven in another proof system, which this package does not verify.",
    cause,
  });
}
