import { decodeProof, encodeProof, encodeVerifyingKey, verifyingKey } from "@freehold/circuits";
import { BASE_FIELD } from "@freehold/circuits/prover";
import {
  CircuitKind,
  createFreehold,
  type DeltaProof,
  type Hex,
  type InferenceProof,
  interfaceOf,
  type RegistrationProof,
  SCALAR_FIELD,
  toHex,
  type VerifyDelta,
  type VerifyInference,
  type VerifyRegistration,
} from "@freehold/sdk";
import { expect } from "chai";
import { getBytes, id, keccak256, toBeHex } from "ethers";
import { network } from "hardhat";
import { type Lies, lyingEndpoint, VERIFIER } from "./utils/endpoint.ts";
import { concat, type HexString, slice } from "./utils/hex.ts";
import { SHAPE } from "./utils/kits.ts";
import { proofErrorOf } from "./utils/refusal.ts";
import { createStage, type Stage } from "./utils/stage.ts";
import { Trapdoor } from "./utils/trapdoor.ts";

type Verifiable = VerifyRegistration | VerifyDelta | VerifyInference;

describe("proofs: verified by the SDK", function () {
  this.timeout(300_000);
  const open = () => network.create("local");
  let connection: Awaited<ReturnType<typeof open>>;
  let stage: Stage;
  let registration: RegistrationProof;
  let delta: DeltaProof;
  let inference: InferenceProof;

  before(async () => {
    connection = await open();
    stage = await createStage(connection, 0);
    const { lineId, keys, base, tuned, world } = stage;
    const common = { shape: SHAPE, ...tuned, threads: 0 };
    const version = { lineId, version: 1 };
    const { prove } = world.stranger.proofs;
    registration = await prove({ kind: CircuitKind.Register, ...common, ...version, key: keys.registration });
    delta = await prove({ kind: CircuitKind.Delta, ...common, ...version, base, key: keys.delta });
    const work = await stage.work();
    const { answerBy } = await stage.challenge(work);
    const use = { version: 1, requester: await world.signers.stranger.getAddress(), deadline: answerBy };
    inference = await prove({ kind: CircuitKind.Inference, ...common, ...work, ...use, key: keys.inference });
  });
  after(async () => {
    stage.close();
    await connection.close();
  });

  const verify = (params: Verifiable, client = stage.world.stranger) => client.proofs.verify(params);
  const codeOf = async (params: Verifiable, client = stage.world.stranger) =>
    (await proofErrorOf(verify(params, client))).code;
  /** A client whose endpoint answers for verifiers, or another contract, as it likes. */
  const misled = (lies: Lies, { chainId = 31337n, contract = VERIFIER } = {}) => {
    const { endpoint, asked } = lyingEndpoint(stage.world.ethers.provider, lies, { chainId, contract });
    const deployment = { ...stage.world.deployment, chainId: chainId.toString() };
    return { client: createFreehold({ provider: endpoint, chainId, deployment }), asked };
  };

  it("what the SDK proved verifies, and it says what was proven and under which key", async () => {
    const { versionHash } = stage;
    const keyHash = keccak256(encodeVerifyingKey(verifyingKey(stage.keys.registration)));
    const said = await verify(registration);
    expect(said).to.deep.include({ versionHash, keyHash });
    expect(said.circuitId).to.equal(await stage.world.stranger.proofs.circuitIdOf({ circuit: registration.circuit }));
    expect((await verify(delta)).publics[1]).to.equal(BigInt(delta.deltaRoot));
    expect((await verify(inference)).publics.slice(1, 4)).to.deep.equal([
      BigInt(inference.receipt.inputCommitment),
      BigInt(inference.receipt.outputCommitment),
      inference.result,
    ]);
  });

  it("the chain agrees: what verifies here is taken there, what does not is refused", async () => {
    const { proofs, arbiter } = stage.world.stranger;
    await proofs.proveRegistration.simulate(registration);
    await proofs.proveDelta.simulate(delta);
    await arbiter.proveReceipt.simulate(inference);
    const wrong = { ...inference, result: inference.result + 1n };
    expect(await codeOf(wrong)).to.equal("PROOF_INVALID");
    expect(await arbiter.proveReceipt.simulate(wrong).catch((error: unknown) => error)).to.include({
      errorName: "InferenceArbiter_InvalidProof",
    });
  });

  it("is refused for another version, delta, receipt, requester, deadline and result", async () => {
    const { receipt } = inference;
    const wrong: Verifiable[] = [
      { ...registration, version: 0 },
      { ...delta, deltaRoot: id("another delta") as Hex },
      { ...inference, receipt: { ...receipt, price: receipt.price + 1n } },
      { ...inference, receipt: { ...receipt, inputCommitment: receipt.outputCommitment } },
      { ...inference, requester: stage.account },
      { ...inference, deadline: inference.deadline + 1n },
      { ...inference, result: inference.result ^ 1n },
      { ...registration, proof: delta.proof },
    ];
    for (const [i, params] of wrong.entries()) expect(await codeOf(params), `${i}`).to.equal("PROOF_INVALID");
    expect(await codeOf({ ...inference, version: 0 })).to.equal("WRONG_VERSION");
    expect(await codeOf({ ...delta, version: 0 })).to.equal("WRONG_VERSION");
  });

  it("public inputs and points have one form: aliases are refused, a negated proof is as good", async () => {
    expect(await codeOf({ ...inference, result: inference.result + SCALAR_FIELD })).to.equal("PROOF_INVALID");
    const aliased = `0x${(BigInt(delta.deltaRoot) + SCALAR_FIELD).toString(16).padStart(64, "0")}` as Hex;
    expect(await codeOf({ ...delta, deltaRoot: aliased })).to.equal("PROOF_INVALID");
    const { a, b, c } = decodeProof(getBytes(registration.proof));
    const minus = (value: bigint) => (BASE_FIELD - value) % BASE_FIELD;
    const [x, y] = b;
    const negated = encodeProof({ a: [a[0], minus(a[1])], b: [x, [minus(y[0]), minus(y[1])]], c });
    await verify({ ...registration, proof: toHex(negated) });
  });

  it("is refused when it is no proof: every byte changed, other lengths, points at infinity", async () => {
    for (let at = 0; at < 256; at += 17) {
      const bytes = getBytes(registration.proof);
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      expect(await codeOf({ ...registration, proof: toHex(bytes) }), `byte ${at}`).to.equal("PROOF_INVALID");
    }
    for (const proof of ["0x", slice(registration.proof, 0, 255), `${registration.proof}00`, `0x${"00".repeat(256)}`]) {
      expect(await codeOf({ ...registration, proof: proof as Hex }), `${proof.length}`).to.equal("PROOF_INVALID");
    }
    const text = await verify({ ...registration, proof: "0xno" as Hex }).catch((error: unknown) => error);
    expect(text).to.include({ code: "INVALID_HEX" });
  });

  it("is refused for a circuit that states something else, of another tier, or without a key", async () => {
    expect(await codeOf({ ...registration, circuit: delta.circuit })).to.equal("WRONG_CIRCUIT");
    expect(await codeOf({ ...registration, circuit: { ...registration.circuit, tier: 2 } })).to.equal("WRONG_CIRCUIT");
    const circuit = { ...registration.circuit, hidden: 5 };
    const unknown = await verify({ ...registration, circuit }).catch((error: unknown) => error);
    expect(unknown).to.include({ errorName: "ProofKeys_UnknownCircuit" });
  });

  it("the endpoint's word for a proof is not asked: one that says true to all has no say", async () => {
    const { client, asked } = misled({ verify: true, verifyBatch: true });
    await verify(registration, client);
    expect(await codeOf({ ...registration, version: 0 }, client)).to.equal("PROOF_INVALID");
    const selectors = ["verify", "verifyBatch"].map((name) => VERIFIER.getFunction(name)?.selector);
    expect(asked.length).to.be.greaterThan(3);
    for (const selector of selectors) expect(asked).to.not.include(selector);
  });

  it("a key that is not the pinned one is refused, and with a hash from its publisher a whole lie is", async () => {
    const forger = new Trapdoor(2, "the endpoint's own key");
    const { publics } = await verify(registration);
    const forged = { ...registration, proof: forger.prove(publics) };
    const { client } = misled({ key: forger.key });
    expect(await codeOf(forged, client)).to.equal("WRONG_VERIFYING_KEY");
    // Who answers for the chain can say any hash, but not the published one of his own key.
    const { client: whole } = misled({ key: forger.key, keyHash: keccak256(forger.key) });
    await verify(forged, whole);
    const published = keccak256(encodeVerifyingKey(verifyingKey(stage.keys.registration))) as Hex;
    expect(await codeOf({ ...forged, keyHash: published }, whole)).to.equal("WRONG_VERIFYING_KEY");
    await verify({ ...registration, keyHash: published });
  });

  it("an endpoint that lies about a version is found out by whoever knows its hash: root, parent's root, model, line", async () => {
    const { versionHash, base, lineId } = stage;
    const known = { versionHash };
    const contract = interfaceOf("DeltaLedger");
    await verify({ ...registration, known });
    await verify({ ...delta, known });
    await verify({ ...inference, known });
    const codes = async (lies: Lies, which: Verifiable[]) => {
      const { client } = misled(lies, { contract });
      return Promise.all(which.map((params) => codeOf({ ...params, known }, client)));
    };
    type Said = Record<string, unknown> & { commitments: Record<string, unknown> };
    const lieAbout = (version: bigint, change: (said: Said) => Said) => ({
      versionOf: (said: Said, [, asked]: [string, bigint]) => (asked === version ? change(said) : said),
    });
    const otherRoot = (said: Said) => ({ ...said, commitments: { ...said.commitments, poseidonRoot: id("root") } });
    expect(await codes(lieAbout(1n, otherRoot), [registration, delta, inference])).to.deep.equal(
      Array(3).fill("WRONG_VERSION"),
    );
    // The base's hash is checked for a delta alone: nothing else is said of it.
    expect(await codes(lieAbout(0n, otherRoot), [delta])).to.deep.equal(["WRONG_VERSION"]);
    const otherHash = (said: Said) => ({ ...said, hash: id("hash") });
    expect(await codes(lieAbout(0n, otherHash), [registration, delta])).to.deep.equal(Array(2).fill("WRONG_VERSION"));
    const model = { lineOf: (said: Said) => ({ ...said, modelId: 7n }) };
    expect(await codes(model, [registration, delta, inference])).to.deep.equal(Array(3).fill("WRONG_VERSION"));
    // Without the hash the lie is believed: a registration of the old weights passes for the new version's.
    const old = await stage.proveRegistration(
      base,
      await stage.world.stranger.proofs.registrationContextOf({ lineId, versionHash }),
    );
    const { client } = misled(
      lieAbout(1n, (said) => ({
        ...said,
        commitments: { ...said.commitments, poseidonRoot: toBeHex(old.publics[0] ?? 0n, 32) },
      })),
      { contract },
    );
    await verify({ ...registration, proof: old.proof }, client);
    expect(await codeOf({ ...registration, proof: old.proof, known }, client)).to.equal("WRONG_VERSION");
    expect(await codeOf({ ...registration, known: { versionHash: stage.baseHash } })).to.equal("WRONG_VERSION");
    expect(await codeOf({ ...registration, known: { versionHash, datasets: [id("x") as Hex] } })).to.equal(
      "WRONG_VERSION",
    );
  });

  it("a key whose second phase was skipped is refused, for A = alpha, B = beta, C = -vk_x passes it", async () => {
    const skipped = new Trapdoor(2, "skipped", false).key;
    const { client } = misled({ key: skipped, keyHash: keccak256(skipped) });
    const error = await proofErrorOf(verify(registration, client));
    expect(error.code).to.equal("WRONG_VERIFYING_KEY");
    expect(error.message).to.contain("phase 2");
  });

  it("bytes that are no key, and verifiers of another proof system, are refused", async () => {
    const short: HexString = concat([`0x${"11".repeat(64)}`]);
    for (const answers of [{ key: short, keyHash: keccak256(short) }, { key: "0x" }, { keyHash: "0x" }]) {
      const { client } = misled(answers);
      expect(await codeOf(registration, client)).to.equal("WRONG_VERIFYING_KEY");
    }
  });

  it("development keys count on local chains alone: their secrets are public", async () => {
    const { client } = misled({}, { chainId: 5n });
    expect(await codeOf(registration, client)).to.equal("DEVELOPMENT_KEY");
  });
});
