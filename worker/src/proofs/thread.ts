// Runs in a thread of its own: serving goes on while a proof is made.
import { parentPort } from "node:worker_threads";
import {
  constraintsOf,
  createProver,
  decodeKey,
  developmentSetup,
  encodeKey,
  encodeProof,
  encodeVerifyingKey,
  inferenceCircuit,
  type Prover,
  verifyingKey,
  witnessOf,
} from "@freehold/circuits";
import { type Hex, toHex } from "@freehold/sdk";
import { keccak256 } from "ethers";
import type { Answer, KeyResult, KeyTask, ProveResult, ProveTask, Request, Task } from "./tasks.js";

/** Standard assumptions; tier 2 waits for a review. */
const TIER = 1;

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

function run(task: Task): Promise<KeyResult | ProveResult> {
  return task.kind === "key" ? key(task) : prove(task);
}

async function key({ shape, bytes }: KeyTask): Promise<KeyResult> {
  const decoded =
    bytes === undefined ? await developmentSetup(constraintsOf(inferenceCircuit(shape, TIER))) : decodeKey(bytes);
  const encoded = bytes ?? encodeKey(decoded);
  const shared = new Uint8Array(new SharedArrayBuffer(encoded.length));
  shared.set(encoded);
  const keyHash = keccak256(encodeVerifyingKey(verifyingKey(decoded))) as Hex;
  return { bytes: shared, keyHash, development: decoded.development };
}

async function prove({ shape, key, threads, values, expected }: ProveTask): Promise<ProveResult> {
  const { witness, publics } = witnessOf(inferenceCircuit(shape, TIER), values);
  const [root, input, output, result] = publics;
  if (root !== expected[0] || input !== expected[1] || output !== expected[2] || result === undefined) {
    throw new Error("the weights or the witness are not those of the receipt");
  }
  const prover = await proverOf(key, threads);
  return { proof: toHex(encodeProof(await prover.prove(witness))), result };
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
