import { developmentLinkKey, encodeKey, encodeLinkKey } from "@freehold/circuits";
import {
  CircuitKind,
  circuitOf,
  createFreehold,
  DeltaFormat,
  type Hex,
  type InferenceProof,
  inferenceContext,
  interfaceOf,
  type LinkProof,
  type ProveInference,
  type ProveLink,
  type ProveRegistration,
  type RegistrationProof,
} from "@freehold/sdk";
import { expect } from "chai";
import { network } from "hardhat";
import { randomModel } from "../circuits/models.ts";
import { committedKit } from "./utils/committed-kit.ts";
import { lyingEndpoint } from "./utils/endpoint.ts";
import { SHAPE } from "./utils/kits.ts";
import { proofErrorOf } from "./utils/refusal.ts";
import { stageOf, type Work } from "./utils/stage.ts";

const { Register, Inference } = CircuitKind;

describe("proofs: tier 2 by the SDK", function () {
  this.timeout(300_000);
  const open = () => network.create("local");
  const start = (connection: Awaited<ReturnType<typeof open>>) => stageOf(connection, 0, committedKit, true);
  let connection: Awaited<ReturnType<typeof open>>;
  let stage: Awaited<ReturnType<typeof start>>;
  let stranger: Hex;
  /** Made by the first tests, and verified by those after them. */
  let registered: RegistrationProof;
  let linked: LinkProof;
  let inferred: InferenceProof;

  before(async () => {
    connection = await open();
    stage = await start(connection);
    stranger = (await stage.world.signers.stranger.getAddress()) as Hex;
  });
  after(async () => {
    stage.close();
    await connection.close();
  });

  const proofs = () => stage.world.stranger.proofs;
  const opened = ({ weights, salt, anchorBlinder } = stage.tuned) => ({
    shape: SHAPE,
    weights,
    salt,
    blinder: anchorBlinder,
  });
  const version = () => ({ lineId: stage.lineId, version: 1 });
  const registration = (): ProveRegistration => {
    const { key, link: linkKey } = stage.kit.register;
    return { kind: Register, ...opened(), ...version(), key, linkKey, threads: 0 };
  };
  const link = (): ProveLink => {
    const { key, link: linkKey } = stage.kit.inference;
    return { kind: "link", ...opened(), ...version(), key, linkKey };
  };
  const inference = (work: Work, deadline: bigint): ProveInference => {
    const { key } = stage.kit.inference;
    const use = { version: 1, requester: stranger, deadline };
    return { kind: Inference, ...opened(), ...work, ...use, key, threads: 0 };
  };
  type Params = ProveRegistration | ProveInference | ProveLink;
  const codeOf = async (params: Params) => {
    const { code, details } = await proofErrorOf(proofs().prove(params as ProveRegistration));
    return details.what === undefined ? code : `${code} ${details.what}`;
  };
  /** The same; nothing after the witness may have begun. */
  const refused = async (params: ProveRegistration | ProveInference) => {
    let furthest = 0;
    const onProgress = (done: number) => {
      furthest = Math.max(furthest, done);
    };
    const code = await codeOf({ ...params, onProgress });
    expect(furthest).to.be.lessThan(0.1);
    return code;
  };

  it("a registration, a link and the proof of a challenge are made, and the chain takes each as it is", async () => {
    registered = await proofs().prove(registration());
    expect(registered.circuit).to.deep.equal(circuitOf(Register, SHAPE, 2));
    const { versionHash } = await (await proofs().proveRegistration(registered)).wait();
    expect((await proofs().digestsOf({ versionHash })).pedersenY).not.to.equal(0n);

    const { key, link: linkKey } = stage.kit.inference;
    linked = await proofs().prove({ ...link(), key: encodeKey(key), linkKey: encodeLinkKey(linkKey) });
    const { sum } = await (await proofs().link(linked)).wait();
    const other = await proofs().prove(link());
    expect(other.sumBlinder, "fresh").not.to.equal(linked.sumBlinder);

    const work = await stage.work();
    const { answerBy } = await stage.challenge(work);
    inferred = await proofs().prove({ ...inference(work, answerBy), sumBlinder: linked.sumBlinder });
    expect(inferred.proof.length).to.equal(2 + 2 * 288);
    expect(BigInt(`0x${inferred.proof.slice(-64)}`)).to.equal(sum.x);
    const { result } = await (await stage.world.operator.arbiter.proveReceipt(inferred)).wait();
    expect(result).to.equal(inferred.result);
  });

  it("what was made verifies, the link from the chain or given; altered it does not", async () => {
    const { versionHash } = stage;
    const known = { versionHash };
    const { verify } = proofs();
    for (const params of [registered, inferred])
      expect((await verify({ ...params, known })).versionHash).to.equal(versionHash);
    expect((await verify({ ...linked, known })).publics).to.deep.equal([]);
    const { linked: sumAndLink } = linked;
    expect((await verify({ ...inferred, linked: sumAndLink, known })).publics.length).to.equal(4);

    const verified = async (params: Parameters<typeof verify>[0]) => (await proofErrorOf(verify(params))).code;
    expect(await verified({ ...inferred, result: inferred.result + 1n })).to.equal("PROOF_INVALID");
    expect(await verified({ ...inferred, proof: inferred.proof.slice(0, -64) as Hex })).to.equal("PROOF_INVALID");
    expect(await verified({ ...registered, proof: registered.proof.slice(0, 514) as Hex })).to.equal("PROOF_INVALID");
    expect(await verified({ ...registered, version: 0 })).to.equal("PROOF_INVALID");
    expect(await verified({ ...linked, version: 0 }), "another anchor").to.equal("PROOF_INVALID");
    expect(await verified({ ...linked, circuit: circuitOf(Inference, SHAPE) })).to.equal("WRONG_CIRCUIT");
    const otherX = `${inferred.proof.slice(0, -64)}${"1".padStart(64, "0")}` as Hex;
    expect(await verified({ ...inferred, proof: otherX })).to.equal("NOT_LINKED");
    expect(await verified({ ...inferred, proof: otherX, linked: sumAndLink })).to.equal("PROOF_INVALID");
  });

  it("attack: an endpoint that calls any sum linked misleads nobody who has the link", async () => {
    const { world, versionHash, kit, base, contextOf, prove } = stage;
    // An answer of the weights before, honestly proven against their own sum.
    const stale = await stage.work(base);
    const { result, proof } = await prove(stale, inferenceContext(contextOf(stale, 5n, stranger)), base);
    const [, y] = await kit.inference.sumOf(base);
    const contract = interfaceOf("VersionProofs");
    const { endpoint } = lyingEndpoint(world.ethers.provider, { sumOf: y }, { contract });
    const { deployment } = world;
    const { proofs: misled } = createFreehold({ provider: endpoint, chainId: 31337n, deployment });
    const claim = { ...stale, version: 1, requester: stranger, deadline: 5n, circuit: inferred.circuit, result, proof };
    await misled.verify(claim);
    for (const sum of [await kit.inference.linked(base), linked.linked]) {
      const error = await proofErrorOf(misled.verify({ ...claim, linked: sum, known: { versionHash } }));
      expect(error.code).to.equal("PROOF_INVALID");
    }
  });

  it("attack: keys of another circuit or set-up are refused before a point is multiplied, the link key among them", async () => {
    const { register, inference: infer } = stage.kit;
    const wrong = "WRONG_PROVING_KEY";
    expect(await refused({ ...registration(), key: infer.key, linkKey: infer.link })).to.equal(wrong);
    const foreign = await developmentLinkKey(register.key, { seed: "somebody else's" });
    expect(await refused({ ...registration(), linkKey: foreign })).to.equal(wrong);
    expect(await refused({ ...registration(), linkKey: encodeLinkKey(foreign) })).to.equal(wrong);
    expect(await refused({ ...registration(), linkKey: new Uint8Array(64) })).to.equal(wrong);
    expect(await codeOf({ ...link(), linkKey: await developmentLinkKey(infer.key, { seed: "x" }) })).to.equal(wrong);
    const { linkKey: _, ...without } = registration();
    expect(await refused(without)).to.equal("BAD_PROOF_INPUT");
    // The pinned k over points that are not theirs: what it makes is verified first.
    const points = infer.link.points.slice();
    points.copyWithin(0, 64, 128);
    expect(await codeOf({ ...link(), linkKey: { ...infer.link, points } })).to.equal(wrong);
    expect(await refused({ ...registration(), keyHash: `0x${"11".repeat(32)}` })).to.equal("WRONG_VERIFYING_KEY");
  });

  it("attack: weights, salt or blinder that are not the ledger's, and an anchor of other weights, are refused", async () => {
    const { tuned, base, world, modelId } = stage;
    const anchor = "COMMITMENT_MISMATCH Pedersen point";
    expect(await refused({ ...registration(), blinder: tuned.anchorBlinder + 1n })).to.equal(anchor);
    expect(await codeOf({ ...link(), blinder: base.anchorBlinder })).to.equal(anchor);
    expect(await refused({ ...registration(), salt: 1n })).to.equal('COMMITMENT_MISMATCH public input "root"');
    expect(await codeOf({ ...link(), salt: 1n })).to.equal("COMMITMENT_MISMATCH Poseidon root");
    expect(await codeOf({ ...link(), weights: randomModel(SHAPE, 9) })).to.equal("COMMITMENT_MISMATCH Poseidon root");
    const { blinder: _, ...without } = registration();
    expect(await refused(without)).to.equal("BAD_PROOF_INPUT");

    // The root of one model, the point of another.
    const [poseidonRoot, point] = await Promise.all([stage.kit.commitments(tuned), stage.kit.commitments(base)]);
    const commitments = { ...point, poseidonRoot: poseidonRoot.poseidonRoot };
    const delta = {
      weightsRoot: `0x${"77".repeat(32)}` as Hex,
      byteLength: 1n,
      format: DeltaFormat.Dense,
      commitments,
    };
    await (await world.owner.deltas.append({ modelId, delta })).wait();
    expect(await refused({ ...registration(), version: 2 })).to.equal(anchor);
    const rooted = {
      ...delta,
      weightsRoot: `0x${"78".repeat(32)}` as Hex,
      commitments: { ...commitments, pedersenX: 0n, pedersenY: 0n },
    };
    await (await world.owner.deltas.append({ modelId, delta: rooted })).wait();
    expect(await refused({ ...registration(), version: 3 })).to.equal("NOT_COMMITTED");
  });

  it("an inference is refused with a blinder that was not linked, with none, and of other weights", async () => {
    const work = await stage.work();
    const right = { ...inference(work, 1n), sumBlinder: linked.sumBlinder };
    expect(await refused({ ...right, sumBlinder: linked.sumBlinder + 1n })).to.equal("NOT_LINKED");
    const { sumBlinder: _, ...without } = right;
    expect(await refused(without)).to.equal("BAD_PROOF_INPUT");
    expect(await refused({ ...right, ...opened(stage.base) })).to.contain("COMMITMENT_MISMATCH");
    const other = { ...right, inputSalt: 1n };
    expect(await refused(other)).to.equal('COMMITMENT_MISMATCH public input "input"');
  });

  it("a verifier that the factory did not make is refused: its key's hash does not say whose links it takes", async () => {
    const { world } = stage;
    const contract = interfaceOf("CommitGroth16Factory");
    const { endpoint } = lyingEndpoint(world.ethers.provider, { isVerifier: false }, { contract });
    const { proofs: at } = createFreehold({ provider: endpoint, chainId: 31337n, deployment: world.deployment });
    expect((await proofErrorOf(at.verify(registered))).code).to.equal("WRONG_VERIFYING_KEY");
  });

  it("where a deployment takes no tier 2, its keys prove nothing and its proofs are not believed, and it is said why", async () => {
    const { endpoint } = lyingEndpoint(
      stage.world.ethers.provider,
      { EXPERIMENTAL: false },
      { contract: interfaceOf("VersionProofs") },
    );
    const { proofs: at } = createFreehold({ provider: endpoint, chainId: 31337n, deployment: stage.world.deployment });
    const { prove, verify } = at;
    const runs = [() => prove(registration()), () => prove(link()), () => verify(registered), () => verify(inferred)];
    for (const run of runs) {
      const error = await proofErrorOf(run());
      expect(error.code).to.equal("WRONG_CIRCUIT");
      expect(error.message).to.contain("takes no circuits of tier 2");
    }
  });
});
