import {
  anchor,
  type Circuit,
  committedSum,
  developmentLinkKey,
  encodeCommitKey,
  encodeLink,
  encodeLinkedProof,
  encodeProof,
  encodeSumProof,
  type InferenceValues,
  inferenceCircuit,
  type Prover,
  proveLink,
  type RegisterValues,
  randomScalar,
  registerCircuit,
  weightsElements,
} from "@freehold/circuits";
import { CircuitKind, type CircuitRef, toHex } from "@freehold/sdk";
import {
  circuitRef,
  deployKey,
  type Host,
  hex32,
  type InferenceInput,
  type Kit,
  rootOf,
  type Salted,
  SHAPE,
  setUp,
} from "./kits.ts";

/** Values of a version's committed wires. */
export const packed = ({ weights }: Salted) => weightsElements(SHAPE, weights);

/** A version's Pedersen anchor. */
export const anchorOf = (version: Salted) => anchor(packed(version), version.anchorBlinder);

/** A circuit of tier 2 with development keys, and its sums and links. */
export async function setUpCommitted<Values>(provers: Prover[], circuit: Circuit<Values>) {
  const made = await setUp(provers, circuit);
  const link = await developmentLinkKey(made.key);
  const sumOf = (version: Salted, blinder = version.sumBlinder) => committedSum(made.key, packed(version), blinder);
  const linkOf = (version: Salted, blinder = version.sumBlinder) =>
    proveLink(link, { values: packed(version), blinder, anchorBlinders: [version.anchorBlinder] });
  return {
    ...made,
    link,
    encoded: encodeCommitKey(made.vk, link),
    sumOf,
    linkOf,
    /** W and its link, as they are brought to the chain. */
    linked: async (version: Salted, blinder = version.sumBlinder) =>
      toHex(encodeLink(await sumOf(version, blinder), await linkOf(version, blinder))),
  };
}

async function committedCircuit<Values>(host: Host, kind: CircuitRef["kind"], circuit: Circuit<Values>) {
  const made = await setUpCommitted(host.provers, circuit);
  const verifier = await deployKey(host, circuitRef(kind, 2), "CommitGroth16Factory", made.encoded);
  return { ...made, verifier };
}

/** Tier 2: weights by their anchor, which registrations prove to mean what the root means. */
export async function committedKit(host: Host) {
  const inference = await committedCircuit<InferenceValues>(host, CircuitKind.Inference, inferenceCircuit(SHAPE, 2));
  const register = await committedCircuit<RegisterValues>(host, CircuitKind.Register, registerCircuit(SHAPE, 2));
  const infer = (version: Salted, values: InferenceInput) =>
    inference.prove({ ...version, ...values }, version.sumBlinder);
  const kit: Kit = {
    tier: 2,
    async commitments(version) {
      const [pedersenX, pedersenY] = await anchorOf(version);
      return { poseidonRoot: hex32(rootOf(version)), pedersenX, pedersenY };
    },
    async proveInference(version, values) {
      const { publics, proof } = await infer(version, values);
      const encoded = toHex(encodeSumProof(proof, await inference.sumOf(version)));
      return { publics, proof: encoded, result: publics[2] ?? 0n };
    },
    async proveRegistration(version, context) {
      const { weights, salt } = version;
      // Another sum each time: it is used once.
      const blinder = randomScalar();
      const { publics, proof } = await register.prove({ weights, salt, context }, blinder);
      const [sum, link] = [await register.sumOf(version, blinder), await register.linkOf(version, blinder)];
      return { publics, proof: toHex(encodeLinkedProof(proof, sum, link)) };
    },
  };
  return {
    ...kit,
    inference,
    register,
    /** A proof for a batch: its sum is named once for all of them. */
    async proveForBatch(version: Salted, values: InferenceInput) {
      const { publics, proof } = await infer(version, values);
      return { publics, proof: toHex(encodeProof(proof)) };
    },
  };
}
