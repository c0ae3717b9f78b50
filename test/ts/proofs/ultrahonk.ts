import { poseidonRoot, type Shape } from "@freehold/circuits";
import { CircuitKind, type Hex, inferenceContext, ProofState } from "@freehold/sdk";
import { expect } from "chai";
import { network } from "hardhat";
import { inferenceCase } from "../circuits/models.ts";
import { concat, slice, splice, toBeHex } from "./utils/hex.ts";
import { Honk } from "./utils/honk.ts";
import { circuitRef, SHAPE } from "./utils/kits.ts";
import { type NoirTools, noirTools } from "./utils/noir.ts";
import { refusalOf } from "./utils/refusal.ts";
import { createStage, type Stage } from "./utils/stage.ts";
import { R } from "./utils/trapdoor.ts";

const DAY = 86_400;
/** Of the whole transaction that answers a challenge; Groth16's takes a third. */
const MOST_GAS = 1_000_000;
/** The same statement in another proof system is another version of the circuit. */
const CIRCUIT = { ...circuitRef(CircuitKind.Inference), version: 2 };

const open = (chainId = 31337) => network.create({ network: "local", override: { chainId } });
type Chain = Awaited<ReturnType<typeof open>>;

/** The demo's model, and what its program was when this was written. */
const DEMO: Shape = { inputs: 512, hidden: 16, classes: 3 };
const DEMO_GATES = 204_982;

describe("proofs: UltraHonk by Noir and Barretenberg", function () {
  this.timeout(600_000);
  let tools: NoirTools;
  let honk: Honk;

  before(async function () {
    tools = (await noirTools()) ?? this.skip();
    honk = await Honk.of(tools, SHAPE, 15);
  });
  after(() => honk?.close());

  describe("a generated verifier, behind the adapter,", () => {
    let connection: Chain;
    let adapter: Awaited<ReturnType<Honk["deploy"]>>;
    let publics: bigint[];
    let proof: Hex;
    const verify = (statement: readonly bigint[], bytes: Hex): Promise<boolean> =>
      adapter.getFunction("verify")(statement, bytes);

    before(async () => {
      connection = await open();
      adapter = await honk.deploy(connection);
      ({ publics, proof } = await honk.prove(inferenceCase(SHAPE, 1).values));
    });
    after(() => connection?.close());

    it("accepts a proof of its statement, and says that its reference string is for development", async () => {
      expect(await verify(publics, proof)).to.equal(true);
      expect(await adapter.getFunction("isDevelopment")()).to.equal(true);
      expect(await adapter.getFunction("VK_HASH")()).to.equal(honk.vkHash);
    });

    it("refuses a statement with any other public input, the context above all", async () => {
      for (const i of publics.keys()) {
        expect(await verify(publics.with(i, publics[i]! + 1n), proof), `${i}`).to.equal(false);
        const alias = publics[i]! + R;
        if (alias < 1n << 256n) expect(await verify(publics.with(i, alias), proof), `${i} + R`).to.equal(false);
      }
      expect(await verify(publics.slice(1), proof)).to.equal(false);
      expect(await verify([...publics, 0n], proof)).to.equal(false);
    });

    it("refuses a proof with any word replaced, off its curve or field, cut or extended", async () => {
      const words = (proof.length - 2) / 64;
      for (let i = 0; i < words; i += 5) {
        for (const word of [toBeHex(0n), toBeHex(1n), toBeHex(R), toBeHex((1n << 256n) - 1n)]) {
          if (slice(proof, 32 * i, 32 * i + 32) === word) continue;
          expect(await verify(publics, splice(proof, 32 * i, word)), `${i}`).to.equal(false);
        }
      }
      for (const bytes of [slice(proof, 0, 32 * (words - 1)), concat([proof, "0x00"]), "0x"] as const) {
        expect(await verify(publics, bytes)).to.equal(false);
      }
    });

    it("shows nothing twice alike: two proofs of one statement differ", async () => {
      const again = await honk.prove(inferenceCase(SHAPE, 1).values);
      expect(again.publics).to.deep.equal(publics);
      expect(again.proof).not.to.equal(proof);
      expect(await verify(publics, again.proof)).to.equal(true);
    });

    it("is refused on a public chain, for everybody knows the string's secret", async () => {
      const other = await open(8453);
      const factory = await other.ethers.getContractFactory("UltraHonkAdapter");
      await expect(honk.deploy(other))
        .to.be.revertedWithCustomError(factory, "UltraHonkAdapter_DevelopmentString")
        .withArgs(8453);
      await other.close();
    });
  });

  it("proves and verifies the demo's shape, at night", async function () {
    // Compiling it takes most of a minute and 1.5 GiB.
    if (process.env.FREEHOLD_NIGHTLY !== "1") this.skip();
    const demo = await Honk.of(tools, DEMO, 18);
    const connection = await open();
    try {
      expect(await demo.program.gates()).to.equal(DEMO_GATES);
      const adapter = await demo.deploy(connection);
      const { publics, proof } = await demo.prove(inferenceCase(DEMO, 1).values);
      const verify = adapter.getFunction("verify");
      expect(await verify(publics, proof)).to.equal(true);
      expect(await verify(publics.with(4, publics[4]! ^ 1n), proof)).to.equal(false);
      const [sender] = await connection.ethers.getSigners();
      const sent = await sender?.sendTransaction(await verify.populateTransaction(publics, proof));
      const receipt = (await sent?.wait()) ?? expect.fail("it was not mined");
      expect(Number(receipt.gasUsed)).to.be.below(MOST_GAS);
    } finally {
      await connection.close();
      await demo.close();
    }
  });

  describe("pinned as another version of the circuit,", () => {
    let connection: Chain;
    let stage: Stage;

    before(async () => {
      connection = await open();
      stage = await createStage(connection, 0);
      const adapter = await honk.deploy(connection);
      const verifier = (await adapter.getAddress()) as Hex;
      const keyHash = (await adapter.getFunction("keyHash")()) as Hex;
      const { owner, networkHelpers } = stage.world;
      await stage.govern(await owner.proofs.pin.prepare({ circuit: CIRCUIT, verifier, keyHash }));
      await (await owner.proofs.setProofPolicy({ lineId: stage.lineId, circuit: CIRCUIT, auditShare: 0 })).wait();
      await networkHelpers.time.increase(DAY);
    });
    after(async () => {
      stage?.close();
      await connection?.close();
    });

    it("a real UltraHonk proof answers a challenge: it opens the root that the ledger has", async () => {
      const arbiter = stage.world.operator.arbiter;
      const stranger = await stage.world.signers.stranger.getAddress();
      const work = await stage.work();
      const { receiptId, answerBy } = await stage.challenge(work);
      const context = inferenceContext(stage.contextOf(work, answerBy, stranger));
      const right = await honk.prove({ ...stage.tuned, ...work, context });
      expect(right.publics[0]).to.equal(poseidonRoot(SHAPE, stage.tuned.weights, stage.tuned.salt));
      const answer = ({ publics, proof }: typeof right) => ({ receipt: work.receipt, result: publics[3]!, proof });

      const other = await honk.prove({ ...stage.tuned, ...work, context: context ^ 1n });
      expect(await refusalOf(arbiter.proveReceipt.simulate(answer(other)))).to.equal("InferenceArbiter_InvalidProof");
      const stale = await honk.prove({ ...stage.base, ...work, context });
      expect(await refusalOf(arbiter.proveReceipt.simulate(answer(stale)))).to.equal("InferenceArbiter_InvalidProof");

      const proven = await (await arbiter.proveReceipt(answer(right))).wait();
      expect(Number(proven.receipt.gasUsed)).to.be.below(MOST_GAS);
      expect((await arbiter.proofChallengeOf({ receiptId })).state).to.equal(ProofState.Proven);
    });
  });
});
