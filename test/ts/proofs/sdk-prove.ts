import { createProver, decodeResult, encodeKey, infer, type ProvingKey } from "@freehold/circuits";
import {
  CircuitKind,
  circuitIdOf,
  circuitOf,
  type Hex,
  type ProveDelta,
  type ProveInference,
  type ProveRegistration,
} from "@freehold/sdk";
import { expect } from "chai";
import { network } from "hardhat";
import { randomModel } from "../circuits/models.ts";
import { SHAPE } from "./utils/kits.ts";
import { proofErrorOf } from "./utils/refusal.ts";
import { createStage, type Stage, type Work } from "./utils/stage.ts";

const { Register, Delta, Inference } = CircuitKind;

describe("proofs: made by the SDK", function () {
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

  const proofs = () => stage.world.stranger.proofs;
  const registration = (): ProveRegistration => ({
    kind: Register,
    shape: SHAPE,
    ...stage.tuned,
    lineId: stage.lineId,
    version: 1,
    key: stage.keys.registration,
    threads: 0,
  });
  const delta = (): ProveDelta => ({
    kind: Delta,
    shape: SHAPE,
    ...stage.tuned,
    base: stage.base,
    lineId: stage.lineId,
    version: 1,
    key: stage.keys.delta,
    threads: 0,
  });
  const inference = (work: Work, deadline: bigint): ProveInference => ({
    kind: Inference,
    shape: SHAPE,
    ...stage.tuned,
    ...work,
    version: 1,
    requester: stranger,
    deadline,
    key: stage.keys.inference,
    threads: 0,
  });

  it("names circuits as the chain does", async () => {
    for (const kind of Object.values(CircuitKind)) {
      const circuit = circuitOf(kind, SHAPE);
      expect(circuitIdOf(circuit)).to.equal(await proofs().circuitIdOf({ circuit }));
    }
  });

  it("a registration is made, and the chain takes it as it is", async () => {
    const made = await proofs().prove(registration());
    const { versionHash } = await (await proofs().proveRegistration(made)).wait();
    expect(versionHash).to.equal(stage.versionHash);
  });

  it("a delta is made from the bytes of a key, and the chain takes it; its salt opens its commitment", async () => {
    const made = await proofs().prove({ ...delta(), key: encodeKey(stage.keys.delta) });
    expect(made.parent).to.equal(stage.baseHash);
    expect(made.deltaRoot).to.equal(stage.deltaRoot(made.deltaSalt));
    const { deltaRoot } = await (await proofs().proveDelta(made)).wait();
    expect(deltaRoot).to.equal(made.deltaRoot);
    const other = await proofs().prove(delta());
    expect(other.deltaSalt, "fresh").to.not.equal(made.deltaSalt);
  });

  it("the proof of a challenged receipt is made, by a prover that stays, and wins the bond", async () => {
    const work = await stage.work();
    const { answerBy } = await stage.challenge(work);
    const prover = await createProver(stage.keys.inference, { threads: 1 });
    const made = await proofs().prove({ ...inference(work, answerBy), prover });
    prover.close();
    const { class: best, margin } = infer(SHAPE, stage.tuned.weights, work.counts);
    expect(decodeResult(made.result)).to.deep.equal({ class: best, margin });
    const { result } = await (await stage.world.operator.arbiter.proveReceipt(made)).wait();
    expect(result).to.equal(made.result);
  });

  it("says how far it is, never less than before, and ends with all", async () => {
    const said: number[] = [];
    await proofs().prove({ ...registration(), onProgress: (done) => said.push(done) });
    expect(said[0]).to.equal(0);
    expect(said).to.deep.equal(said.toSorted((a, b) => a - b));
    expect(Math.abs((said.at(-1) ?? 0) - 1) < 1e-9).to.equal(true);
    expect(new Set(said).size).to.be.greaterThan(4);
  });

  it("is cancelled by a signal: before it begins, and while points are multiplied", async () => {
    const reason = new Error("enough");
    const caught = (signal: AbortSignal, onProgress = (_: number) => {}) =>
      proofs()
        .prove({ ...registration(), signal, onProgress })
        .catch((error: unknown) => error);
    expect(await caught(AbortSignal.abort(reason))).to.equal(reason);
    const controller = new AbortController();
    let last = 0;
    const late = await caught(controller.signal, (done) => {
      last = done;
      if (done > 0.2) controller.abort(reason);
    });
    expect(late).to.equal(reason);
    expect(last > 0.2 && last < 1).to.equal(true);
  });

  describe("refuses, before anything is multiplied,", () => {
    /** The refusal's code and what it says it is of; nothing after the witness may have begun. */
    const refused = async (params: ProveRegistration | ProveDelta | ProveInference) => {
      let furthest = 0;
      const onProgress = (done: number) => {
        furthest = Math.max(furthest, done);
      };
      const { code, details } = await proofErrorOf(start({ ...params, onProgress }));
      expect(furthest).to.be.lessThan(0.1);
      return details.what === undefined ? code : `${code} ${details.what}`;
    };
    const start = (params: ProveRegistration | ProveDelta | ProveInference): Promise<unknown> =>
      proofs().prove(params as ProveRegistration);

    it("weights, or a salt, that are not the ledger's", async () => {
      const root = 'COMMITMENT_MISMATCH public input "root"';
      expect(await refused({ ...registration(), salt: stage.tuned.salt + 1n })).to.equal(root);
      expect(await refused({ ...registration(), weights: randomModel(SHAPE, 9) })).to.equal(root);
      expect(await refused({ ...registration(), version: 0 })).to.equal(root);
      expect(await refused({ ...delta(), ...stage.base })).to.equal('COMMITMENT_MISMATCH public input "next"');
      expect(await refused({ ...delta(), base: stage.tuned })).to.equal('COMMITMENT_MISMATCH public input "base"');
    });

    it("an answer that came from the version before: what the node has proves something else", async () => {
      const work = await stage.work(stage.base);
      expect(await refused(inference(work, 1n))).to.equal('COMMITMENT_MISMATCH public input "output"');
      expect(await refused({ ...inference(work, 1n), ...stage.base })).to.equal(
        'COMMITMENT_MISMATCH public input "root"',
      );
      expect(await refused({ ...inference(work, 1n), ...stage.base, version: 0 })).to.equal("WRONG_VERSION");
    });

    it("counts and salts that are not the receipt's", async () => {
      const work = await stage.work();
      const right = inference(work, 1n);
      const input = 'COMMITMENT_MISMATCH public input "input"';
      expect(await refused({ ...right, counts: [...work.counts.slice(1), 0] })).to.equal(input);
      expect(await refused({ ...right, inputSalt: 1n })).to.equal(input);
      expect(await refused({ ...right, outputSalt: 1n })).to.equal('COMMITMENT_MISMATCH public input "output"');
      expect(await refused({ ...right, counts: [16, ...work.counts.slice(1)] })).to.equal("BAD_PROOF_INPUT");
      expect(await refused({ ...right, inputSalt: -1n })).to.equal("BAD_PROOF_INPUT");
    });

    it("weights out of their range, and a shape that no circuit has", async () => {
      const { weights } = stage.tuned;
      const wide = { ...weights, hiddenWeight: [128, ...Array.from(weights.hiddenWeight).slice(1)] };
      const out = await proofErrorOf(start({ ...registration(), weights: wide }));
      expect([out.code, out.details.reason]).to.deep.equal(["UNPROVABLE_MODEL", "UNFIT_WEIGHTS"]);
      expect(out.message).to.contain("hiddenWeight[0] is 128");
      const huge = await proofErrorOf(start({ ...registration(), shape: { ...SHAPE, hidden: 65_536 } }));
      expect([huge.code, huge.details.reason]).to.deep.equal(["UNPROVABLE_MODEL", "TOO_MANY_WEIGHTS"]);
    });

    it("a key of another circuit, of another set-up, or none", async () => {
      expect(await refused({ ...registration(), key: stage.keys.delta })).to.equal("WRONG_PROVING_KEY");
      expect(await refused({ ...registration(), key: new Uint8Array(100) })).to.equal("WRONG_PROVING_KEY");
      expect(
        await refused({ ...registration(), key: { ...stage.keys.registration, ic: stage.keys.delta.ic } }),
      ).to.equal("WRONG_PROVING_KEY");
      expect(await refused({ ...registration(), keyHash: `0x${"11".repeat(32)}` })).to.equal("WRONG_VERIFYING_KEY");
    });

    it("the base as a delta, and a version that the line has not", async () => {
      expect(await refused({ ...delta(), version: 0 } as ProveDelta)).to.equal("WRONG_VERSION");
      const missing = await proofs()
        .prove({ ...registration(), version: 7 })
        .catch((error: unknown) => error);
      expect(missing).to.include({ errorName: "DeltaLedger_UnknownVersion" });
    });
  });

  it("gives no proof of a damaged key away: what it makes is verified first", async () => {
    const { h } = stage.keys.registration;
    const damaged = h.slice();
    damaged.copyWithin(0, 64, 128);
    const key: ProvingKey = { ...stage.keys.registration, h: damaged };
    const error = await proofErrorOf(proofs().prove({ ...registration(), key }));
    expect(error.code).to.equal("WRONG_PROVING_KEY");
    expect(error.message).to.contain("damaged");
  });
});
