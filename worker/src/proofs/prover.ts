import { availableParallelism } from "node:os";
import { Worker as Thread } from "node:worker_threads";
import { WorkerError } from "../errors.js";
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

/** Milliseconds without a task after which the thread ends, and its memory with it. */
const IDLE = 30_000;

/** Makes proofs beside serving, one after the other, on the cores that serving leaves. */
export class ProofThread {
  /** Threads for the multiplications of one proof. */
  readonly threads: number;
  #thread: Thread | undefined;
  #idle: NodeJS.Timeout | undefined;
  #next = 0;
  readonly #waiting = new Map<number, { resolve: (result: never) => void; reject: (error: Error) => void }>();

  constructor(threads: number = Math.max(1, availableParallelism() - 1)) {
    this.threads = threads;
  }

  /** Throws `PROVER_FAILED`, also for bytes that are no key. */
  key(task: Omit<KeyTask, "kind">): Promise<KeyResult> {
    return this.#ask<KeyResult>({ kind: "key", ...task });
  }

  /** Throws `PROVER_FAILED`, also for an anchor that is of other weights. */
  link(task: Omit<LinkTask, "kind">): Promise<LinkResult> {
    return this.#ask<LinkResult>({ kind: "link", ...task });
  }

  /** Throws `PROVER_FAILED`. */
  prove(task: Omit<ProveTask, "kind" | "threads">): Promise<ProveResult> {
    return this.#ask<ProveResult>({ kind: "prove", threads: this.threads, ...task });
  }

  /** Ends the thread; what it had not finished is rejected. */
  async close(): Promise<void> {
    clearTimeout(this.#idle);
    const thread = this.#thread;
    this.#fail(new WorkerError("PROVER_FAILED", "the prover is closed"));
    await thread?.terminate();
  }

  #ask<R>(task: Task): Promise<R> {
    clearTimeout(this.#idle);
    const thread = this.#open();
    const id = this.#next++;
    const result = new Promise<R>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
    });
    const request: Request = { id, task };
    thread.postMessage(request);
    return result;
  }

  #open(): Thread {
    if (this.#thread !== undefined) return this.#thread;
    const thread = new Thread(new URL("./thread.js", import.meta.url));
    thread.on("message", (answer: Answer) => this.#hear(answer));
    const fail = (why: string) => {
      if (this.#thread === thread) this.#fail(new WorkerError("PROVER_FAILED", why));
    };
    thread.on("error", (error) => fail(`the prover's thread failed: ${error.message}`));
    thread.on("exit", () => fail("the prover's thread ended"));
    this.#thread = thread;
    return thread;
  }

  #hear(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ("error" in answer) waiting?.reject(new WorkerError("PROVER_FAILED", answer.error));
    else waiting?.resolve(answer.result as never);
    if (this.#waiting.size > 0) return;
    this.#idle = setTimeout(() => void this.close(), IDLE);
    this.#idle.unref();
  }

  #fail(error: WorkerError): void {
    this.#thread = undefined;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(error);
  }
}
