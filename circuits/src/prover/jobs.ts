import { abortable, type WorkOptions } from "../work.js";
import { cores, openSetupPool, type Pool } from "./pool.js";
import type { SetupTask } from "./setup-tasks.js";

/** A task and what becomes of its result. */
export interface SetupJob {
  readonly task: SetupTask;
  /** Share of all the work: all jobs together have 1. */
  readonly share: number;
  readonly take: (result: Uint8Array) => void;
}

export interface SetupOptions extends WorkOptions {
  /** Threads, 0 to 64. 0: in this thread. Default: as many as the machine has, or 0 where starting them takes longer than the work. */
  readonly threads?: number | undefined;
}

/** Work in milliseconds of one thread from which on threads are worth their start (measured: 0.1 s, and each compiles the core). */
const WORTH = 600;

/**
 * Runs jobs on threads. They are made when a thread is about to be free, two for each at once: that bounds the memory.
 * @param milliseconds what the work would take in one thread, roughly
 * @throws RangeError for a number of threads that is none, the signal's reason
 */
export async function runJobs(jobs: Iterable<SetupJob>, milliseconds: number, options: SetupOptions): Promise<void> {
  const { signal, threads = milliseconds < WORTH ? 0 : Math.min(cores(), 64) } = options;
  if (!Number.isInteger(threads) || threads < 0 || threads > 64) throw new RangeError("threads are 0 to 64");
  signal?.throwIfAborted();
  const pool = await openSetupPool(threads);
  try {
    await abortable(drain(pool, jobs[Symbol.iterator](), options), signal);
  } finally {
    pool.close();
  }
}

async function drain(pool: Pool<SetupTask>, jobs: Iterator<SetupJob>, { signal, onProgress }: WorkOptions) {
  let done = 0;
  let stopped = false;
  const lane = async () => {
    while (!stopped) {
      const next = jobs.next();
      if (next.done) return;
      const { task, share, take } = next.value;
      take(await pool.run(task, signal));
      done += share;
      onProgress?.(Math.min(1, done));
    }
  };
  const lanes = Math.max(1, 2 * pool.threads);
  try {
    await Promise.all(Array.from({ length: lanes }, lane));
    // Shares add up to 1 but for their rounding.
    onProgress?.(1);
  } finally {
    stopped = true;
  }
}
