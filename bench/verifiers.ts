import { randomScalar } from "@freehold/circuits";
import { fromG1, toG1 } from "@freehold/circuits/prover";
import { CircuitKind, inferenceContext, registrationContext } from "@freehold/sdk";
import { ZeroHash } from "ethers";
import { network } from "hardhat";
import { anchorOf, committedKit } from "../test/ts/proofs/utils/committed-kit.ts";
import { concat, type HexString } from "../test/ts/proofs/utils/hex.ts";
import { circuitRef, rootOf } from "../test/ts/proofs/utils/kits.ts";
import { stageOf } from "../test/ts/proofs/utils/stage.ts";
import { scalars, Trapdoor } from "../test/ts/proofs/utils/trapdoor.ts";

const BATCH = 16;

/** Gas of verifiers by the ids of the goals: whole transactions, a batch by the proof. */
export async function measureVerifiers(): Promise<Record<string, number>> {
  const rooted = await measureRooted();
  const committed = await measureCommitted();
  return {
    "zk.verify.gas": rooted.verify ?? 0,
    "zk.verify.batch16.perProof": (rooted.batch ?? 0) / BATCH,
    "zk.cc.verify.gas": committed["committed.verify"] ?? 0,
    "zk.cc.verify.batch16.perProof": (committed["committed.verifyBatch16"] ?? 0) / BATCH,
    "zk.link.gas": committed["proofs.link"] ?? 0,
    "zk.delta.gas": committed["proofs.showDelta"] ?? 0,
  };
}

/** Tier 1: a verifier alone, of four public inputs, one of which is small, as an inference's result is. */
async function measureRooted(): Promise<Record<string, number>> {
  const connection = await network.create("local");
  const trapdoor = new Trapdoor(4);
  const factory = await connection.ethers.deployContract("Groth16Factory", [ZeroHash]);
  await factory.getFunction("deploy")(trapdoor.key);
  const to = (await factory.getFunction("verifierOf")(trapdoor.key)) as string;
  const { interface: abi } = await connection.ethers.getContractAt("Groth16Verifier", to);
  const [signer] = await connection.ethers.getSigners();
  const next = scalars("bench of verifiers");
  const statements = Array.from({ length: BATCH }, () => [next(), next(), 513n, next()]);
  const proofs = statements.map((statement) => trapdoor.prove(statement));
  const gasOf = async (method: string, args: unknown[]) => {
    const sent = await signer!.sendTransaction({ to, data: abi.encodeFunctionData(method, args) });
    return Number((await sent.wait())?.gasUsed);
  };
  const verify = await gasOf("verify", [statements[0], proofs[0]]);
  const batch = await gasOf("verifyBatch", [statements.flat(), concat(proofs)]);
  await connection.close();
  return { verify, batch };
}

/** Tier 2, with real circuits and keys: what a version, a proof and a batch of them cost. */
export async function measureCommitted(): Promise<Record<string, number>> {
  const connection = await network.create("local");
  const stage = await stageOf(connection, 0, committedKit, true);
  const { kit, lineId, modelId, baseHash, versionHash, base, tuned, world } = stage;
  const { stranger, operator } = world;
  const gas: Record<string, number> = {};
  const gasOf = async (name: string, sent: Promise<{ wait(): Promise<{ receipt: { gasUsed: bigint } }> }>) => {
    gas[name] = Number((await (await sent).wait()).receipt.gasUsed);
  };

  const circuit = circuitRef(CircuitKind.Register, 2);
  const proofs = world.address("VersionProofs");
  for (const [version, hash, by] of [
    [0, baseHash, base],
    [1, versionHash, tuned],
  ] as const) {
    const context = registrationContext({ chainId: world.chainId, proofs, modelId, lineId, versionHash: hash });
    const { proof } = await stage.proveRegistration(by, context);
    const sent = stranger.proofs.proveRegistration({ lineId, version, circuit, proof });
    await gasOf("proofs.proveRegistration.tier2", sent);
  }

  const inference = circuitRef(CircuitKind.Inference, 2);
  const linked = await kit.inference.linked(tuned);
  await gasOf("proofs.link", stranger.proofs.link({ versionHash, circuit: inference, linked }));
  const [from, to] = [toG1(await anchorOf(base)), toG1(await anchorOf(tuned))];
  const [x, y] = fromG1(to.subtract(from));
  const shown = stranger.proofs.showDelta({ base: baseHash, next: versionHash, delta: { x, y } });
  await gasOf("proofs.showDelta", shown);

  const work = await stage.work();
  const { answerBy } = await stage.challenge(work);
  const requester = await world.signers.stranger.getAddress();
  const context = inferenceContext(stage.contextOf(work, answerBy, requester));
  const { publics, result, proof } = await stage.prove(work, context);
  await gasOf("arbiter.proveReceipt.tier2", operator.arbiter.proveReceipt({ receipt: work.receipt, result, proof }));

  const inferences = [];
  for (let i = 0; i < BATCH; i++) {
    const { counts, inputSalt, outputSalt } = await stage.work();
    inferences.push(await kit.proveForBatch(tuned, { counts, inputSalt, outputSalt, context: randomScalar() }));
  }
  // Views are called as if they were none.
  const { interface: abi } = await world.ethers.getContractAt("CommitGroth16Verifier", kit.inference.verifier);
  const viewed = async (name: string, method: string, args: unknown[]) => {
    const data = abi.encodeFunctionData(method, args);
    if (!BigInt(await world.ethers.provider.call({ to: kit.inference.verifier, data })))
      throw new Error(`${name}: false`);
    const sent = await world.signers.stranger.sendTransaction({ to: kit.inference.verifier, data });
    gas[name] = Number((await sent.wait())?.gasUsed);
  };
  const root = rootOf(tuned);
  const [sum] = await kit.inference.sumOf(tuned);
  await viewed("committed.verify", "verify", [[root, ...publics], proof]);
  await viewed("committed.verifyBatch16", "verifyBatch", [
    root,
    sum,
    inferences.flatMap((item) => [...item.publics]),
    concat(inferences.map((item) => item.proof as HexString)),
  ]);
  stage.close();
  await connection.close();
  return gas;
}
