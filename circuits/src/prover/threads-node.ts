import { availableParallelism } from "node:os";
import { parentPort, Worker } from "node:worker_threads";
import { ProverError } from "../errors.js";
import type { Platform } from "./threads.js";

/** Worker threads of Node. */
export const platform: Platform = {
  start() {
    const worker = new Worker(new URL("./worker.js", import.meta.url));
    return {
      post: (message, transfer = []) => worker.postMessage(message, transfer),
      listen(onMessage, onError) {
        worker.on("message", onMessage);
        worker.on("error", (error) => onError(new ProverError("THREAD_FAILED", error.message, { cause: error })));
      },
      end: () => void worker.terminate(),
    };
  },
  serve(handle) {
    const port = parentPort;
    if (port === null) throw new Error("not in a worker thread");
    port.on("message", async (received: unknown) => {
      const { message, transfer } = await handle(received);
      port.postMessage(message, transfer);
    });
  },
  cores: availableParallelism,
};
