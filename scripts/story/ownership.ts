import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DeltaFormat, type Hex, NO_COMMITMENTS, Visibility } from "@freehold/sdk";
import { hashFile } from "@freehold/sdk/node";
import { applyDeltas, createSparse, weightsRoot } from "@freehold/sdk/weights";
import { architectureHash } from "@freehold/worker/engine";
import { type Model, modelFiles } from "../model/model.ts";
import type { Actor } from "./actors.ts";
import { noted, type Stage } from "./setup.ts";

export interface OwnedModel {
  modelId: bigint;
  lineId: Hex;
  baseVersionHash: Hex;
  base: Uint8Array;
}

/** Puts a file into the node's store under its weights root. */
async function store(stage: Stage, bytes: Uint8Array): Promise<{ weightsRoot: Hex; byteLength: bigint }> {
  const { root } = await weightsRoot(bytes);
  const path = join(stage.folder, "store", `${root}.safetensors`);
  await writeFile(path, bytes);
  const hashed = await hashFile(path);
  return { weightsRoot: hashed.root, byteLength: BigInt(hashed.byteLength) };
}

/** Anchors a model in the quant's name: commit, wait, deploy. */
export async function deployModel(stage: Stage, model: Model): Promise<OwnedModel> {
  const { quant } = stage.actors;
  const freehold = stage.as(quant);
  const files = modelFiles(model);
  const file = await store(stage, files.weights);
  const hash = architectureHash(files.architecture);
  await writeFile(join(stage.folder, "store", `${hash}.json`), files.architecture);

  const anchor = { ...file, architectureHash: hash, commitments: NO_COMMITMENTS };
  const { salt } = await noted(stage, "commit", freehold.models.commit({ anchor }));
  const { minCommitmentAge } = await freehold.models.parameters();
  await stage.chain.advance(Number(minCommitmentAge) + 1);
  const terms = { visibility: Visibility.Public, royaltyReceiver: quant.address, royaltyBps: 500 };
  const { modelId, baseVersionHash } = await noted(stage, "deploy", freehold.models.deploy({ anchor, terms, salt }));
  const lineId = await freehold.deltas.lineIdOf({ modelId, account: quant.address });
  return { modelId, baseVersionHash, lineId, base: files.weights };
}

/** Commits to the rows of a fine-tune, then appends its difference to the actor's own line and activates it. */
export async function appendDelta(
  stage: Stage,
  actor: Actor,
  owned: OwnedModel,
  tuned: Model,
  records: readonly string[],
  note?: { append: string; activate: string },
): Promise<{ version: bigint; versionHash: Hex; delta: Uint8Array }> {
  const freehold = stage.as(actor);
  const commitment = freehold.datasets.buildCommitment(records);
  const { datasetId } = await noted(stage, note && "commit dataset", freehold.datasets.commitDataset(commitment));
  const lineId = await freehold.deltas.lineIdOf({ modelId: owned.modelId, account: actor.address });
  const { parent, weights } = await head(stage, lineId, owned);
  const delta = createSparse(weights, modelFiles(tuned).weights, { base: parent });
  const file = await store(stage, delta);
  const { version, versionHash } = await noted(
    stage,
    note?.append,
    freehold.deltas.append({
      modelId: owned.modelId,
      parent,
      delta: { ...file, format: DeltaFormat.Sparse, commitments: NO_COMMITMENTS },
      datasets: [datasetId],
    }),
  );
  await noted(stage, note?.activate, freehold.deltas.activate({ modelId: owned.modelId, version }));
  deltas.set(versionHash, { parent, delta });
  return { version, versionHash, delta };
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
