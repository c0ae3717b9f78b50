import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Wallet } from "ethers";
import { run } from "../lib/process.ts";
import { freePort } from "../story/chain.ts";
import type { OwnedModel } from "../story/ownership.ts";
import { readiness, registerNode, spawnWorker, until } from "../story/serving.ts";
import type { Stage } from "../story/setup.ts";

const WORKER = new URL("../../worker/dist/main.js", import.meta.url).pathname;

/** The node's worker, which dies and comes back. */
export class NodeProcess {
  readonly endpoint: string;
  readonly #stage: Stage;
  readonly #start: () => ChildProcess;
  #child: ChildProcess;

  private constructor(stage: Stage, endpoint: string, start: () => ChildProcess) {
    this.endpoint = endpoint;
    this.#stage = stage;
    this.#start = start;
    this.#child = start();
  }

  static async start(stage: Stage, owned: OwnedModel, price: bigint): Promise<NodeProcess> {
    const port = await freePort();
    const endpoint = `http://127.0.0.1:${port}`;
    await registerNode(stage, owned, endpoint, Wallet.createRandom().address);
    // A settlement every few seconds, so that each kill meets one.
    const changes = {
      "settle-value": String(price * 100n),
      poll: "200",
      "max-view-age": "10000",
      "fee-patience": "10",
      // A chain that is killed loses its newest blocks: what is in them must not count as final yet.
      confirmations: "2",
    };
    const node = new NodeProcess(stage, endpoint, () => spawnWorker(stage, owned, port, price, changes));
    await node.ready();
    return node;
  }

  ready(): Promise<void> {
    return readiness(this.endpoint, this.#child, this.#stage);
  }

  /** `kill -9`, and another start. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
    this.#child = this.#start();
    await this.ready();
  }

  /** Settles everything, and gives what the books say then. */
  async settled() {
    this.#child.kill("SIGUSR2");
    let books = await this.#books();
    await until(
      "everything to be settled",
      async () => {
        this.#child.kill("SIGUSR2");
        await pause(500);
        books = await this.#books();
        return books.unsettled === 0n;
      },
      120,
    );
    return books;
  }

  stop(): Promise<void> {
    return this.#end("SIGTERM");
  }

  async #books() {
    const { output } = await run(
      process.execPath,
      [WORKER, "status", "--json", "--data", join(this.#stage.folder, "node")],
      {
        quiet: true,
      },
    );
    const said = JSON.parse(output) as Record<"metered" | "settled" | "unsettled" | "writtenOff", string>;
    const units = (name: keyof typeof said) => BigInt(said[name]);
    return {
      metered: units("metered"),
      settled: units("settled"),
      unsettled: units("unsettled"),
      writtenOff: units("writtenOff"),
    };
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.kill(signal);
    await ended;
  }
}
