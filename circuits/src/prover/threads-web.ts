import { ProverError } from "../errors.js";
import type { Platform } from "./threads.js";

interface Scope {
  onmessage: ((event: MessageEvent) => void) | null;
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
}

const NOT_LOADED =
  "the prover's worker.js could not be loaded; have the bundler emit it beside the bundle, and a Content-Security-Policy allow it (worker-src)";

/** Web Workers: browsers, and whatever else has them. */
export const platform: Platform = {
  start() {
    // In this form bundlers know the worker, and bundle it too.
    const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    return {
      post: (message, transfer = []) => worker.postMessage(message, transfer),
      listen(onMessage, onError) {
        worker.onmessage = (event) => onMessage(event.data);
        // A script that cannot be loaded has no message.
        worker.onerror = ({ message }) => onError(new ProverError("THREAD_FAILED", message || NOT_LOADED));
      },
      end: () => worker.terminate(),
    };
  },
  serve(handle) {
    const scope = globalThis as unknown as Scope;
    scope.onmessage = async (event) => {
      const { message, transfer } = await handle(event.data);
      scope.postMessage(message, transfer);
    };
  },
  cores: () => navigator.hardwareConcurrency,
};
