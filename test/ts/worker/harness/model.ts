import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { anchor as pedersenPoint, poseidonRoot, weightsElements } from "@freehold/circuits";
import {
  type Hex,
  hashModelAnchor,
  lineIdOf,
  type ModelAnchor,
  NO_COMMITMENTS,
  type OpenedVersion,
  SCALAR_FIELD,
} from "@freehold/sdk";
import { createDense, weightsRoot } from "@freehold/sdk/weights";
import {
  architectureHash,
  encodeArchitecture,
  encodeMlpWeights,
  type InferenceEngine,
  loadEngine,
  type MlpWeights,
  type NgramMlpArchitecture,
} from "@freehold/worker/engine";
import { type HDNodeWallet, hexlify, id, randomBytes, toBeHex } from "ethers";
import { send, type TestChain } from "./chain.ts";

/** Two words, two hidden units, three classes: small, and different after each delta. */
const ARCHITECTURE: NgramMlpArchitecture = {
  type: "freehold.ngram-mlp",
  version: 1,
  inputs: 4,
  hidden: 2,
  classes: 3,
  labels: ["negative", "neutral", "positive"],
  featuriser: { type: "freehold.ngrams", version: 1, maxCount: 15, stripAttribution: false },
  fractionBits: { hidden: 0, output: 0 },
  vocabulary: ["profit", "loss", "rise", "fall"],
};

/** Weights in which `seed` makes every model and every version another one. */
function valuesOf(seed: number, version: number): MlpWeights {
  return {
    hiddenWeight: Int8Array.from([5, 0, 5, 0, 0, 5, 0, 5]),
    hiddenBias: Int32Array.from([seed, version]),
    outputWeight: Int8Array.from([0, 3, 1, 1, 3, 0]),
    outputBias: Int32Array.from([version, 0, seed % 7]),
  };
}

/** What blinds the commitments of a version. */
const secretsOf = (seed: number, version: number) => ({
  salt: BigInt(id(`salt ${seed} ${version}`)) % SCALAR_FIELD,
  blinder: BigInt(id(`blinder ${seed} ${version}`)) % SCALAR_FIELD,
});

/** Shape of all models here. */
export const SHAPE = { inputs: ARCHITECTURE.inputs, hidden: ARCHITECTURE.hidden, classes: ARCHITECTURE.classes };

/** A line on its own model, and the store that a node of it needs. */
export interface TestLine {
  readonly lineId: Hex;
  readonly owner: HDNodeWallet;
  readonly store: string;
  readonly modelId: bigint;
  /** Files in the store: of the base, then of each delta. */
  readonly files: string[];
  readonly hashes: Hex[];
  /** Appends a delta and returns the position of its version; its file is in the store. */
  append(): Promise<number>;
  activate(version: number): Promise<void>;
  /** Weights of a version, and what opens its commitments. */
  opened(version: number): OpenedVersion;
  /** What an honest engine answers, for comparison. */
  engine(version: number): Promise<InferenceEngine>;
}

let seeds = 1;

/** Deploys a model and opens its owner's line, whose policy accepts the development TEE with this measurement. */
export async function createLine(
  chain: TestChain,
  options: { measurementId: Hex; grace?: number; commitments?: "none" | "of its weights" | "of others" },
): Promise<TestLine> {
  const { commitments: kind = "none" } = options;
  const owner = await chain.account();
  const seed = seeds++;
  const store = join(chain.directory, `store-${seed}`);
  await mkdir(store);
  const put = async (bytes: Uint8Array) => {
    const { root } = await weightsRoot(bytes);
    const file = join(store, `${root}.safetensors`);
    await writeFile(file, bytes);
    return { root, file };
  };

  const isCommitted = kind !== "none";
  const commitmentsOf = async (version: number) => {
    if (!isCommitted) return NO_COMMITMENTS;
    const of = valuesOf(kind === "of others" ? seed + 1 : seed, version);
    const { salt, blinder } = secretsOf(seed, version);
    const [pedersenX, pedersenY] = await pedersenPoint(weightsElements(SHAPE, of), blinder);
    return { poseidonRoot: toBeHex(poseidonRoot(SHAPE, of, salt), 32) as Hex, pedersenX, pedersenY };
  };
  const weights = (version: number) =>
    encodeMlpWeights(ARCHITECTURE, valuesOf(seed, version), isCommitted ? secretsOf(seed, 0) : undefined);
  const architecture = encodeArchitecture(ARCHITECTURE);
  await writeFile(join(store, `${architectureHash(architecture)}.json`), architecture);
  const base = weights(0);
  const { root, file } = await put(base);
  const anchor: ModelAnchor = {
    weightsRoot: root,
    byteLength: BigInt(base.length),
    architectureHash: architectureHash(architecture),
    commitments: await commitmentsOf(0),
  };
  const modelId = BigInt(root);
  const lineId = lineIdOf(modelId, owner.address);
  await deployModel(chain, owner, anchor);
  await send(owner, chain.ledger, "openLine", modelId, options.grace ?? 3_600);
  await send(owner, chain.nodes, "setPolicy", lineId, { followDefaults: true, maxTcbStatus: 0 });
  const forever = { from: 1, until: 2n ** 40n - 1n };
  await send(owner, chain.nodes, "setLineMeasurement", lineId, options.measurementId, forever);

  const files = [file];
  const hashes = [hashModelAnchor(anchor)];
  return {
    lineId,
    owner,
    store,
    modelId,
    files,
    hashes,
    async append() {
      const version = hashes.length;
      const parent = hashes[version - 1] as Hex;
      const commitment = isCommitted ? secretsOf(seed, version) : {};
      const delta = createDense(weights(version - 1), weights(version), { base: parent, commitment });
      const stored = await put(delta);
      const anchored = {
        weightsRoot: stored.root,
        byteLength: delta.length,
        format: 0,
        commitments: await commitmentsOf(version),
      };
      await send(owner, chain.ledger, "append", modelId, parent, anchored, []);
      files.push(stored.file);
      hashes.push((await chain.ledger.getFunction("lineOf").staticCall(lineId)).headHash as Hex);
      return version;
    },
    activate: (version) => send(owner, chain.ledger, "activate", modelId, version),
    opened: (version) => ({ weights: valuesOf(seed, version), ...secretsOf(seed, version) }),
    engine: (version) => loadEngine(architecture, weights(version)),
  };
}

async function deployModel(chain: TestChain, owner: HDNodeWallet, anchor: ModelAnchor): Promise<void> {
  const salt = hexlify(randomBytes(32));
  const commitment = await chain.models.getFunction("commitmentOf").staticCall(owner.address, anchor, salt);
  await send(owner, chain.models, "commit", commitment);
  await chain.pass(Number(await chain.models.getFunction("minCommitmentAge").staticCall()) + 1);
  const terms = { visibility: 0, royaltyReceiver: owner.address, royaltyBps: 0 };
  await send(owner, chain.models, "deploy", anchor, terms, "", salt);
}
