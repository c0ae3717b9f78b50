import {
  constraintsOf,
  developmentLinkKey,
  developmentSetup,
  encodeCommitKey,
  encodeVerifyingKey,
  inferenceCircuit,
  verifyingKey,
} from "@freehold/circuits";
import {
  CircuitKind,
  deltaContext,
  FreeholdError,
  type Hex,
  receiptTree,
  registrationContext,
  ZERO_HASH,
} from "@freehold/sdk";
import { expect } from "chai";
import { concat, id, keccak256 } from "ethers";
import { network } from "hardhat";
import { DEVELOPMENT_ALPHA, DEVELOPMENT_LINK } from "../../../ignition/modules/core.ts";
import { circuitRef, SHAPE } from "./utils/kits.ts";
import { refusalOf } from "./utils/refusal.ts";
import { createStage, type Stage } from "./utils/stage.ts";

const DELTA_SALT = 77n;

describe("proofs: versions, proven", function () {
  this.timeout(300_000);
  const open = () => network.create("local");
  let connection: Awaited<ReturnType<typeof open>>;
  let stage: Stage;

  before(async () => {
    connection = await open();
    stage = await createStage(connection, 0);
  });
  after(async () => {
    stage.close();
    await connection.close();
  });

  const context = (versionHash: Hex) => {
    const { world, modelId, lineId } = stage;
    return { chainId: world.chainId, proofs: world.address("VersionProofs"), modelId, lineId, versionHash };
  };

  it("a registration is proven, by anybody and once; not for another version, chain or root", async () => {
    const { lineId, versionHash, baseHash } = stage;
    const { stranger } = stage.world;
    const circuit = circuitRef(CircuitKind.Register);
    const right = context(versionHash);
    expect(await stranger.proofs.registrationContextOf({ lineId, versionHash })).to.equal(registrationContext(right));
    const send = (proof: Hex) =>
      refusalOf(stranger.proofs.proveRegistration.simulate({ lineId, version: 1, circuit, proof }));
    for (const wrong of [context(baseHash), { ...right, chainId: 1n }, { ...right, lineId: ZERO_HASH }]) {
      const { proof } = await stage.proveRegistration(stage.tuned, registrationContext(wrong));
      expect(await send(proof)).to.equal("VersionProofs_InvalidProof");
    }
    const stale = await stage.proveRegistration(stage.base, registrationContext(right));
    expect(await send(stale.proof)).to.equal("VersionProofs_InvalidProof");

    const { proof } = await stage.proveRegistration(stage.tuned, registrationContext(right));
    const proven = await (await stranger.proofs.proveRegistration({ lineId, version: 1, circuit, proof })).wait();
    expect(proven).to.deep.include({ versionHash, circuitId: await stranger.proofs.circuitIdOf({ circuit }) });
    expect(await stranger.proofs.registrationOf({ versionHash })).to.equal(proven.circuitId);
    expect(await send(proof)).to.equal("VersionProofs_AlreadyProven");
  });

  it("a delta is proven between the two roots that the ledger has", async () => {
    const { lineId, versionHash, base, tuned } = stage;
    const { stranger } = stage.world;
    const circuit = circuitRef(CircuitKind.Delta);
    const deltaRoot = stage.deltaRoot(DELTA_SALT);
    const right = deltaContext(context(versionHash));
    expect(await stranger.proofs.deltaContextOf({ lineId, versionHash })).to.equal(right);
    const send = (proof: Hex, root = deltaRoot) =>
      refusalOf(stranger.proofs.proveDelta.simulate({ lineId, version: 1, circuit, deltaRoot: root, proof }));
    const values = { base, next: tuned, salt: DELTA_SALT, context: right };
    const backwards = await stage.proveDelta({ ...values, base: tuned, next: base });
    expect(await send(backwards.proof)).to.equal("VersionProofs_InvalidProof");
    const { proof } = await stage.proveDelta(values);
    expect(await send(proof, id("another delta") as Hex)).to.equal("VersionProofs_InvalidProof");
    await (await stranger.proofs.proveDelta({ lineId, version: 1, circuit, deltaRoot, proof })).wait();
    expect(await stranger.proofs.deltaOf({ versionHash })).to.equal(deltaRoot);
  });

  it("policies and keys are read as they are set", async () => {
    const { lineId } = stage;
    const { owner, stranger, networkHelpers } = stage.world;
    const circuit = circuitRef(CircuitKind.Inference);
    const circuitId = await stranger.proofs.circuitIdOf({ circuit });
    expect(await stranger.proofs.isPinned({ circuitId })).to.equal(true);
    expect(await stranger.proofs.isPinned({ circuitId: ZERO_HASH })).to.equal(false);
    expect(await stranger.proofs.verifierOf({ circuitId })).to.match(/^0x/);
    const { notice, whole } = await stranger.proofs.parameters();
    expect(await refusalOf(owner.proofs.setProofPolicy({ lineId, circuit, auditShare: whole + 1n }))).to.equal(
      "VersionProofs_InvalidShare",
    );
    const { since } = await (await owner.proofs.setProofPolicy({ lineId, circuit, auditShare: 5 })).wait();
    expect(since).to.equal(BigInt(await networkHelpers.time.latest()) + notice);
    expect(await stranger.proofs.policyAt({ lineId, time: since })).to.deep.equal({ circuitId, auditShare: 5n, since });
    expect((await stranger.proofs.policyAt({ lineId, time: since - 1n })).auditShare).to.equal(0n);
  });

  it("the deployed factory knows the development set-up by its alpha", async () => {
    const key = encodeVerifyingKey(verifyingKey(await developmentSetup(constraintsOf(inferenceCircuit(SHAPE, 1)))));
    expect(keccak256(key.subarray(0, 64))).to.equal(DEVELOPMENT_ALPHA);
    expect(await stage.world.stranger.contract("Groth16Factory").isDevelopmentKey(key)).to.equal(true);
  });

  it("the deployed factory of tier 2 knows development links by their k", async () => {
    const proving = await developmentSetup(constraintsOf(inferenceCircuit(SHAPE, 2)));
    const key = encodeCommitKey(verifyingKey(proving), await developmentLinkKey(proving));
    expect([key.subarray(-256, -128), key.subarray(-128)].map(keccak256)).to.deep.equal([...DEVELOPMENT_LINK]);
    const factory = stage.world.stranger.contract("CommitGroth16Factory");
    expect(await factory.isDevelopmentKey(key)).to.equal(true);
    expect(await factory.VERSIONS()).to.equal(stage.world.address("VersionProofs"));
  });
});

describe("sdk: tree of receipts", () => {
  const hashes = (count: number) => Array.from({ length: count }, (_, i) => id(`receipt ${i}`) as Hex);

  it("paths lead from every leaf to the root, for every count up to 33", () => {
    for (let count = 1; count <= 33; count++) {
      const leaves = hashes(count);
      const tree = receiptTree(leaves);
      for (const [index, leaf] of leaves.entries()) {
        let node = keccak256(concat(["0x00", leaf]));
        for (const [height, sibling] of tree.path(index).entries()) {
          node = keccak256(concat(["0x01", ...((index >> height) & 1 ? [sibling, node] : [node, sibling])]));
        }
        expect(node).to.equal(tree.root);
      }
      expect(tree.path(0)).to.have.length(Math.ceil(Math.log2(count)));
    }
  });

  it("refuses an empty set, a receipt twice and an index outside", () => {
    const [first] = hashes(1) as [Hex];
    const calls = [() => receiptTree([]), () => receiptTree([first, first]), () => receiptTree([first]).path(1)];
    for (const call of calls) expect(call).to.throw(FreeholdError).with.property("code", "INVALID_ARGUMENT");
  });
});
