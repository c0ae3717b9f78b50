import {
  CircuitKind,
  commitmentsOf,
  type Delta,
  DeltaFormat,
  type Freehold,
  type Hex,
  type OpenedVersion,
  ProofError,
  type UpcomingVersion,
} from "@freehold/sdk";
import { createDense, readCommitmentSecrets, weightsRoot } from "@freehold/sdk/weights";
import { expect } from "chai";
import type { Signer, TransactionRequest } from "ethers";
import { network } from "hardhat";
import { randomModel } from "../circuits/models.ts";
import { baseFile, tunedFile } from "./utils/files.ts";
import { SHAPE } from "./utils/kits.ts";
import { proofErrorOf } from "./utils/refusal.ts";
import { createStage, type Stage } from "./utils/stage.ts";

describe("proofs: an append with the proof of its delta", function () {
  this.timeout(300_000);
  const open = () => network.create("local");
  let connection: Awaited<ReturnType<typeof open>>;
  let stage: Stage;
  let owner: Freehold;
  let modelId: bigint;
  /** The line's newest version. */
  let head: OpenedVersion & { file: Uint8Array; hash: Hex };
  let seed = 100;

  before(async () => {
    connection = await open();
    stage = await createStage(connection, 0);
    owner = stage.world.owner;
    const base = await baseFile(randomModel(SHAPE, seed++));
    const { anchor, weights, architecture } = base;
    const provable = { architecture, weights, ...readCommitmentSecrets(base.file) };
    const { salt, wait } = await owner.models.commit({ anchor, provable });
    await wait();
    await stage.world.networkHelpers.time.increase(60);
    const deployed = await (await owner.models.deploy({ anchor, salt, provable })).wait();
    modelId = deployed.modelId;
    head = { weights, salt: base.salt, file: base.file, hash: deployed.baseVersionHash };
  });
  after(async () => {
    stage.close();
    await connection.close();
  });

  /** A fine-tune of the newest version. */
  async function tune() {
    const weights = randomModel(SHAPE, seed++);
    const { commitments, salt, blinder } = await commitmentsOf(SHAPE, weights);
    const tuned = tunedFile(head.file, weights);
    const file = createDense(head.file, tuned, { base: head.hash, commitment: { salt, blinder } });
    expect(readCommitmentSecrets(file)).to.deep.equal({ salt, blinder });
    const { root, byteLength } = await weightsRoot(file);
    const delta: Delta = {
      weightsRoot: root,
      byteLength: BigInt(byteLength),
      format: DeltaFormat.Dense,
      commitments,
    };
    return { weights, salt, delta, tuned };
  }

  const prove = (made: OpenedVersion, append: UpcomingVersion, client = owner) =>
    client.proofs.prove({
      kind: CircuitKind.Delta,
      shape: SHAPE,
      weights: made.weights,
      salt: made.salt,
      base: head,
      append,
      key: stage.keys.delta,
      threads: 0,
    });

  /** What came after the newest version. */
  const moveOn = (made: Awaited<ReturnType<typeof tune>>, hash: Hex) => {
    head = { weights: made.weights, salt: made.salt, file: made.tuned, hash };
  };

  const sentBy = async () => stage.world.signers.owner.getNonce();

  it("both are on the chain when wait ends: the first append, which opens the line, and the next", async () => {
    for (const version of [1n, 2n]) {
      const made = await tune();
      const proof = await prove(made, { modelId, delta: made.delta });
      expect([proof.version, proof.parent]).to.deep.equal([version, head.hash]);
      await owner.proofs.verify({ ...proof }).then(
        () => expect.fail("there is no such version yet"),
        (error: unknown) => expect(String(error)).to.match(/UnknownLine|UnknownVersion/),
      );
      const sent = await owner.deltas.append({ modelId, delta: made.delta, proof });
      expect(sent.parent).to.equal(head.hash);
      const appended = await sent.wait();
      expect(appended).to.include({ lineId: proof.lineId, version });
      const { proven, versionHash } = appended;
      expect(proven).to.include({ deltaRoot: proof.deltaRoot });
      expect(await owner.proofs.deltaOf({ versionHash })).to.equal(proof.deltaRoot);
      const receipt = await stage.world.ethers.provider.getTransactionReceipt(proven?.hash ?? "");
      expect(receipt?.status).to.equal(1);
      await owner.proofs.verify(proof);
      moveOn(made, versionHash);
    }
  });

  it("is sent with nothing behind it when no proof is given, as before", async () => {
    const made = await tune();
    const appended = await (await owner.deltas.append({ modelId, delta: made.delta })).wait();
    expect(appended).to.not.have.property("proven");
    moveOn(made, appended.versionHash);
  });

  it("nothing is sent when the proof would not be taken", async () => {
    const made = await tune();
    const append = { modelId, delta: made.delta };
    const proof = await prove(made, append);
    const other = await tune();
    const dataset = [(await (await owner.datasets.commitDataset({ root: head.hash, records: 1 })).wait()).datasetId];
    const before = await sentBy();
    const refused = async (params: Parameters<Freehold["deltas"]["append"]>[0], client = owner) =>
      (await proofErrorOf(client.deltas.append(params))).code;
    // Of another delta, with other datasets, of another parent, with another root, for another line, of another statement.
    expect(await refused({ ...append, delta: other.delta, proof })).to.equal("PROOF_INVALID");
    expect(await refused({ ...append, datasets: dataset, proof })).to.equal("PROOF_INVALID");
    expect(await refused({ ...append, parent: stage.baseHash, proof })).to.equal("STALE_PARENT");
    expect(await refused({ ...append, proof: { ...proof, deltaRoot: head.hash } })).to.equal("PROOF_INVALID");
    expect(await refused({ ...append, proof }, stage.world.stranger)).to.equal("PROOF_INVALID");
    const circuit = { ...proof.circuit, kind: CircuitKind.Register };
    expect(await refused({ ...append, proof: { ...proof, circuit } })).to.equal("WRONG_CIRCUIT");
    for (const call of ["simulate", "prepare", "estimateGas"] as const) {
      const run = owner.deltas.append[call]({ ...append, delta: other.delta, proof });
      expect((await proofErrorOf(run)).code, call).to.equal("PROOF_INVALID");
    }
    expect(await sentBy()).to.equal(before);
    moveOn(made, (await (await owner.deltas.append({ ...append, proof })).wait()).versionHash);
  });

  it("a proof is made for the newest version only, and of commitments that are there", async () => {
    const made = await tune();
    const stale = await proofErrorOf(prove(made, { modelId, delta: made.delta, parent: stage.baseHash }));
    expect(stale.code).to.equal("STALE_PARENT");
    const bare = {
      ...made.delta,
      commitments: { ...made.delta.commitments, poseidonRoot: `0x${"00".repeat(32)}` as Hex },
    };
    expect((await proofErrorOf(prove(made, { modelId, delta: bare }))).code).to.equal("NOT_COMMITTED");
    const wrong = await proofErrorOf(prove({ ...made, salt: made.salt + 1n }, { modelId, delta: made.delta }));
    expect([wrong.code, wrong.details.what]).to.deep.equal(["COMMITMENT_MISMATCH", 'public input "next"']);
  });

  it("when the proof alone fails, the append stands: it says so, and what to do, and wait tries again", async () => {
    const made = await tune();
    let refuses = true;
    const signer = refusing(stage.world.signers.owner, stage.world.address("VersionProofs"), () => refuses);
    const client = owner.withSigner(signer);
    const proof = await prove(made, { modelId, delta: made.delta });
    const sent = await client.deltas.append({ modelId, delta: made.delta, proof });
    const failed = await proofErrorOf(sent.wait());
    expect(failed.code).to.equal("PROOF_NOT_RECORDED");
    expect(failed.hint).to.contain("proofs.proveDelta");
    expect(failed.cause).to.include({ code: "USER_REJECTED" });
    const { versionHash, version } = failed.details as { versionHash: Hex; version: string };
    const { lineId } = proof;
    expect((await owner.deltas.versionOf({ lineId, version: BigInt(version) })).hash).to.equal(versionHash);
    expect(await owner.proofs.deltaOf({ versionHash })).to.match(/^0x0+$/);
    refuses = false;
    expect((await sent.wait()).proven).to.include({ deltaRoot: proof.deltaRoot });
    expect(await owner.proofs.deltaOf({ versionHash })).to.equal(proof.deltaRoot);
    moveOn(made, versionHash);
  });

  it("whoever copies the proof from the mempool does the owner no harm: it shows the same", async () => {
    const made = await tune();
    const proof = await prove(made, { modelId, delta: made.delta });
    const sent = await owner.deltas.append({ modelId, delta: made.delta, proof });
    await (await stage.world.stranger.proofs.proveDelta(proof)).wait();
    const { proven, versionHash } = await sent.wait();
    expect(proven).to.include({ deltaRoot: proof.deltaRoot, hash: undefined });
    moveOn(made, versionHash);
  });

  it("errors are the SDK's own, and no salt is in them", async () => {
    const made = await tune();
    const error = await proofErrorOf(prove({ ...made, salt: made.salt - 1n }, { modelId, delta: made.delta }));
    expect(error).to.be.instanceOf(ProofError);
    const text = JSON.stringify(error);
    for (const secret of [made.salt, made.salt - 1n, head.salt]) {
      expect(text).to.not.contain(secret.toString());
      expect(text).to.not.contain(secret.toString(16));
    }
  });
});

/** A signer that says no, as a wallet does, to transactions to one address. */
function refusing(signer: Signer, address: string, refuses: () => boolean): Signer {
  return new Proxy(signer, {
    get(target, name) {
      if (name === "sendTransaction") {
        return async (transaction: TransactionRequest) => {
          if (refuses() && String(transaction.to).toLowerCase() === address.toLowerCase()) {
            throw Object.assign(new Error("user rejected action"), { code: "ACTION_REJECTED" });
          }
          return target.sendTransaction(transaction);
        };
      }
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
