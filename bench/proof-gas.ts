import {
  type Circuit,
  constraintsOf,
  createProver,
  deltaCircuit,
  developmentSetup,
  encodeProof,
  encodeVerifyingKey,
  inferenceCircuit,
  type Shape,
  verifyingKey,
  witnessOf,
} from "@freehold/circuits";
import { type BytesLike, concat, Interface, ZeroHash } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";
import { deltaCase, inferenceCase } from "../test/ts/circuits/models.ts";

/** A verifier's gas does not depend on the model's size: a small one is proven in no time. */
const SHAPE: Shape = { inputs: 16, hidden: 4, classes: 3 };
const BATCH = 16;

const VERIFIER = new Interface([
  "function verify(uint256[] publics, bytes proof) view returns (bool)",
  "function verifyBatch(uint256[] publics, bytes proofs) view returns (bool)",
]);

/**
 * Gas of whole transactions to a verifier alone, with real keys and proofs: `zk.verify.gas` with the four public inputs of a delta,
 * `zk.verify.inferenceGas` with the five of an inference, and a batch's share for each of 16 inferences.
 * @param connection a fresh simulated network
 */
export async function measureProofGas(connection: NetworkConnection): Promise<Record<string, number>> {
  const { ethers } = connection;
  const [sender] = await ethers.getSigners();
  if (sender === undefined) throw new Error("the network has no account");
  const factory = await ethers.deployContract("Groth16Factory", [ZeroHash]);

  /** A verifier of a circuit's development key, and statements with their proofs. */
  async function stage<Values>(circuit: Circuit<Values>, statements: readonly Values[]) {
    const key = await developmentSetup(constraintsOf(circuit));
    const encoded = encodeVerifyingKey(verifyingKey(key));
    await (await factory.getFunction("deploy").send(encoded)).wait();
    const to = (await factory.getFunction("verifierOf")(encoded)) as string;
    const prover = await createProver(key);
    const proven: { publics: readonly bigint[]; proof: Uint8Array }[] = [];
    for (const values of statements) {
      const { witness, publics } = witnessOf(circuit, values);
      proven.push({ publics, proof: encodeProof(await prover.prove(witness)) });
    }
    prover.close();
    return { to, proven };
  }

  async function gas(to: string, method: "verify" | "verifyBatch", publics: readonly bigint[], proof: BytesLike) {
    const data = VERIFIER.encodeFunctionData(method, [publics, proof]);
    const said = VERIFIER.decodeFunctionResult(method, await ethers.provider.call({ to, data }))[0];
    if (said !== true) throw new Error(`${method} refuses what was proven`);
    const receipt = await (await sender!.sendTransaction({ to, data })).wait();
    if (receipt === null) throw new Error(`${method} was not mined`);
    return Number(receipt.gasUsed);
  }

  const four = await stage(deltaCircuit(SHAPE), [deltaCase(SHAPE).values]);
  const seeds = Array.from({ length: BATCH }, (_, i) => i + 1);
  const five = await stage(
    inferenceCircuit(SHAPE, 1),
    seeds.map((seed) => inferenceCase(SHAPE, 1, seed).values),
  );
  const [delta] = four.proven as [(typeof four.proven)[0]];
  const [inference] = five.proven as [(typeof five.proven)[0]];
  const batch = await gas(
    five.to,
    "verifyBatch",
    five.proven.flatMap(({ publics }) => [...publics]),
    concat(five.proven.map(({ proof }) => proof)),
  );
  return {
    "zk.verify.gas": await gas(four.to, "verify", delta.publics, delta.proof),
    "zk.verify.inferenceGas": await gas(five.to, "verify", inference.publics, inference.proof),
    "zk.verify.batch16.perProof": batch / BATCH,
  };
}
