import { AuditState, CircuitKind, inferenceContext } from "@freehold/sdk";
import { expect } from "chai";
import { AbiCoder, id, keccak256 } from "ethers";
import { network } from "hardhat";
import { random } from "../circuits/models.ts";
import { circuitRef } from "./utils/kits.ts";
import { refusalOf } from "./utils/refusal.ts";
import { createStage, openedAudit, PRICE, type Stage, type Work } from "./utils/stage.ts";

const WHOLE = 65_536;
const DAY = 86_400;
const TRIALS = 2_000;

/** The receipt that a draw chooses, as ProofAudits says. */
function indexOf(seed: string, auditId: string, count: bigint, draws: bigint, draw: bigint): number {
  const hash = keccak256(AbiCoder.defaultAbiCoder().encode(["bytes32", "bytes32", "uint256"], [seed, auditId, draw]));
  return Number((draw * count + (BigInt(hash) % count)) / draws);
}

/** Probability that some draw chooses one of the bad receipts, exactly. */
function caught(count: number, draws: number, bad: ReadonlySet<number>): number {
  let missed = 1;
  for (let draw = 0; draw < draws; draw++) {
    let good = 0;
    for (let point = draw * count; point < (draw + 1) * count; point++) {
      if (!bad.has(Math.floor(point / draws))) good++;
    }
    missed *= good / count;
  }
  return 1 - missed;
}

const atLeast = (count: number, draws: number, bad: number) => 1 - (1 - bad / count) ** draws;

describe("proofs: audits of batches, proven", function () {
  this.timeout(300_000);
  const open = () => network.create("local");
  let connection: Awaited<ReturnType<typeof open>>;
  let stage: Stage;

  before(async () => {
    connection = await open();
    stage = await createStage(connection, WHOLE / 4);
  });
  after(async () => {
    stage.close();
    await connection.close();
  });

  const arbiter = () => stage.world.operator.arbiter;
  const worked = async (count: number): Promise<Work[]> => {
    const works: Work[] = [];
    for (let i = 0; i < count; i++) works.push(await stage.work());
    return works;
  };
  const proofOf = async (audit: Awaited<ReturnType<typeof openedAudit>>, works: readonly Work[], draw: number) => {
    const index = await arbiter().drawnIndex({ ...audit.batch, draw });
    const work = works[index] as Work;
    const { result, proof } = await stage.prove(work, inferenceContext(stage.contextOf(work, audit.opened.proveBy)));
    return { batch: audit.batch, draw, receipt: work.receipt, path: audit.tree.path(index), result, proof };
  };
  const setShare = async (auditShare: number) => {
    const { owner, networkHelpers } = stage.world;
    const circuit = circuitRef(CircuitKind.Inference);
    await (await owner.proofs.setProofPolicy({ lineId: stage.lineId, circuit, auditShare })).wait();
    await networkHelpers.time.increase(DAY);
  };

  it("draws a quarter of a demanded batch, holds its pay until all is proven, and says which", async () => {
    const works = await worked(11);
    const settled = await stage.settle(works);
    const { tree, parameters } = await stage.opening(settled, works);
    await (await stage.world.stranger.arbiter.demandAudit({ ...settled, version: 1 })).wait();
    expect((await arbiter().auditOf(settled.batch)).state).to.equal(AuditState.Demanded);
    const opened = await (await arbiter().openAudit(parameters)).wait();
    expect(opened).to.deep.include({ draws: 3n, held: 3n * PRICE });
    expect(await refusalOf(arbiter().drawAudit.simulate(settled.batch))).to.equal("InferenceArbiter_NoSeed");
    await stage.world.networkHelpers.mine(3);
    const { seed, auditId } = await (await stage.world.stranger.arbiter.drawAudit(settled.batch)).wait();

    const audit = { batch: settled.batch, tree, opened };
    for (let draw = 0; draw < 3; draw++) {
      const index = await arbiter().drawnIndex({ ...settled.batch, draw });
      expect(index).to.equal(indexOf(seed, auditId, 11n, 3n, BigInt(draw)));
      const proof = await proofOf(audit, works, draw);
      // A neighbour was drawn twice: proven already.
      if ((await refusalOf(arbiter().proveDraw.simulate(proof))) === "InferenceArbiter_NotDrawn") continue;
      await (await arbiter().proveDraw(proof)).wait();
    }
    expect(await arbiter().auditOf(settled.batch)).to.deep.include({ state: AuditState.Passed, proven: 3n, held: 0n });
  });

  it("refuses a proof for a challenge, of another audit's deadline, and of other weights", async () => {
    const works = await worked(4);
    const audit = await openedAudit(stage, works);
    const proof = await proofOf(audit, works, 0);
    const index = await arbiter().drawnIndex({ ...audit.batch, draw: 0 });
    const work = works[index] as Work;
    const { proveBy } = audit.opened;
    for (const context of [
      stage.contextOf(work, proveBy, stage.account),
      stage.contextOf(work, proveBy + 1n),
      stage.contextOf(works[(index + 1) % 4] as Work, proveBy),
    ]) {
      const { result, proof: wrong } = await stage.prove(work, inferenceContext(context));
      expect(await refusalOf(arbiter().proveDraw.simulate({ ...proof, result, proof: wrong }))).to.equal(
        "InferenceArbiter_InvalidProof",
      );
    }
    const { proof: stale, result } = await stage.prove(
      work,
      inferenceContext(stage.contextOf(work, proveBy)),
      stage.base,
    );
    expect(await refusalOf(arbiter().proveDraw.simulate({ ...proof, proof: stale, result }))).to.equal(
      "InferenceArbiter_InvalidProof",
    );
    await (await arbiter().proveDraw(proof)).wait();
  });

  it("an audit share of one has every receipt proven", async () => {
    await setShare(WHOLE);
    const works = await worked(5);
    const audit = await openedAudit(stage, works);
    expect(audit.opened.draws).to.equal(5n);
    for (let draw = 0; draw < 5; draw++) {
      expect(await arbiter().drawnIndex({ ...audit.batch, draw })).to.equal(draw);
      await (await arbiter().proveDraw(await proofOf(audit, works, draw))).wait();
    }
    expect((await arbiter().auditOf(audit.batch)).state).to.equal(AuditState.Passed);
  });

  it("one wrong answer of five fails such an audit: the held pay is the line owner's", async () => {
    const works = [...(await worked(4)), await stage.work(stage.base)];
    const audit = await openedAudit(stage, works);
    for (let draw = 0; draw < 4; draw++) await (await arbiter().proveDraw(await proofOf(audit, works, draw))).wait();
    const { answerPeriod } = await arbiter().parameters();
    await stage.world.networkHelpers.time.increase(answerPeriod + 1n);
    const failed = await (await stage.world.stranger.arbiter.failAudit(audit.batch)).wait();
    expect(failed).to.deep.include({ missing: 1n, held: 5n * PRICE });
    const owner = await stage.world.signers.owner.getAddress();
    expect(await stage.world.owner.escrow.owed({ account: owner })).to.equal(5n * PRICE);
  });
});

describe("proofs: chance of catching a node that answers wrongly", () => {
  it("is 1 - (1 - s)^k at least, wherever the wrong answers lie: every set of 9 receipts", () => {
    for (let count = 1; count <= 9; count++) {
      for (let set = 1; set < 2 ** count; set++) {
        const bad = new Set(Array.from({ length: count }, (_, i) => i).filter((i) => (set >> i) & 1));
        for (let draws = 1; draws <= count; draws++) {
          expect(caught(count, draws, bad) >= atLeast(count, draws, bad.size) - 1e-12).to.equal(true);
        }
      }
    }
  });

  it(`is what ${TRIALS} simulated draws give`, () => {
    const next = random(7);
    for (const [count, draws, wrong] of [
      [100, 7, 10],
      [37, 5, 4],
      [1_000, 16, 100],
    ] as const) {
      const bad = new Set<number>();
      while (bad.size < wrong) bad.add(next(count));
      let hits = 0;
      for (let trial = 0; trial < TRIALS; trial++) {
        const seed = id(`seed ${trial}`);
        for (let draw = 0n; draw < BigInt(draws); draw++) {
          if (!bad.has(indexOf(seed, id("audit"), BigInt(count), BigInt(draws), draw))) continue;
          hits++;
          break;
        }
      }
      const measured = hits / TRIALS;
      const exact = caught(count, draws, bad);
      // Four standard deviations.
      expect(Math.abs(measured - exact) < 4 * Math.sqrt((exact * (1 - exact)) / TRIALS)).to.equal(true);
      expect(exact >= atLeast(count, draws, wrong)).to.equal(true);
    }
  });
});
