import { anchor as pedersenAnchor, poseidonRoot, weightsElements } from "@freehold/circuits";
import {
  commitmentsOf,
  DeltaFormat,
  type Freehold,
  type Hex,
  type ModelAnchor,
  NO_COMMITMENTS,
  type ProvableModel,
  SCALAR_FIELD,
} from "@freehold/sdk";
import { readCommitmentSecrets } from "@freehold/sdk/weights";
import { architectureHash, encodeArchitecture } from "@freehold/worker/engine";
import { expect } from "chai";
import { id } from "ethers";
import { network } from "hardhat";
import { randomModel } from "../circuits/models.ts";
import { createWorld, type World } from "../sdk/utils/world.ts";
import { ARCHITECTURE, baseFile } from "./utils/files.ts";
import { SHAPE } from "./utils/kits.ts";
import { proofErrorOf } from "./utils/refusal.ts";

/** Bytes of an architecture file, and its hash. */
function architectureFile(content: unknown): { architecture: Uint8Array; architectureHash: Hex } {
  const architecture = typeof content === "string" ? new TextEncoder().encode(content) : encode(content);
  return { architecture, architectureHash: architectureHash(architecture) };
}
const encode = (content: unknown) => new TextEncoder().encode(JSON.stringify(content));

describe("proofs: models that are to be provable", function () {
  this.timeout(120_000);
  const open = () => network.create("local");
  let connection: Awaited<ReturnType<typeof open>>;
  let world: World;
  let owner: Freehold;

  before(async () => {
    connection = await open();
    world = await createWorld(connection);
    owner = world.owner;
  });
  after(() => connection.close());

  describe("commitments of a version", () => {
    const weights = randomModel(SHAPE, 1);

    it("are the Poseidon root and the Pedersen point of the same weights, and the chain takes both", async () => {
      const { commitments, salt, blinder } = await commitmentsOf(SHAPE, weights);
      expect(BigInt(commitments.poseidonRoot)).to.equal(poseidonRoot(SHAPE, weights, salt));
      const { pedersenX, pedersenY } = commitments;
      expect([pedersenX, pedersenY]).to.deep.equal(await pedersenAnchor(weightsElements(SHAPE, weights), blinder));
      const anchor = { weightsRoot: id("both") as Hex, byteLength: 1n, architectureHash: id("a") as Hex, commitments };
      const { salt: secret, wait } = await owner.models.commit({ anchor });
      await wait();
      await world.networkHelpers.time.increase(60);
      const { modelId } = await (await owner.models.deploy({ anchor, salt: secret })).wait();
      expect((await owner.models.anchorOf({ modelId })).commitments).to.deep.equal(commitments);
    });

    it("are blinded anew each time, with secrets below the field's order, and are the same for the same secrets", async () => {
      const made = await Promise.all(Array.from({ length: 4 }, () => commitmentsOf(SHAPE, weights)));
      for (const { salt, blinder } of made) {
        for (const secret of [salt, blinder]) expect(secret > 0n && secret < SCALAR_FIELD).to.equal(true);
      }
      const secrets = new Set(made.flatMap(({ salt, blinder }) => [salt, blinder]));
      const roots = new Set(made.flatMap(({ commitments }) => [commitments.poseidonRoot, commitments.pedersenX]));
      expect([secrets.size, roots.size]).to.deep.equal([8, 8]);
      const [first] = made as [(typeof made)[0]];
      expect(await commitmentsOf(SHAPE, weights, first)).to.deep.equal(first);
    });

    it("refuse a shape and weights that no circuit expresses, with the reason, and secrets that are none", async () => {
      const reason = async (run: Promise<unknown>) => {
        const { code, details } = await proofErrorOf(run);
        return [code, details.reason];
      };
      const bias = { ...weights, outputBias: [2 ** 30, 0] };
      expect(await reason(commitmentsOf({ ...SHAPE, classes: 257 }, weights))).to.deep.equal([
        "UNPROVABLE_MODEL",
        "TOO_MANY_CLASSES",
      ]);
      expect(await reason(commitmentsOf(SHAPE, bias))).to.deep.equal(["UNPROVABLE_MODEL", "UNFIT_WEIGHTS"]);
      for (const secrets of [{ salt: SCALAR_FIELD }, { blinder: SCALAR_FIELD }, { salt: -1n }, { blinder: -1n }]) {
        expect((await proofErrorOf(commitmentsOf(SHAPE, weights, secrets))).code).to.equal("BAD_PROOF_INPUT");
      }
    });
  });

  describe("is refused at registration, before anything is sent, with the reason", () => {
    let base: Awaited<ReturnType<typeof baseFile>>;
    let good: { anchor: ModelAnchor; provable: ProvableModel };
    let modelId: bigint;

    before(async () => {
      base = await baseFile(randomModel(SHAPE, 2));
      const { anchor, architecture, weights } = base;
      good = { anchor, provable: { architecture, weights, ...readCommitmentSecrets(base.file) } };
      const { salt, wait } = await owner.models.commit(good);
      await wait();
      await world.networkHelpers.time.increase(60);
      modelId = (await (await owner.models.deploy({ ...good, salt })).wait()).modelId;
    });

    /** Code, reason or what; of a commit, a deployment, an append and what is signed for one alike. */
    async function refusals(change: { anchor?: Partial<ModelAnchor>; provable?: Partial<ProvableModel> }) {
      const anchor = { ...good.anchor, ...change.anchor };
      const provable = { ...good.provable, ...change.provable } as ProvableModel;
      const { weightsRoot, byteLength, commitments } = anchor;
      const delta = { weightsRoot, byteLength, format: DeltaFormat.Dense, commitments };
      const calls = [
        () => owner.models.commit({ anchor, provable }),
        () => owner.models.deploy({ anchor, provable, salt: id("salt") as Hex }),
        // The model's own architecture is anchored: another one is refused as such.
        ...(change.anchor?.architectureHash
          ? []
          : [
              () => owner.deltas.append({ modelId, delta, provable }),
              () => owner.deltas.signAppend({ modelId, delta, provable, deadline: 2n ** 40n }),
            ]),
      ];
      const before = await world.signers.owner.getNonce();
      const said = new Set<string>();
      for (const call of calls) {
        const { code, details } = await proofErrorOf(call());
        said.add(`${code} ${details.reason ?? details.missing ?? details.what ?? ""}`.trim());
      }
      expect(await world.signers.owner.getNonce()).to.equal(before);
      return [...said].join(", ");
    }
    const withArchitecture = (content: unknown) => {
      const { architecture, architectureHash } = architectureFile(content);
      return refusals({ anchor: { architectureHash }, provable: { architecture } });
    };

    it("a model of another kind, or whose sizes no circuit has", async () => {
      expect(await withArchitecture({ type: "onnx", version: 1, inputs: [], outputs: ["y"] })).to.equal(
        "UNPROVABLE_MODEL NOT_AN_NGRAM_MLP",
      );
      expect(await withArchitecture("not JSON")).to.equal("UNPROVABLE_MODEL NOT_AN_NGRAM_MLP");
      expect(await withArchitecture({ ...ARCHITECTURE, classes: 300 })).to.equal("UNPROVABLE_MODEL TOO_MANY_CLASSES");
      expect(await withArchitecture({ ...ARCHITECTURE, hidden: 9_000 })).to.equal("UNPROVABLE_MODEL TOO_MANY_WEIGHTS");
      expect(await withArchitecture({ ...ARCHITECTURE, hidden: 0 })).to.equal("UNPROVABLE_MODEL BAD_SIZES");
      const featuriser = { ...ARCHITECTURE.featuriser, maxCount: 31 };
      expect(await withArchitecture({ ...ARCHITECTURE, featuriser })).to.equal("UNPROVABLE_MODEL COUNTS_TOO_GREAT");
    });

    it("weights that no circuit takes", async () => {
      const { weights } = base;
      const wide = { ...weights, outputWeight: [...Array.from(weights.outputWeight).slice(1), -129] };
      expect(await refusals({ provable: { weights: wide } })).to.equal("UNPROVABLE_MODEL UNFIT_WEIGHTS");
      const half = { ...weights, hiddenBias: [0.5, 0, 0, 0] };
      expect(await refusals({ provable: { weights: half } })).to.equal("UNPROVABLE_MODEL UNFIT_WEIGHTS");
      const short = { ...weights, hiddenWeight: Array.from(weights.hiddenWeight).slice(1) };
      expect(await refusals({ provable: { weights: short } })).to.equal("UNPROVABLE_MODEL UNFIT_WEIGHTS");
    });

    it("an anchor without commitments: it could never be proven", async () => {
      expect(await refusals({ anchor: { commitments: NO_COMMITMENTS } })).to.equal("NOT_COMMITTED");
    });

    it("commitments to something else, each of the two, and what nothing opens", async () => {
      const { commitments } = base;
      const other = await commitmentsOf(SHAPE, base.weights);
      const mixed = { ...commitments, pedersenX: other.commitments.pedersenX, pedersenY: other.commitments.pedersenY };
      const root = "COMMITMENT_MISMATCH Poseidon root";
      const point = "COMMITMENT_MISMATCH Pedersen point";
      expect(await refusals({ provable: { weights: randomModel(SHAPE, 3) } })).to.equal(root);
      expect(await refusals({ provable: { salt: other.salt } })).to.equal(root);
      expect(await refusals({ provable: { blinder: other.blinder } })).to.equal(point);
      expect(await refusals({ anchor: { commitments: mixed } })).to.equal(point);
      expect(await refusals({ provable: { salt: undefined } })).to.equal("COMMITMENT_MISMATCH salt");
      expect(await refusals({ provable: { blinder: undefined } })).to.equal("COMMITMENT_MISMATCH blinder");
      expect(await refusals({ provable: { blinder: -1n } })).to.equal("BAD_PROOF_INPUT");
    });

    it("an architecture file that is not the anchored one", async () => {
      const architecture = encodeArchitecture({ ...ARCHITECTURE, labels: ["a", "b"] });
      expect(await refusals({ provable: { architecture } })).to.equal("COMMITMENT_MISMATCH architecture");
    });
  });
});
