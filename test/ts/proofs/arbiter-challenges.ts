import { decodeProof, encodeProof } from "@freehold/circuits";
import { type Hex, inferenceContext, ProofState, SCALAR_FIELD, toHex } from "@freehold/sdk";
import { expect } from "chai";
import { getBytes } from "ethers";
import { network } from "hardhat";
import { refusalOf } from "./utils/refusal.ts";
import { createStage, PRICE, type Stage, type Work } from "./utils/stage.ts";

/** Order of BN254's base field. */
const Q = 21888242871839275222246405745257275088696311157297823662689037894645226208583n;

describe("proofs: challenges of receipts, proven", function () {
  this.timeout(300_000);
  const open = () => network.create("local");
  let connection: Awaited<ReturnType<typeof open>>;
  let stage: Stage;
  let stranger: Hex;

  before(async () => {
    connection = await open();
    stage = await createStage(connection, 0);
    stranger = (await stage.world.signers.stranger.getAddress()) as Hex;
  });
  after(async () => {
    stage.close();
    await connection.close();
  });

  const arbiter = () => stage.world.operator.arbiter;
  const refused = ({ receipt }: Work, proven: { result: bigint; proof: Hex }) =>
    refusalOf(arbiter().proveReceipt.simulate({ receipt, result: proven.result, proof: proven.proof }));

  it("a real proof answers a challenge and wins the bond; the context is what the SDK computes", async () => {
    const work = await stage.work();
    const { receiptId, answerBy } = await stage.challenge(work);
    const context = inferenceContext(stage.contextOf(work, answerBy, stranger));
    const asked = { receipt: work.receipt, requester: stranger, deadline: answerBy };
    expect(await arbiter().inferenceContextOf(asked)).to.equal(context);
    const { result, proof, publics } = await stage.prove(work, context);
    expect(publics.slice(1, 3)).to.deep.equal([
      BigInt(work.receipt.inputCommitment),
      BigInt(work.receipt.outputCommitment),
    ]);
    const { bond } = await arbiter().parameters();
    const proven = await (await arbiter().proveReceipt({ receipt: work.receipt, result, proof })).wait();
    expect(proven).to.deep.include({ receiptId, node: stage.node, result });
    expect((await arbiter().proofChallengeOf({ receiptId })).state).to.equal(ProofState.Proven);
    expect(await arbiter().bondsOf({ account: stage.node })).to.equal(bond);
    expect(await refused(work, { result, proof })).to.equal("InferenceArbiter_ProofState");
    await (await arbiter().withdrawBonds()).wait();
  });

  it("is refused for another receipt, chain, arbiter, escrow, requester and deadline", async () => {
    const [work, other] = [await stage.work(), await stage.work()];
    const { answerBy } = await stage.challenge(work);
    const right = stage.contextOf(work, answerBy, stranger);
    const wrong = [
      stage.contextOf(other, answerBy, stranger),
      { ...right, chainId: 1n },
      { ...right, arbiter: stage.escrow },
      { ...right, escrow: stage.arbiter },
      { ...right, requester: stage.account },
      { ...right, deadline: answerBy + 1n },
      { ...right, versionHash: stage.baseHash },
    ];
    for (const context of wrong) {
      const proven = await stage.prove(work, inferenceContext(context));
      expect(await refused(work, proven)).to.equal("InferenceArbiter_InvalidProof");
    }
    const proven = await stage.prove(work, inferenceContext(right));
    expect(await refused(work, proven), "its own").to.equal(undefined);
    await stage.challenge(other);
    expect(await refused(other, proven), "of another one").to.equal("InferenceArbiter_InvalidProof");
  });

  it("is refused when the answer came from the weights of the version before: the node loses, the payer first", async () => {
    const work = await stage.work(stage.base);
    const { receiptId, answerBy } = await stage.challenge(work);
    const context = inferenceContext(stage.contextOf(work, answerBy, stranger));
    const stale = await stage.prove(work, context, stage.base);
    expect(await refused(work, stale)).to.equal("InferenceArbiter_InvalidProof");
    // With the right weights there is no such answer.
    expect(await stage.prove(work, context).catch(() => "none")).to.satisfy(
      (proven: { publics: bigint[] } | "none") =>
        proven === "none" || proven.publics[2] !== BigInt(work.receipt.outputCommitment),
    );
    const { answerPeriod, penalty } = await arbiter().parameters();
    await stage.world.networkHelpers.time.increase(answerPeriod + 1n);
    expect(await refused(work, stale)).to.equal("InferenceArbiter_AnswerTime");
    const { receipt } = work;
    const lost = await (await stage.world.payer.arbiter.refuteReceipt({ receipt })).wait();
    // The stake was just the penalty: half of what the refund and its burning left of it.
    const paid = (penalty - 3n * PRICE) / 2n;
    expect(lost).to.deep.include({ receiptId, payer: stage.account, refund: PRICE, paid });
  });

  it("a proof that was negated counts once, and public inputs have one form", async () => {
    const work = await stage.work();
    const { answerBy } = await stage.challenge(work);
    const { result, proof } = await stage.prove(work, inferenceContext(stage.contextOf(work, answerBy, stranger)));
    expect(await refused(work, { result: result + SCALAR_FIELD, proof })).to.equal("InferenceArbiter_InvalidProof");
    expect(await refused(work, { result: result + 1n, proof })).to.equal("InferenceArbiter_InvalidProof");
    const { a, b, c } = decodeProof(getBytes(proof));
    const [x, y] = b;
    const minus = (value: bigint) => (Q - value) % Q;
    const negated = toHex(encodeProof({ a: [a[0], minus(a[1])], b: [x, [minus(y[0]), minus(y[1])]], c }));
    expect(negated).to.not.equal(proof);
    expect(await refused(work, { result, proof: negated }), "as good as the other").to.equal(undefined);
    await (await arbiter().proveReceipt({ receipt: work.receipt, result, proof: negated })).wait();
    expect(await refused(work, { result, proof }), "once").to.equal("InferenceArbiter_ProofState");
  });
});
