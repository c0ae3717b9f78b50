import { anchor, randomScalar } from "@freehold/circuits";
import { fromG1, mod, toG1 } from "@freehold/circuits/prover";
import {
  CircuitKind,
  DeltaFormat,
  type Hex,
  inferenceContext,
  NO_COMMITMENTS,
  type Point,
  registrationContext,
} from "@freehold/sdk";
import { expect } from "chai";
import { id } from "ethers";
import { network } from "hardhat";
import { createWorld } from "../sdk/utils/world.ts";
import { anchorOf, committedKit, packed } from "./utils/committed-kit.ts";
import { circuitRef, hex32, rootOf, type Salted } from "./utils/kits.ts";
import { refusalOf } from "./utils/refusal.ts";
import { stageOf } from "./utils/stage.ts";

const REGISTER = circuitRef(CircuitKind.Register, 2);
const INFERENCE = circuitRef(CircuitKind.Inference, 2);

describe("proofs: versions in tier 2", function () {
  this.timeout(300_000);
  const open = () => network.create("local");
  const start = async (connection: Awaited<ReturnType<typeof open>>) => stageOf(connection, 0, committedKit, true);
  let connection: Awaited<ReturnType<typeof open>>;
  let stage: Awaited<ReturnType<typeof start>>;
  let restore: () => Promise<void>;

  before(async () => {
    connection = await open();
    stage = await start(connection);
    const snapshot = await connection.networkHelpers.takeSnapshot();
    restore = () => snapshot.restore();
  });
  afterEach(() => restore());
  after(async () => {
    stage.close();
    await connection.close();
  });

  const contextOf = (versionHash: Hex) => {
    const { world, modelId, lineId } = stage;
    return registrationContext({
      chainId: world.chainId,
      proofs: world.address("VersionProofs"),
      modelId,
      lineId,
      versionHash,
    });
  };
  const register = async (version: number, versionHash: Hex, by: Salted) => {
    const { proof } = await stage.proveRegistration(by, contextOf(versionHash));
    const { lineId } = stage;
    const { proofs } = stage.world.stranger;
    return (await proofs.proveRegistration({ lineId, version, circuit: REGISTER, proof })).wait();
  };
  const link = async (versionHash: Hex, linked: Hex) =>
    (await stage.world.stranger.proofs.link({ versionHash, circuit: INFERENCE, linked })).wait();
  const registerBoth = async () => {
    await register(0, stage.baseHash, stage.base);
    await register(1, stage.versionHash, stage.tuned);
  };

  it("a deployment that does not enable tier 2 takes none of it, and says so", async () => {
    const closed = await network.create("local");
    const world = await createWorld(closed);
    expect(world.deployment.parameters.experimentalTier2).to.equal(false);
    expect((await world.stranger.proofs.parameters()).experimental).to.equal(false);
    expect((await stage.world.stranger.proofs.parameters()).experimental).to.equal(true);
    const { lineId } = stage;
    const proof = "0x00" as Hex;
    const { proofs } = world.stranger;
    const refused = [
      () => proofs.proveRegistration.simulate({ lineId, version: 0, circuit: REGISTER, proof }),
      () => proofs.link.simulate({ versionHash: stage.baseHash, circuit: INFERENCE, linked: proof }),
      () => proofs.verifyInferences({ versionHash: stage.baseHash, circuit: INFERENCE, x: 1n, inferences: [] }),
    ];
    for (const call of refused) expect(await refusalOf(call())).to.equal("VersionProofs_WrongCircuit");
    await closed.close();
  });

  it("a registration proves both digests equal: by anybody, once, for this version alone", async () => {
    const { lineId, versionHash, baseHash, base, tuned } = stage;
    const { proofs } = stage.world.stranger;
    const send = (proof: Hex) =>
      refusalOf(proofs.proveRegistration.simulate({ lineId, version: 1, circuit: REGISTER, proof }));
    expect(await proofs.digestsOf({ versionHash })).to.deep.equal(NO_COMMITMENTS);
    const otherContext = await stage.proveRegistration(tuned, contextOf(baseHash));
    const otherWeights = await stage.proveRegistration(base, contextOf(versionHash));
    // The same weights under the same root, with another blinder than the anchor of the ledger.
    const otherAnchor = await stage.proveRegistration({ ...tuned, anchorBlinder: 7n }, contextOf(versionHash));
    const otherSalt = await stage.proveRegistration({ ...tuned, salt: 7n }, contextOf(versionHash));
    for (const { proof } of [otherContext, otherWeights, otherAnchor, otherSalt]) {
      expect(await send(proof)).to.equal("VersionProofs_InvalidProof");
    }
    const { proof } = await stage.proveRegistration(tuned, contextOf(versionHash));
    expect(await send(proof.slice(0, -2) as Hex)).to.equal("VersionProofs_InvalidProof");
    const { circuitId } = await register(1, versionHash, tuned);
    expect(await proofs.registrationOf({ versionHash })).to.equal(circuitId);
    const [pedersenX, pedersenY] = await anchorOf(tuned);
    const digests = { poseidonRoot: hex32(rootOf(tuned)), pedersenX, pedersenY };
    expect(await proofs.digestsOf({ versionHash })).to.deep.equal(digests);
    expect(await send(proof)).to.equal("VersionProofs_AlreadyProven");
  });

  it("attack: a version whose two digests are of different weights is never registered, so nothing is linked to it", async () => {
    const { lineId, modelId, base, tuned } = stage;
    const { owner, stranger } = stage.world;
    // The root of one model and the anchor of another: payers would be shown the one and served the other.
    const [pedersenX, pedersenY] = await anchorOf(base);
    const commitments = { poseidonRoot: hex32(rootOf(tuned)), pedersenX, pedersenY };
    const delta = { weightsRoot: id("two meanings") as Hex, byteLength: 1n, format: DeltaFormat.Dense, commitments };
    const { versionHash } = await (await owner.deltas.append({ modelId, delta })).wait();
    const mixed = [tuned, base, { ...tuned, anchorBlinder: base.anchorBlinder }, { ...base, salt: tuned.salt }];
    for (const by of mixed) {
      const { proof } = await stage.proveRegistration(by, contextOf(versionHash));
      const send = stranger.proofs.proveRegistration.simulate({ lineId, version: 2, circuit: REGISTER, proof });
      expect(await refusalOf(send)).to.equal("VersionProofs_InvalidProof");
    }
    for (const by of [tuned, base]) {
      const linked = await stage.kit.inference.linked(by);
      const send = stranger.proofs.link.simulate({ versionHash, circuit: INFERENCE, linked });
      expect(await refusalOf(send)).to.equal("VersionProofs_DigestsNotProven");
    }
  });

  it("a sum is linked to the anchor that the ledger has, by anybody, after the registration", async () => {
    const { versionHash, base, tuned, kit } = stage;
    const { proofs } = stage.world.stranger;
    const linked = await kit.inference.linked(tuned);
    const send = (bytes: Hex, hash = versionHash) =>
      refusalOf(proofs.link.simulate({ versionHash: hash, circuit: INFERENCE, linked: bytes }));
    expect(await send(linked)).to.equal("VersionProofs_DigestsNotProven");
    await registerBoth();
    expect(await send(linked, stage.baseHash), "another version's").to.equal("VersionProofs_InvalidLink");
    expect(await send(await kit.inference.linked(base)), "foreign").to.equal("VersionProofs_InvalidLink");
    const reblinded = await kit.inference.linked({ ...tuned, anchorBlinder: 3n });
    expect(await send(reblinded), "of another anchor").to.equal("VersionProofs_InvalidLink");
    expect(await send(`${linked}00`), "too long").to.equal("VersionProofs_InvalidLink");
    const { sum, circuitId } = await link(versionHash, linked);
    const [x, y] = await kit.inference.sumOf(tuned);
    expect(sum).to.deep.equal({ x, y });
    expect(circuitId).to.equal(await proofs.circuitIdOf({ circuit: INFERENCE }));
    expect(await proofs.sumOf({ versionHash, circuit: INFERENCE, x })).to.equal(y);
    expect(await proofs.sumOf({ versionHash: stage.baseHash, circuit: INFERENCE, x })).to.equal(0n);
    expect(await send(linked)).to.equal("CommitGroth16Verifier_Linked");
  });

  it("a proof of tier 2 answers a challenge, once its sum is linked; one of the version before does not", async () => {
    const { versionHash, baseHash, base, tuned, kit } = stage;
    const { operator, signers } = stage.world;
    const requester = await signers.stranger.getAddress();
    const work = await stage.work();
    const { answerBy } = await stage.challenge(work);
    const context = inferenceContext(stage.contextOf(work, answerBy, requester));
    const answer = ({ result, proof }: { result: bigint; proof: Hex }) =>
      operator.arbiter.proveReceipt({ receipt: work.receipt, result, proof });
    const proven = await stage.prove(work, context);
    expect(await refusalOf(answer(proven)), "no link yet").to.equal("InferenceArbiter_InvalidProof");
    await registerBoth();
    await link(baseHash, await kit.inference.linked(base));
    await link(versionHash, await kit.inference.linked(tuned));

    // An answer of the version before, honestly proven of that version, which is linked, too.
    const stale = await stage.work(base);
    const opened = await stage.challenge(stale);
    const staleContext = inferenceContext(stage.contextOf(stale, opened.answerBy, requester));
    const { result, proof } = await stage.prove(stale, staleContext, base);
    const send = operator.arbiter.proveReceipt({ receipt: stale.receipt, result, proof });
    expect(await refusalOf(send)).to.equal("InferenceArbiter_InvalidProof");

    expect(await refusalOf(answer({ ...proven, result: proven.result + 1n }))).to.equal(
      "InferenceArbiter_InvalidProof",
    );
    const answered = await (await answer(proven)).wait();
    expect(answered.result).to.equal(proven.result);
  });

  it("a delta is the difference of two anchors; attack: any other point is refused", async () => {
    const { baseHash, versionHash, base, tuned } = stage;
    const { proofs } = stage.world.stranger;
    const difference = packed(tuned).map((value, i) => mod(value - (packed(base)[i] ?? 0n)));
    const blinder = mod(tuned.anchorBlinder - base.anchorBlinder);
    const commit = async (values: readonly bigint[], by = blinder): Promise<Point> => {
      const [x, y] = await anchor(values, by);
      return { x, y };
    };
    const delta = await commit(difference);
    const ends = { base: baseHash, next: versionHash };
    expect(await refusalOf(proofs.isDelta({ ...ends, delta }))).to.equal("VersionProofs_DigestsNotProven");
    await registerBoth();
    expect(await proofs.isDelta({ ...ends, delta })).to.equal(true);
    expect(await (await proofs.showDelta({ ...ends, delta })).wait()).to.deep.include({ ...ends, delta });
    const wrong = [
      await commit(difference.with(2, mod((difference[2] ?? 0n) + 1n))),
      await commit(difference, mod(blinder + 1n)),
      { x: delta.x, y: delta.y + 1n },
      { x: 0n, y: 0n },
    ];
    for (const other of wrong) {
      expect(await proofs.isDelta({ ...ends, delta: other })).to.equal(false);
      const send = proofs.showDelta.simulate({ ...ends, delta: other });
      expect(await refusalOf(send)).to.equal("VersionProofs_InvalidDelta");
    }
    expect(await proofs.isDelta({ base: versionHash, next: baseHash, delta }), "backwards").to.equal(false);
    const negated = fromG1(toG1([delta.x, delta.y]).negate());
    const back = { base: versionHash, next: baseHash, delta: { x: negated[0], y: negated[1] } };
    expect(await proofs.isDelta(back)).to.equal(true);
  });

  it("many inferences of a version are verified at once; attack: one bad one among them", async () => {
    const { versionHash, baseHash, base, tuned, kit } = stage;
    const { proofs } = stage.world.stranger;
    await registerBoth();
    await link(versionHash, await kit.inference.linked(tuned));
    await link(baseHash, await kit.inference.linked(base));
    const [x] = await kit.inference.sumOf(tuned);
    const inferences = [];
    for (let i = 0; i < 3; i++) {
      const { counts, inputSalt, outputSalt } = await stage.work();
      inferences.push(await kit.proveForBatch(tuned, { counts, inputSalt, outputSalt, context: randomScalar() }));
    }
    const all = { versionHash, circuit: INFERENCE, x, inferences };
    expect(await proofs.verifyInferences(all)).to.equal(true);
    expect(await proofs.verifyInferences({ ...all, versionHash: baseHash })).to.equal(false);
    expect(await proofs.verifyInferences({ ...all, x: x + 1n })).to.equal(false);
    expect(await proofs.verifyInferences({ ...all, inferences: [] })).to.equal(false);
    const { counts, inputSalt, outputSalt } = await stage.work();
    const stale = await kit.proveForBatch(base, { counts, inputSalt, outputSalt, context: 1n });
    for (const [i, inference] of inferences.entries()) {
      const forged = { ...inference, publics: inference.publics.with(2, (inference.publics[2] ?? 0n) + 1n) };
      for (const bad of [forged, stale]) {
        expect(await proofs.verifyInferences({ ...all, inferences: inferences.with(i, bad) }), `${i}`).to.equal(false);
      }
    }
  });
});
