import { encodeZkJournal, verifyZkJournal, zkJournalOf, zkRecheck } from "@freehold/sdk/attestation";
import { expect } from "chai";
import { errorOf } from "../model/utils/errors.ts";
import { auxFor, chainAt, deployNitro, GAS, goTo, nitroVectors, type Vector } from "./utils/nitro.ts";
import { deployZk, fieldsOf, prove, systems } from "./utils/zk.ts";

const vectors = nitroVectors();

(vectors === undefined ? describe.skip : describe)("genuine documents of AWS Nitro, by a proof", () => {
  const windowed = (vectors?.documents.filter(({ window }) => window !== undefined) ?? []) as Required<Vector>[];
  const valid = windowed.filter(({ isDebug }) => !isDebug);
  const debug = windowed.filter(({ isDebug }) => isDebug);

  for (const { name, evidence, window } of valid) {
    it(`${name}: one report by both routes, from the first to the last second, and none outside`, async () => {
      const [first, last] = window;
      const connection = await chainAt(first - 1000);
      const nitro = await deployNitro(connection, vectors!.root);
      const zks = [];
      for (const system of systems) {
        const zk = await deployZk(connection, nitro.store, system);
        zks.push({ zk, proven: await prove(zk, evidence) });
      }
      const journal = zkJournalOf(evidence);
      const { basisId, aux } = zkRecheck(encodeZkJournal(journal));
      const hints = await auxFor(nitro, evidence);

      await goTo(connection, first - 1);
      for (const { zk, proven } of zks) {
        await expect(zk.verifier.verify.staticCall(proven, "0x"))
          .to.be.revertedWithCustomError(zk.verifier, "ZkTeeVerifier_OutOfDate")
          .withArgs(first, last, first - 1);
        expect(await zk.verifier.recheck(basisId, aux)).to.deep.equal([0n, 0n]);
      }
      await goTo(connection, first);
      const direct = fieldsOf(await nitro.verifier.verify.staticCall(evidence, hints, GAS));
      const opinion = await verifyZkJournal(encodeZkJournal(journal), evidence, { at: first });
      for (const at of [first, last]) {
        if (at !== first) await goTo(connection, at);
        for (const { zk, proven } of zks) {
          const report = fieldsOf(await zk.verifier.verify.staticCall(proven, "0x"));
          // The one field that differs: what `recheck` takes apart, where the store need not know the leaf.
          expect(report).to.deep.equal({ ...direct, basisId });
          expect(report.basisId).to.equal(opinion.basisId);
          expect(await zk.verifier.recheck(basisId, aux)).to.deep.equal([BigInt(last), 0n]);
          expect(await zk.verifier.isDevelopment()).to.equal(false);
        }
      }
      expect(journal.leafId).to.equal(direct.basisId);
      await goTo(connection, last + 1);
      for (const { zk, proven } of zks) {
        await expect(zk.verifier.verify.staticCall(proven, "0x"))
          .to.be.revertedWithCustomError(zk.verifier, "ZkTeeVerifier_OutOfDate")
          .withArgs(first, last, last + 1);
        expect(await zk.verifier.recheck(basisId, aux)).to.deep.equal([0n, 0n]);
      }
      await connection.close();
    });
  }

  it("chains that the store has cached, by the direct route: judged alike", async () => {
    const { evidence, window } = valid[0]!;
    const connection = await chainAt(window[0] - 1000);
    const nitro = await deployNitro(connection, vectors!.root);
    const zk = await deployZk(connection, nitro.store, "SP1");
    const proven = await prove(zk, evidence);
    await goTo(connection, window[0] + 60);
    const direct = fieldsOf(await nitro.verifier.verify.staticCall(evidence, await auxFor(nitro, evidence), GAS));
    await nitro.verifier.verify(evidence, await auxFor(nitro, evidence), GAS);
    const { basisId } = zkRecheck(encodeZkJournal(zkJournalOf(evidence)));
    expect(fieldsOf(await zk.verifier.verify.staticCall(proven, "0x"))).to.deep.equal({ ...direct, basisId });
    await connection.close();
  });

  for (const { name, evidence, window } of debug) {
    it(`${name}: refused by name, though a program proved it`, async () => {
      const connection = await chainAt(window[0] - 1000);
      const nitro = await deployNitro(connection, vectors!.root);
      const zk = await deployZk(connection, nitro.store, "RISC Zero");
      const proven = await prove(zk, evidence);
      await goTo(connection, window[0] + 60);
      const call = zk.verifier.verify.staticCall(proven, "0x");
      await expect(call).to.be.revertedWithCustomError(zk.verifier, "ZkTeeVerifier_DebugMode");
      const journal = encodeZkJournal(zkJournalOf(evidence));
      const opinion = await errorOf(() => verifyZkJournal(journal, evidence, { at: window[0] + 60 }));
      expect(opinion).to.have.property("code", "DEBUG_ENCLAVE");
      await connection.close();
    });
  }
});
