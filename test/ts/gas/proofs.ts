import { readFile, writeFile } from "node:fs/promises";
import { CircuitKind, inferenceContext, registrationContext } from "@freehold/sdk";
import { expect } from "chai";
import { network } from "hardhat";
import { measureCommitted } from "../../../bench/verifiers.ts";
import { circuitRef } from "../proofs/utils/kits.ts";
import { createStage, openedAudit, type Work } from "../proofs/utils/stage.ts";

const SNAPSHOT = new URL("../../../snapshots/proofs.json", import.meta.url);

/** Gas of whole transactions, whatever the model's size. */
const GOALS = {
  "arbiter.challengeReceipt": 175_000,
  "arbiter.proveReceipt": 330_000,
  "arbiter.openAudit": 250_000,
  "arbiter.proveDraw": 370_000,
  "proofs.proveRegistration": 295_000,
  // Tier 2, experimental.
  "proofs.proveRegistration.tier2": 515_000,
  "proofs.link": 225_000,
  "proofs.showDelta": 36_000,
  "arbiter.proveReceipt.tier2": 330_000,
  "committed.verify": 242_000,
  // 68,000 a proof.
  "committed.verifyBatch16": 1_088_000,
};

describe("gas of the proofs", function () {
  this.timeout(300_000);
  const measured: Record<string, number> = {};

  before(async () => {
    const connection = await network.create("local");
    const stage = await createStage(connection, 32_768);
    const { operator, stranger } = stage.world;
    const gasOf = async (name: string, sent: Promise<{ receipt: { gasUsed: bigint } }>) => {
      measured[name] = Number((await sent).receipt.gasUsed);
    };

    const work = await stage.work();
    const opened = await stage.challenge(work);
    await gasOf("arbiter.challengeReceipt", Promise.resolve(opened));
    const requester = await stage.world.signers.stranger.getAddress();
    const context = inferenceContext(stage.contextOf(work, opened.answerBy, requester));
    const { result, proof } = await stage.prove(work, context);
    await gasOf(
      "arbiter.proveReceipt",
      (await operator.arbiter.proveReceipt({ receipt: work.receipt, result, proof })).wait(),
    );

    const works: Work[] = [];
    for (let i = 0; i < 16; i++) works.push(await stage.work());
    const audit = await openedAudit(stage, works);
    await gasOf("arbiter.openAudit", Promise.resolve(audit.opened));
    const index = await operator.arbiter.drawnIndex({ ...audit.batch, draw: 0 });
    const drawn = works[index] as Work;
    const proven = await stage.prove(drawn, inferenceContext(stage.contextOf(drawn, audit.opened.proveBy)));
    await gasOf(
      "arbiter.proveDraw",
      (
        await operator.arbiter.proveDraw({
          batch: audit.batch,
          draw: 0,
          receipt: drawn.receipt,
          path: audit.tree.path(index),
          result: proven.result,
          proof: proven.proof,
        })
      ).wait(),
    );

    const { lineId, modelId, versionHash } = stage;
    const proofs = stage.world.address("VersionProofs");
    const bound = registrationContext({ chainId: stage.world.chainId, proofs, modelId, lineId, versionHash });
    const registration = await stage.proveRegistration(stage.tuned, bound);
    const circuit = circuitRef(CircuitKind.Register);
    await gasOf(
      "proofs.proveRegistration",
      (await stranger.proofs.proveRegistration({ lineId, version: 1, circuit, proof: registration.proof })).wait(),
    );
    stage.close();
    await connection.close();
    Object.assign(measured, await measureCommitted());
  });

  for (const [id, goal] of Object.entries(GOALS)) {
    it(`${id} takes at most ${goal} gas`, () => {
      expect(measured[id]).to.be.a("number").and.within(21_000, goal);
    });
  }

  it("is what snapshots/proofs.json says (UPDATE_SNAPSHOTS=1 writes it anew)", async () => {
    const sorted = Object.fromEntries(Object.entries(measured).sort(([a], [b]) => (a < b ? -1 : 1)));
    if (process.env.UPDATE_SNAPSHOTS === "1") await writeFile(SNAPSHOT, `${JSON.stringify(sorted, null, 2)}\n`);
    const snapshot = JSON.parse(await readFile(SNAPSHOT, "utf8")) as Record<string, number>;
    expect(Object.keys(sorted)).to.deep.equal(Object.keys(snapshot));
    // Proofs, roots and signatures have zero bytes by chance, which are cheaper: two thousandths at most.
    for (const [name, gas] of Object.entries(snapshot)) {
      expect(Math.abs((sorted[name] ?? 0) - gas), name).to.be.at.most(gas / 500);
    }
  });
});
