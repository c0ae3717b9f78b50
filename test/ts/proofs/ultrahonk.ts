import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type InferenceValues, poseidonRoot } from "@freehold/circuits";
import { noirInferenceInputs } from "@freehold/circuits/noir";
import { CircuitKind, type Hex, inferenceContext, ProofState } from "@freehold/sdk";
import { expect } from "chai";
import { hexlify } from "ethers";
import { network } from "hardhat";
import { inferenceCase } from "../circuits/models.ts";
import { concat, slice, splice, toBeHex } from "./utils/hex.ts";
import { compileVerifier, forDevelopment, writeDevelopmentString } from "./utils/honk.ts";
import { circuitRef, SHAPE } from "./utils/kits.ts";
import { NoirProgram, noirTools } from "./utils/noir.ts";
import { refusalOf } from "./utils/refusal.ts";
import { createStage, type Stage } from "./utils/stage.ts";
import { R } from "./utils/trapdoor.ts";

const DAY = 86_400;
/** Twice what a proof of the greatest circuit takes. */
const GAS_LIMIT = 2_000_000n;
/** Of the whole transaction that answers a challenge; Groth16's takes 323,399. */
const MOST_GAS = 1_000_000;
/** The same statement in another proof system is another version of the circuit. */
const CIRCUIT = { ...circuitRef(CircuitKind.Inference), version: 2 };

const open = (chainId = 31337) => network.create({ network: "local", override: { chainId } });
type Chain = Awaited<ReturnType<typeof open>>;

describe("proofs: UltraHonk by Noir and Barretenberg", function () {
  this.timeout(600_000);
  let crs: string;
  let program: NoirProgram;
  let verifierCode: string;
  let vkHash: Hex;

  before(async function () {
    const tools = (await noirTools()) ?? this.skip();
    crs = await mkdtemp(join(tmpdir(), "freehold-crs-"));
    await writeDevelopmentString(crs, 15);
    program = await NoirProgram.inference(tools, SHAPE);
    const key = await program.key(crs);
    vkHash = hexlify(key.vkHash) as Hex;
    verifierCode = compileVerifier(forDevelopment(key.source));
  });
  after(async () => {
    if (crs !== undefined) await rm(crs, { recursive: true });
    await program?.close();
  });

  async function deploy({ ethers }: Chain) {
    const verifier = await (await ethers.getContractFactory([], verifierCode)).deploy();
    return ethers.deployContract("UltraHonkAdapter", [verifier, vkHash, 5, GAS_LIMIT]);
  }

  async function prove(values: InferenceValues) {
    const { inputs, publics } = noirInferenceInputs(SHAPE, values);
    return { publics: [...publics], proof: hexlify(await program.prove(inputs, crs)) as Hex };
  }

  describe("a generated verifier, behind the adapter,", () => {
    let connection: Chain;
    let adapter: Awaited<ReturnType<typeof deploy>>;
    let publics: bigint[];
    let proof: Hex;
    const verify = (statement: readonly bigint[], bytes: Hex): Promise<boolean> =>
      adapter.getFunction("verify")(statement, bytes);

    before(async () => {
      connection = await open();
      adapter = await deploy(connection);
      ({ publics, proof } = await prove(inferenceCase(SHAPE, 1).values));
    });
    after(() => connection?.close());

    it("accepts a proof of its statement, and says that its reference string is for development", async () => {
      expect(await verify(publics, proof)).to.equal(true);
      expect(await adapter.getFunction("isDevelopment")()).to.equal(true);
      expect(await adapter.getFunction("VK_HASH")()).to.equal(vkHash);
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
      const again = await prove(inferenceCase(SHAPE, 1).values);
      expect(again.publics).to.deep.equal(publics);
      expect(again.proof).not.to.equal(proof);
      expect(await verify(publics, again.proof)).to.equal(true);
    });

    it("is refused on a public chain, for everybody knows the string's secret", async () => {
      const other = await open(8453);
      const factory = await other.ethers.getContractFactory("UltraHonkAdapter");
      await expect(deploy(other))
        .to.be.revertedWithCustomError(factory, "UltraHonkAdapter_DevelopmentString")
        .withArgs(8453);
      await other.close();
    });
  });

  describe("pinned as another version of the circuit,", () => {
    let connection: Chain;
    let stage: Stage;

    before(async () => {
      connection = await open();
      stage = await createStage(connection, 0);
      const adapter = await deploy(connection);
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
      const right = await prove({ ...stage.tuned, ...work, context });
      expect(right.publics[0]).to.equal(poseidonRoot(SHAPE, stage.tuned.weights, stage.tuned.salt));
      const answer = ({ publics, proof }: typeof right) => ({ receipt: work.receipt, result: publics[3]!, proof });

      const other = await prove({ ...stage.tuned, ...work, context: context ^ 1n });
      expect(await refusalOf(arbiter.proveReceipt.simulate(answer(other)))).to.equal("InferenceArbiter_InvalidProof");
      const stale = await prove({ ...stage.base, ...work, context });
      expect(await refusalOf(arbiter.proveReceipt.simulate(answer(stale)))).to.equal("InferenceArbiter_InvalidProof");

      const proven = await (await arbiter.proveReceipt(answer(right))).wait();
      expect(Number(proven.receipt.gasUsed)).to.be.below(MOST_GAS);
      expect((await arbiter.proofChallengeOf({ receiptId })).state).to.equal(ProofState.Proven);
    });
  });
});
