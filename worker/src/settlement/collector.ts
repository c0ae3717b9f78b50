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
  readonly #of: { readonly escrow: string; readonly lineId: string };
  readonly #threshold: bigint;
  readonly #log: Logger;
  #lookedAt = Number.NEGATIVE_INFINITY;

  /**
   * @param of the escrow, and the line whose earnings are collected
   * @param threshold units from which it collects
   */
  constructor(
    provider: JsonRpcProvider,
    chain: Chain,
    sender: Sender,
    of: { readonly escrow: string; readonly lineId: string },
    threshold: bigint,
    log: Logger,
  ) {
    this.#provider = provider;
    this.#chain = chain;
    this.#sender = sender;
    this.#of = of;
    this.#threshold = threshold;
    this.#log = log;
  }

  /** @param now look at once: something was just earned */
  async collect(now: boolean): Promise<void> {
    if (!now && performance.now() - this.#lookedAt < PAUSE) return;
    this.#lookedAt = performance.now();
    const units = await this.#chain.earned();
    if (units < this.#threshold || units === 0n) return;
    const { escrow, lineId } = this.#of;
    const data = ESCROW.encodeFunctionData("collect", [this.#sender.address, lineId]);
    try {
      const gas = await this.#provider.estimateGas({ from: this.#sender.address, to: escrow, data });
      await this.#sender.send({ to: escrow, data, gasLimit: (gas * 5n) / 4n });
      this.#log.info({ units: units.toString() }, "earnings collected");
    } catch (error) {
      this.#log.warn({ reason: reason(error) }, "earnings could not be collected");
    }
  }
}
