// Runs in a thread of its own: serving goes on while a proof is made.
import { parentPort } from "node:worker_threads";
import {
  anchor as anchorOf,
  committedSum,
  constraintsOf,
  createProver,
  decodeKey,
  decodeLinkKey,
  developmentLinkKey,
  developmentSetup,
  encodeCommitKey,
  encodeKey,
  encodeLink,
  encodeLinkKey,
  encodeProof,
  encodeSumProof,
  encodeVerifyingKey,
  inferenceCircuit,
  type Prover,
  proveLink,
  verifyingKey,
  verifyLink,
  weightsElements,
  witnessOf,
} from "@freehold/circuits";
import { type Hex, toHex } from "@freehold/sdk";
import { keccak256 } from "ethers";
import type {
  Answer,
  KeyResult,
  KeyTask,
  LinkResult,
  LinkTask,
  ProveResult,
  ProveTask,
  Request,
  Task,
} from "./tasks.js";

let loaded: { key: Uint8Array; threads: number; prover: Prover } | undefined;
let last: Promise<unknown> = Promise.resolve();

parentPort?.on("message", ({ id, task }: Request) => {
  last = last.then(async () => {
    const answer = await run(task).then(
      (result): Answer => ({ id, result }),
      (error): Answer => ({ id, error: error instanceof Error ? error.message : String(error) }),
    );
    parentPort?.postMessage(answer);
  });
});

function run(task: Task): Promise<KeyResult | LinkResult | ProveResult> {
  if (task.kind === "key") return key(task);
  return task.kind === "link" ? link(task) : prove(task);
}

async function key({ shape, tier, bytes, link }: KeyTask): Promise<KeyResult> {
  const decoded =
    bytes === undefined ? await developmentSetup(constraintsOf(inferenceCircuit(shape, tier))) : decodeKey(bytes);
  const verifying = verifyingKey(decoded);
  const key = shared(bytes ?? encodeKey(decoded));
  if (tier === 1) {
    const keyHash = keccak256(encodeVerifyingKey(verifying)) as Hex;
    return { bytes: key, link: undefined, keyHash, development: decoded.development };
  }
  const linkKey = link === undefined ? await developmentLinkKey(decoded) : decodeLinkKey(link);
  const keyHash = keccak256(encodeCommitKey(verifying, linkKey)) as Hex;
  const development = decoded.development || linkKey.development;
  return { bytes: key, link: shared(link ?? encodeLinkKey(linkKey)), keyHash, development };
}

async function link(task: LinkTask): Promise<LinkResult> {
  const { shape, weights, anchor, anchorBlinder, blinder } = task;
  const values = weightsElements(shape, weights);
  const point = await anchorOf(values, anchorBlinder);
  if (point[0] !== anchor[0] || point[1] !== anchor[1]) {
    throw new Error("the anchored Pedersen point is not of its weights and blinder");
  }
  const linkKey = decodeLinkKey(task.link);
  const sum = await committedSum(decodeKey(task.key), values, blinder);
  const made = await proveLink(linkKey, { values, blinder, anchorBlinders: [anchorBlinder] });
  if (!verifyLink(linkKey, { sum, anchors: [point] }, made)) {
    throw new Error("what the link key makes does not hold: take its file from its publisher again");
  }
  return { x: sum[0], y: sum[1], linked: encodeLink(sum, made) };
}

async function prove({ shape, key, threads, values, expected, sum }: ProveTask): Promise<ProveResult> {
  const { witness, publics } = witnessOf(inferenceCircuit(shape, sum === undefined ? 1 : 2), values);
  // In tier 2 the root is no public input: the linked sum stands for it, and the model's was compared with the ledger's when it was loaded.
  const [root, input, output, result] = sum === undefined ? publics : [expected[0], ...publics];
  if (root !== expected[0] || input !== expected[1] || output !== expected[2] || result === undefined) {
    throw new Error("the weights or the witness are not those of the receipt");
  }
  const prover = await proverOf(key, threads);
  if (sum === undefined) return { proof: toHex(encodeProof(await prover.prove(witness))), result };
  const proof = await prover.prove(witness, { blinder: sum.blinder });
  return { proof: toHex(encodeSumProof(proof, [sum.x, sum.y])), result };
}

function shared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}

/** One prover at a time is kept: a node serves one shape. */
async function proverOf(key: Uint8Array, threads: number): Promise<Prover> {
  // Shared memory arrives as a new view of the same buffer.
  if (loaded?.key.buffer === key.buffer && loaded.threads === threads) return loaded.prover;
  loaded?.prover.close();
  const prover = await createProver(decodeKey(key), { threads });
  loaded = { key, threads, prover };
  return prover;
}
