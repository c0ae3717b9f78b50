import { inferenceEscrowAbi } from "@freehold/sdk/abis";
import { Interface, type JsonRpcProvider } from "ethers";
import type { Sender } from "../chain/sender.js";
import type { Chain } from "../chain/types.js";
import { reason } from "../errors.js";
import type { Logger } from "../log.js";

const ESCROW = new Interface(inferenceEscrowAbi);

/** Milliseconds between two looks at what can be collected. */
const PAUSE = 60_000;

/** Has the escrow pay what the node earned to its payout address, once it is enough. */
export class Collector {
  readonly #provider: JsonRpcProvider;
  readonly #chain: Chain;
  readonly #sender: Sender;
  readonly #escrow: string;
  readonly #threshold: bigint;
  readonly #log: Logger;
  #lookedAt = Number.NEGATIVE_INFINITY;

  /** @param threshold units from which it collects */
  constructor(provider: JsonRpcProvider, chain: Chain, sender: Sender, escrow: string, threshold: bigint, log: Logger) {
    this.#provider = provider;
    this.#chain = chain;
    this.#sender = sender;
    this.#escrow = escrow;
    this.#threshold = threshold;
    this.#log = log;
  }

  /** @param now look at once: something was just earned */
  async collect(now: boolean): Promise<void> {
    if (!now && performance.now() - this.#lookedAt < PAUSE) return;
    this.#lookedAt = performance.now();
    const units = await this.#chain.earned();
    if (units < this.#threshold || units === 0n) return;
    const data = ESCROW.encodeFunctionData("collect", [this.#sender.address]);
    try {
      const gas = await this.#provider.estimateGas({ from: this.#sender.address, to: this.#escrow, data });
      await this.#sender.send({ to: this.#escrow, data, gasLimit: (gas * 5n) / 4n });
      this.#log.info({ units: units.toString() }, "earnings collected");
    } catch (error) {
      this.#log.warn({ reason: reason(error) }, "earnings could not be collected");
    }
  }
}
