import { createHash } from "node:crypto";
import { readSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { CHUNK_BYTES, HASH_BYTES } from "../../weights/chunk.js";

/** The file, which the main thread keeps open: descriptors are the process's. */
export interface WorkerFile {
  readonly fd: number;
  readonly byteLength: number;
}

/** Contiguous chunks to hash. */
export interface LeafJob {
  readonly first: number;
  readonly count: number;
}

/** A part of a chunk: it is still in the core's own cache when it is hashed. */
const READ_BYTES = 1 << 19;
const LEAF_PREFIX = Uint8Array.of(0x00);
const { fd, byteLength } = workerData as WorkerFile;
const buffer = new Uint8Array(READ_BYTES);

parentPort?.on("message", (job: LeafJob) => {
  const leaves = hashRun(job);
  // Null: the file ends before its length.
  parentPort?.postMessage(leaves, leaves === null ? [] : [leaves.buffer]);
});

function hashRun({ first, count }: LeafJob): Uint8Array<ArrayBuffer> | null {
  const leaves = new Uint8Array(count * HASH_BYTES);
  for (let i = 0; i < count; i++) {
    const hash = createHash("sha256").update(LEAF_PREFIX);
    const end = Math.min((first + i + 1) * CHUNK_BYTES, byteLength);
    for (let position = (first + i) * CHUNK_BYTES; position < end; ) {
      const bytesRead = readSync(fd, buffer, 0, Math.min(READ_BYTES, end - position), position);
      if (bytesRead === 0) return null;
      hash.update(buffer.subarray(0, bytesRead));
      position += bytesRead;
    }
    leaves.set(hash.digest(), i * HASH_BYTES);
  }
  return leaves;
}
