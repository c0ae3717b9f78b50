import { developmentProvider, type EnclaveProvider, Worker } from "@freehold/worker";
import type { HDNodeWallet } from "ethers";
import { type ReadableStore, readStore } from "../../../../worker/dist/store/index.js";
import type { TestChain } from "./chain.ts";
import type { TestLine } from "./model.ts";
import { createNode, type LocalConfig, workerConfig } from "./node.ts";
import { until } from "./wait.ts";

/** Opens the execution environment anew, as a process that starts does. */
export type OpenProvider = () => EnclaveProvider | Promise<EnclaveProvider>;

/** A node with a worker in this process, and its books. */
export class ServedNode {
  readonly config: LocalConfig;
  readonly operator: HDNodeWallet;
  worker: Worker;
  url: string;

  readonly #provider: OpenProvider;

  private constructor(
    config: LocalConfig,
    operator: HDNodeWallet,
    provider: OpenProvider,
    worker: Worker,
    url: string,
  ) {
    this.config = config;
    this.operator = operator;
    this.#provider = provider;
    this.worker = worker;
    this.url = url;
  }

  static async start(
    chain: TestChain,
    line: TestLine,
    changes: Partial<LocalConfig> = {},
    provider: OpenProvider = developmentProvider,
  ): Promise<ServedNode> {
    const operator = await createNode(chain);
    const config = workerConfig(chain, line, changes);
    const worker = await Worker.create(config, operator.privateKey, await provider());
    return new ServedNode(config, operator, provider, worker, await worker.start());
  }

  /** Starts a stopped worker again, on what is on disk. */
  async restart(): Promise<void> {
    this.worker = await Worker.create(this.config, this.operator.privateKey, await this.#provider());
    this.url = await this.worker.start();
  }

  stop(): Promise<void> {
    return this.worker.stop();
  }

  totals() {
    return this.#read((store) => store.debts.totals());
  }

  /** Status and units of all settlements, newest first. */
  settlements() {
    return this.#read(async (store) => {
      const settlements = await store.settlements.latest(100);
      return settlements.map(({ status, total }) => [status, total] as const);
    });
  }

  /** Nonces of the batches that were ever signed. */
  batchNonces() {
    return this.#read(async (store) => {
      const settlements = await store.settlements.latest(100);
      return settlements.map(({ batchNonce }) => batchNonce);
    });
  }

  /** Waits until exactly so many units are settled, and nothing is owed. */
  async settled(units: bigint): Promise<void> {
    await until(async () => {
      const { settled, unsettled } = await this.totals();
      return settled === units && unsettled === 0n;
    }, `${units} to settle`);
  }

  async #read<T>(work: (store: ReadableStore) => Promise<T>): Promise<T> {
    const store = await readStore(this.config);
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  }
}
