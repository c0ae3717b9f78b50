/** A thread that runs worker.js, whatever the platform calls it. */
export interface Thread {
  post(message: unknown, transfer?: ArrayBuffer[]): void;
  /** One listener for answers, one for a thread that failed. */
  listen(onMessage: (message: unknown) => void, onError: (error: Error) => void): void;
  /** Ends the thread at once, whatever it does. */
  end(): void;
}

/** What a platform gives: a new thread, how the thread's side hears and answers, and how many threads are sensible. */
export interface Platform {
  start(): Thread;
  serve(handle: (message: unknown) => Promise<{ message: unknown; transfer: ArrayBuffer[] }>): void;
  cores(): number;
}
