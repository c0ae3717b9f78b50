import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CircuitKind, commitmentsOf, DeltaFormat, type Hex, NO_COMMITMENTS, Visibility } from "@freehold/sdk";
import { hashFile } from "@freehold/sdk/node";
import { applyDeltas, type CommitmentSecrets, createSparse, weightsRoot } from "@freehold/sdk/weights";
import { architectureHash } from "@freehold/worker/engine";
import { type Model, modelFiles, shapeOf } from "../model/model.ts";
import type { Actor } from "./actors.ts";
import type { StoryKeys } from "./keys.ts";
import type { ProofTime } from "./result.ts";
import { noted, type Stage } from "./setup.ts";

export interface OwnedModel {
  modelId: bigint;
  lineId: Hex;
  baseVersionHash: Hex;
  base: Uint8Array;
  /** What blinds the base's commitments; in its file. */
  secrets: { salt: bigint; blinder: bigint };
}

/** Puts a file into the node's store under its weights root. */
async function store(stage: Stage, bytes: Uint8Array): Promise<{ weightsRoot: Hex; byteLength: bigint }> {
  const { root } = await weightsRoot(bytes);
  const path = join(stage.folder, "store", `${root}.safetensors`);
  await writeFile(path, bytes);
  const hashed = await hashFile(path);
  return { weightsRoot: hashed.root, byteLength: BigInt(hashed.byteLength) };
}

/** Anchors a model in the quant's name, with the commitments that proofs speak of: commit, wait, deploy. */
export async function deployModel(stage: Stage, model: Model): Promise<OwnedModel> {
  const { quant } = stage.actors;
  const freehold = stage.as(quant);
  const { commitments, ...secrets } = await commitmentsOf(shapeOf(model), model.weights);
  const files = modelFiles(model, secrets);
  const file = await store(stage, files.weights);
  const hash = architectureHash(files.architecture);
  await writeFile(join(stage.folder, "store", `${hash}.json`), files.architecture);

  const anchor = { ...file, architectureHash: hash, commitments };
  const provable = { architecture: files.architecture, weights: model.weights, ...secrets };
  const { salt } = await noted(stage, "commit", freehold.models.commit({ anchor, provable }));
  const { minCommitmentAge } = await freehold.models.parameters();
  await stage.chain.advance(Number(minCommitmentAge) + 1);
  const terms = { visibility: Visibility.Public, royaltyReceiver: quant.address, royaltyBps: 500 };
  const { modelId, baseVersionHash } = await noted(stage, "deploy", freehold.models.deploy({ anchor, terms, salt }));
  const lineId = await freehold.deltas.lineIdOf({ modelId, account: quant.address });
  return { modelId, baseVersionHash, lineId, base: files.weights, secrets };
}

/** A version that was appended. */
export interface Appended {
  version: bigint;
  versionHash: Hex;
}

/** Commits to the rows of a fine-tune, then appends its difference to the actor's own line and activates it. */
export async function appendDelta(
  stage: Stage,
  actor: Actor,
  owned: OwnedModel,
  tuned: Model,
  records: readonly string[],
): Promise<Appended> {
  const freehold = stage.as(actor);
  const { modelId } = owned;
  const { parent, delta, file, datasets } = await prepareDelta(stage, actor, owned, tuned, records);
  const anchored = { ...file, format: DeltaFormat.Sparse, commitments: NO_COMMITMENTS };
  const appended = await noted(
    stage,
    undefined,
    freehold.deltas.append({ modelId, parent, delta: anchored, datasets }),
  );
  await noted(stage, undefined, freehold.deltas.activate({ modelId, version: appended.version }));
  deltas.set(appended.versionHash, { parent, delta });
  return appended;
}

/** The same for the quant, with a proof: his version is the base plus this delta, whose weights nobody sees. */
export async function appendProven(
  stage: Stage,
  owned: OwnedModel,
  { base, tuned }: { base: Model; tuned: Model },
  records: readonly string[],
  keys: StoryKeys,
): Promise<Appended & { salt: bigint; time: ProofTime }> {
  const { quant } = stage.actors;
  const freehold = stage.as(quant);
  const { modelId } = owned;
  const shape = shapeOf(tuned);
  const { commitments, ...secrets } = await commitmentsOf(shape, tuned.weights);
  const prepared = await prepareDelta(stage, quant, owned, tuned, records, secrets);
  const { parent, file, datasets } = prepared;
  const delta = { ...file, format: DeltaFormat.Sparse, commitments };
  const append = { modelId, parent, delta, datasets };
  const { key } = await keys.delta;
  const start = performance.now();
  const proof = await freehold.proofs.prove({
    kind: CircuitKind.Delta,
    append,
    shape,
    weights: tuned.weights,
    salt: secrets.salt,
    base: { weights: base.weights, salt: owned.secrets.salt },
    key,
  });
  const seconds = (performance.now() - start) / 1000;
  const appended = await noted(stage, "open line and append", freehold.deltas.append({ ...append, proof }));
  const shown = await stage.chain.provider.getTransactionReceipt(appended.proven?.hash ?? "");
  const gas = Number(shown?.gasUsed ?? 0n);
  stage.gas["prove a delta"] = gas;
  await noted(stage, "activate", freehold.deltas.activate({ modelId, version: appended.version }));
  deltas.set(appended.versionHash, { parent, delta: prepared.delta });
  const time = { what: "delta between base and version", seconds, gas };
  return { version: appended.version, versionHash: appended.versionHash, salt: secrets.salt, time };
}

async function prepareDelta(
  stage: Stage,
  actor: Actor,
  owned: OwnedModel,
  tuned: Model,
  records: readonly string[],
  commitment?: CommitmentSecrets,
) {
  const freehold = stage.as(actor);
  const committed = freehold.datasets.buildCommitment(records);
  const { datasetId } = await noted(stage, commitment && "commit dataset", freehold.datasets.commitDataset(committed));
  const lineId = await freehold.deltas.lineIdOf({ modelId: owned.modelId, account: actor.address });
  const { parent, weights } = await head(stage, lineId, owned);
  // A delta changes tensors alone: the effective weights keep the metadata of the base's file.
  const after = modelFiles(tuned, owned.secrets).weights;
  const delta = createSparse(weights, after, { base: parent, ...(commitment && { commitment }) });
  return { parent, delta, file: await store(stage, delta), datasets: [datasetId] };
}

/** Effective weights of what is active in a line now: root and bytes, rebuilt from the files that the chain names. */
export async function effectiveWeights(stage: Stage, owned: OwnedModel): Promise<{ root: Hex; bytes: Uint8Array }> {
  const line = await stage.as(stage.actors.quant).deltas.lineOf({ lineId: owned.lineId });
  const bytes = merged(line.activeHash, owned);
  const { root } = await weightsRoot(bytes);
  return { root, bytes };
}

const deltas = new Map<Hex, { parent: Hex; delta: Uint8Array }>();

/** Newest version of a line, and its weights; the base for a line that is not open. */
async function head(stage: Stage, lineId: Hex, owned: OwnedModel): Promise<{ parent: Hex; weights: Uint8Array }> {
  const freehold = stage.as(stage.actors.quant);
  const open = [...(await freehold.deltas.linesOn({ modelId: owned.modelId }).toArray())].includes(lineId);
  const parent = open ? (await freehold.deltas.lineOf({ lineId })).headHash : owned.baseVersionHash;
  return { parent, weights: merged(parent, owned) };
}

function merged(versionHash: Hex, owned: OwnedModel): Uint8Array {
  const steps: { delta: Uint8Array; expectedBase: Hex }[] = [];
  for (let hash = versionHash; hash !== owned.baseVersionHash; ) {
    const step = deltas.get(hash);
    if (step === undefined) throw new Error(`the story does not know version ${hash}`);
    steps.unshift({ delta: step.delta, expectedBase: step.parent });
    hash = step.parent;
  }
  return applyDeltas(owned.base, steps);
}
