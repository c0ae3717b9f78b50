import {
  type Circuit,
  constraintsOf,
  createProver,
  developmentSetup,
  encodeProof,
  encodeVerifyingKey,
  type InferenceValues,
  inferenceCircuit,
  type ModelWeights,
  type Prover,
  type ProvingKey,
  poseidonRoot,
  type RegisterValues,
  registerCircuit,
  verifyingKey,
  witnessOf,
} from "@freehold/circuits";
import { CircuitKind, type CircuitRef, type Commitments, type Hex, toHex } from "@freehold/sdk";
import { keccak256, toBeHex } from "ethers";
import type { World } from "../../sdk/utils/world.ts";

/** Small, so that a proof takes a tenth of a second; the circuits are those of any shape. */
export const SHAPE = { inputs: 16, hidden: 4, classes: 2 };

/** A version: its weights, the salt of their root, and in tier 2 the blinders of their anchor and of the sum that proofs are made with. */
export interface Salted {
  readonly weights: ModelWeights;
  readonly salt: bigint;
  readonly anchorBlinder: bigint;
  readonly sumBlinder: bigint;
}

/** A statement and a proof of it, as contracts take it. */
export interface Proven {
  readonly publics: readonly bigint[];
  readonly proof: Hex;
}

/** Where keys are deployed and pinned. */
export interface Host {
  readonly world: World;
  /** Has governance wait for its delay, then do what was prepared. */
  govern(prepared: { to: string; data: string }): Promise<void>;
  /** Closed with the stage. */
  readonly provers: Prover[];
}

/** What an inference's proof is made of, but for the version. */
export type InferenceInput = Omit<InferenceValues, "weights" | "salt">;

/** How a tier commits to versions and proves of them. */
export interface Kit {
  readonly tier: 1 | 2;
  commitments(version: Salted): Promise<Commitments>;
  /** `publics` are the circuit's own; the result is one of them. */
  proveInference(version: Salted, values: InferenceInput): Promise<Proven & { readonly result: bigint }>;
  proveRegistration(version: Salted, context: bigint): Promise<Proven>;
}

export const circuitRef = (kind: CircuitRef["kind"], tier: 1 | 2 = 1): CircuitRef => ({
  kind,
  tier,
  version: 1,
  features: SHAPE.inputs,
  hidden: SHAPE.hidden,
  classes: SHAPE.classes,
});

export const hex32 = (value: bigint) => toBeHex(value, 32) as Hex;

export const rootOf = ({ weights, salt }: Salted) => poseidonRoot(SHAPE, weights, salt);

/** A development key of a circuit, and what proves with it. */
export async function setUp<Values>(provers: Prover[], circuit: Circuit<Values>) {
  const key: ProvingKey = await developmentSetup(constraintsOf(circuit));
  const prover = await createProver(key, { threads: 0 });
  provers.push(prover);
  return {
    key,
    vk: verifyingKey(key),
    async prove(values: Values, blinder?: bigint) {
      const { witness, publics } = witnessOf(circuit, values);
      return { publics, proof: await prover.prove(witness, blinder === undefined ? {} : { blinder }) };
    },
  };
}

/** Has a factory make the verifier of a key, and governance pin it. */
export async function deployKey(
  { world, govern }: Host,
  circuit: CircuitRef,
  factoryName: "Groth16Factory" | "CommitGroth16Factory",
  key: Uint8Array,
): Promise<Hex> {
  const factory = world.stranger.contract(factoryName);
  await (await factory.deploy(key)).wait();
  const verifier = (await factory.verifierOf(key)) as Hex;
  await govern(await world.owner.proofs.pin.prepare({ circuit, verifier, keyHash: keccak256(key) as Hex }));
  return verifier;
}

/** A circuit of tier 1: set up, deployed, pinned. */
export async function rootedCircuit<Values>(host: Host, kind: CircuitRef["kind"], circuit: Circuit<Values>) {
  const { key, vk, prove } = await setUp(host.provers, circuit);
  await deployKey(host, circuitRef(kind), "Groth16Factory", encodeVerifyingKey(vk));
  const made = async (values: Values): Promise<Proven> => {
    const { publics, proof } = await prove(values);
    return { publics, proof: toHex(encodeProof(proof)) };
  };
  return Object.assign(made, { key });
}

/** Tier 1: weights by their root. */
export async function rootedKit(
  host: Host,
): Promise<Kit & { readonly keys: Record<"inference" | "registration", ProvingKey> }> {
  const inference = await rootedCircuit<InferenceValues>(host, CircuitKind.Inference, inferenceCircuit(SHAPE, 1));
  const register = await rootedCircuit<RegisterValues>(host, CircuitKind.Register, registerCircuit(SHAPE, 1));
  return {
    tier: 1,
    keys: { inference: inference.key, registration: register.key },
    commitments: async (version) => ({ poseidonRoot: hex32(rootOf(version)), pedersenX: 0n, pedersenY: 0n }),
    async proveInference(version, values) {
      const proven = await inference({ ...version, ...values });
      return { ...proven, result: proven.publics[3] ?? 0n };
    },
    proveRegistration: ({ weights, salt }, context) => register({ weights, salt, context }),
  };
}
