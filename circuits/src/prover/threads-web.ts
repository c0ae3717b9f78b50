import type { Platform } from "./threads.js";

interface Scope {
  onmessage: ((event: MessageEvent) => void) | null;
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
}

/** Web Workers: browsers, and whatever else has them. */
export const platform: Platform = {
  start() {
    const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    return {
      post: (message, transfer = []) => worker.postMessage(message, transfer),
      listen(onMessage, onError) {
        worker.onmessage = (event) => onMessage(event.data);
        worker.onerror = (event) => onError(new Error(event.message));
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
