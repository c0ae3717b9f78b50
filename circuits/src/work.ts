/** Long work that says how far it is and can be stopped. */
export interface WorkOptions {
  /** Stops: the promise is rejected with the signal's reason at the next step, a fraction of a second later. */
  readonly signal?: AbortSignal | undefined;
  /** Share that is done, 0 to 1, never less than before. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

/** Between two steps of long work: says what is done, lets timers and signals through. @throws the signal's reason */
export async function step({ signal, onProgress }: WorkOptions, done: number): Promise<void> {
  onProgress?.(Math.min(1, done));
  await new Promise((resolve) => setTimeout(resolve, 0));
  signal?.throwIfAborted();
}

/** Options for a part of the work, from one share to another. */
export function part({ signal, onProgress }: WorkOptions, from: number, to: number): WorkOptions {
  return { signal, onProgress: onProgress && ((done) => onProgress(from + (to - from) * done)) };
}

/** Rejects with the signal's reason as soon as it aborts, whatever the work does. */
export function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
