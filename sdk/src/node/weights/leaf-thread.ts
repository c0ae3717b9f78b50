import { createHash } from "node:crypto";
import { Worker } from "node:worker_threads";
import { CHUNK_BYTES, HASH_BYTES } from "../../weights/chunk.js";
import { StreamingLeafHasher } from "../../weights/index.js";
import { changedError, type OpenFile, readFully, unreadable } from "./file.js";
import type { LeafJob, WorkerFile } from "./hash-worker.js";

/** Hashes contiguous chunks of one open file. */
export interface LeafThread {
  /** Jobs that it should have at a time. */
  readonly lanes: number;
  /** Packed leaves of a job. */
  run(job: LeafJob): Promise<Uint8Array>;
  /** Ends what runs; the file may be closed after. */
  close(): Promise<void>;
}

/** Chunks of one read: an asynchronous read costs a turn of the event loop. */
const READ_CHUNKS = 2;

/** The calling thread. It reads ahead, and gives way to other work between reads. */
export class CallingThread implements LeafThread {
  readonly lanes = 1;
  readonly #file: OpenFile;
  readonly #hasher = new StreamingLeafHasher(() => createHash("sha256"));
  readonly #buffers: readonly Uint8Array[];
  #closed = false;

  constructor(file: OpenFile) {
    this.#file = file;
    const length = Math.min(READ_CHUNKS * CHUNK_BYTES, file.byteLength);
    this.#buffers = [new Uint8Array(length), new Uint8Array(length)];
  }

  async run({ first, count }: LeafJob): Promise<Uint8Array> {
    const leaves = new Uint8Array(count * HASH_BYTES);
    let ahead = this.#read(first, count, 0);
    for (let done = 0; done < count && !this.#closed; ) {
      const chunks = await ahead;
      ahead = this.#read(first, count, done + READ_CHUNKS);
      for (let offset = 0; offset < chunks.length; offset += CHUNK_BYTES) {
        this.#hasher.update(chunks.subarray(offset, offset + CHUNK_BYTES));
        leaves.set(this.#hasher.digest(), done * HASH_BYTES);
        done++;
      }
    }
    await ahead;
    return leaves;
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  /** Chunks of a job from its `skip`-th on; none at its end. The other buffer may still be in use. */
  async #read(first: number, count: number, skip: number): Promise<Uint8Array> {
    const { path, handle, byteLength } = this.#file;
    const begin = (first + skip) * CHUNK_BYTES;
    const end = Math.min((first + Math.min(skip + READ_CHUNKS, count)) * CHUNK_BYTES, byteLength);
    const buffer = this.#buffers[(skip / READ_CHUNKS) % 2] as Uint8Array;
    const chunks = buffer.subarray(0, Math.max(end - begin, 0));
    await readFully(path, handle, chunks, begin);
    return chunks;
  }
}

interface Pending {
  readonly resolve: (leaves: Uint8Array) => void;
  readonly reject: (reason: unknown) => void;
}

/** A worker thread. It answers its jobs in order. */
export class WorkerThread implements LeafThread {
  /** One to do and one in advance, so that it never waits for a message. */
  readonly lanes = 2;
  readonly #path: string;
  readonly #worker: Worker;
  readonly #pending: Pending[] = [];
  #failure: unknown;

  constructor({ path, handle, byteLength }: OpenFile) {
    this.#path = path;
    const workerData: WorkerFile = { fd: handle.fd, byteLength };
    // Without execArgv the thread would run the process's loaders first.
    this.#worker = new Worker(new URL("./hash-worker.js", import.meta.url), { workerData, execArgv: [] });
    this.#worker.on("message", (leaves: Uint8Array | null) => this.#answer(leaves));
    this.#worker.on("error", (cause) => this.#fail(unreadable(path, String(cause), cause)));
    this.#worker.on("exit", () => this.#fail(unreadable(path, "the hashing thread ended")));
  }

  run(job: LeafJob): Promise<Uint8Array> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#pending.push({ resolve, reject });
      this.#worker.postMessage(job);
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #answer(leaves: Uint8Array | null): void {
    const job = this.#pending.shift();
    if (leaves === null) job?.reject(changedError(this.#path));
    else job?.resolve(leaves);
  }

  #fail(reason: unknown): void {
    this.#failure ??= reason;
    for (const { reject } of this.#pending.splice(0)) reject(reason);
  }
}
