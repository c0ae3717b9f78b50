import { availableParallelism } from "node:os";
import { CHUNK_BYTES, chunkCount, HASH_BYTES } from "../../weights/chunk.js";
import { WeightsError } from "../../weights/index.js";
import { abortable } from "../../weights/source.js";
import type { OpenFile } from "./file.js";
import type { LeafJob } from "./hash-worker.js";
import { CallingThread, type LeafThread, WorkerThread } from "./leaf-thread.js";

/** Chunks of one job: long enough that messages cost nothing, short enough for progress and an even load. */
const RUN_CHUNKS = 16;
/** Below this a thread takes longer to start than it saves. */
const THREADS_WORTH_BYTES = 256 * CHUNK_BYTES;
const MAX_THREADS = 64;

export interface LeavesOptions {
  /**
   * Threads that hash, the calling one included; it gives way to other work between chunks. Default: one per core for large
   * files, else 1.
   */
  readonly threads?: number;
  readonly signal?: AbortSignal;
}

/** Leaves of contiguous chunks. */
export interface LeafRun {
  /** Index of the first. */
  readonly first: number;
  readonly leaves: readonly Uint8Array[];
}

/**
 * Leaves of an open file from chunk `from` on, in order. When it ends or is left early, nothing reads the file any more.
 * @throws WeightsError WEIGHTS_FILE_CHANGED, WEIGHTS_FILE_UNREADABLE, WEIGHTS_BAD_ARGUMENT
 */
export async function* fileLeaves(
  file: OpenFile,
  from: number,
  { threads, signal }: LeavesOptions = {},
): AsyncGenerator<LeafRun> {
  const jobs = jobsFrom(from, chunkCount(file.byteLength));
  const count = Math.min(threadCount(file.byteLength, threads), jobs.length);
  signal?.throwIfAborted();
  const pool: LeafThread[] = [];
  for (let i = 1; i < count; i++) pool.push(new WorkerThread(file));
  pool.push(new CallingThread(file));
  const results = new Results(jobs, pool);
  try {
    for (const [index, { first }] of jobs.entries()) {
      yield { first, leaves: unpack(await abortable(results.get(index), signal)) };
    }
  } finally {
    await results.close();
  }
}

/** The results of all jobs; every thread takes the next job as soon as it is free. */
class Results {
  readonly #results: Promise<Uint8Array>[];
  readonly #settle: { resolve: (leaves: Uint8Array) => void; reject: (reason: unknown) => void }[] = [];
  readonly #pool: readonly LeafThread[];
  readonly #lanes: Promise<void>[];
  #next = 0;

  constructor(jobs: readonly LeafJob[], pool: readonly LeafThread[]) {
    this.#pool = pool;
    this.#results = jobs.map(() => new Promise((resolve, reject) => this.#settle.push({ resolve, reject })));
    // The first failure in order is thrown; those behind it are not of interest.
    for (const result of this.#results) result.catch(() => undefined);
    this.#lanes = pool.flatMap((thread) => Array.from({ length: thread.lanes }, () => this.#lane(jobs, thread)));
  }

  get(index: number): Promise<Uint8Array> {
    return this.#results[index] as Promise<Uint8Array>;
  }

  async close(): Promise<void> {
    this.#next = Number.POSITIVE_INFINITY;
    await Promise.all(this.#pool.map((thread) => thread.close()));
    await Promise.all(this.#lanes);
  }

  async #lane(jobs: readonly LeafJob[], thread: LeafThread): Promise<void> {
    for (let index = this.#next++; index < jobs.length; index = this.#next++) {
      await thread.run(jobs[index] as LeafJob).then(this.#settle[index]?.resolve, this.#settle[index]?.reject);
    }
  }
}

function jobsFrom(from: number, end: number): LeafJob[] {
  const jobs: LeafJob[] = [];
  for (let first = from; first < end; first += RUN_CHUNKS) {
    jobs.push({ first, count: Math.min(RUN_CHUNKS, end - first) });
  }
  return jobs;
}

/** @throws WeightsError WEIGHTS_BAD_ARGUMENT */
function threadCount(byteLength: number, wanted?: number): number {
  if (wanted === undefined) {
    return byteLength < THREADS_WORTH_BYTES ? 1 : Math.min(availableParallelism(), MAX_THREADS);
  }
  if (Number.isInteger(wanted) && wanted >= 1 && wanted <= MAX_THREADS) return wanted;
  throw new WeightsError("WEIGHTS_BAD_ARGUMENT", `threads is ${wanted}, not a whole number from 1 to ${MAX_THREADS}`, {
    details: { threads: wanted, max: MAX_THREADS },
  });
}

function unpack(packed: Uint8Array): Uint8Array[] {
  const leaves: Uint8Array[] = [];
  for (let i = 0; i < packed.length; i += HASH_BYTES) leaves.push(packed.subarray(i, i + HASH_BYTES));
  return leaves;
}
