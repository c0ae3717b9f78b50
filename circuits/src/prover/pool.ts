import { platform } from "#threads";
import { ProverError } from "../errors.js";
import type { ProvingKey } from "../groth16/key.js";
import { SetupSession, type SetupTask } from "./setup-tasks.js";
import { Session, type Task } from "./tasks.js";
import type { Thread } from "./threads.js";
import type { Answer, Request } from "./worker.js";

interface Job<T> {
  readonly task: T;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (result: Uint8Array) => void;
  readonly reject: (error: unknown) => void;
}

/** Runs tasks, of one key or of set-ups, on threads; the first asked is the first begun. */
export interface Pool<T = Task> {
  readonly threads: number;
  /** @param signal drops the task if it has not begun */
  run(task: T, signal?: AbortSignal): Promise<Uint8Array>;
  /** Ends the threads at once: what has not finished is rejected. */
  close(): void;
}

/** Threads that are sensible on this machine. */
export function cores(): number {
  return Math.max(1, platform.cores());
}

/** @param threads 0: in this thread, which then does nothing else for as long as a task takes */
export async function openPool(key: ProvingKey, threads: number): Promise<Pool> {
  return threads === 0 ? inThisThread(await Session.open(key)) : startThreads<Task>(key, threads);
}

/** The same for set-ups, which have no key yet. */
export async function openSetupPool(threads: number): Promise<Pool<SetupTask>> {
  return threads === 0 ? inThisThread(await SetupSession.open()) : startThreads<SetupTask>(undefined, threads);
}

async function startThreads<T extends Task | SetupTask>(
  key: ProvingKey | undefined,
  threads: number,
): Promise<Pool<T>> {
  const pool = new ThreadPool<T>();
  try {
    await Promise.all(Array.from({ length: threads }, () => pool.start(key)));
  } catch (error) {
    pool.close();
    throw error;
  }
  return pool;
}

function inThisThread<T>(session: { run(task: T): Uint8Array }): Pool<T> {
  let last: Promise<unknown> = Promise.resolve();
  return {
    threads: 0,
    run(task, signal) {
      // A turn of the event loop between tasks lets an abort or a timer through.
      const turn = last.then(() => new Promise((resolve) => setTimeout(resolve, 0)));
      const result = turn.then(() => {
        signal?.throwIfAborted();
        return session.run(task);
      });
      last = result.catch(() => undefined);
      return result;
    },
    close() {},
  };
}

class ThreadPool<T extends Task | SetupTask> implements Pool<T> {
  readonly #all: Thread[] = [];
  readonly #idle: Thread[] = [];
  readonly #queue: Job<T>[] = [];
  readonly #waiting = new Map<number, { resolve: (result: Uint8Array) => void; reject: (error: unknown) => void }>();
  #next = 0;
  #failed: Error | undefined;

  get threads(): number {
    return this.#all.length;
  }

  async start(key: ProvingKey | undefined): Promise<void> {
    const thread = platform.start();
    this.#all.push(thread);
    thread.listen(
      (message) => this.#hear(message as Answer),
      (error) => this.#fail(error),
    );
    await this.#ask(thread, { id: this.#next++, key });
    this.#idle.push(thread);
  }

  run(task: T, signal?: AbortSignal): Promise<Uint8Array> {
    if (this.#failed) return Promise.reject(this.#failed);
    return new Promise((resolve, reject) => {
      this.#queue.push({ task, signal, resolve, reject });
      this.#begin();
    });
  }

  close(): void {
    this.#fail(new ProverError("CLOSED", "the prover is closed"));
  }

  #begin(): void {
    while (this.#idle.length > 0 && this.#queue.length > 0) {
      const job = this.#queue.shift();
      if (job === undefined) return;
      if (job.signal?.aborted) {
        job.reject(job.signal.reason);
        continue;
      }
      const thread = this.#idle.pop();
      if (thread === undefined) return;
      this.#ask(thread, { id: this.#next++, task: job.task })
        .finally(() => {
          this.#idle.push(thread);
        })
        .then(job.resolve, job.reject)
        .finally(() => this.#begin());
    }
  }

  #ask(thread: Thread, request: Request): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(request.id, { resolve, reject });
      thread.post(request);
    });
  }

  #hear(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ("error" in answer) waiting?.reject(new ProverError("TASK_FAILED", answer.error));
    else waiting?.resolve(answer.result);
  }

  #fail(error: Error): void {
    if (this.#failed) return;
    this.#failed = error;
    for (const thread of this.#all) thread.end();
    const left = [...this.#waiting.values(), ...this.#queue.splice(0)];
    this.#waiting.clear();
    for (const { reject } of left) reject(error);
  }
}
