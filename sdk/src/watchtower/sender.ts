import { keccak256, type Provider, type Signer, Transaction, type TransactionReceipt } from "ethers";
import { max } from "../bigint.js";
import { FreeholdError } from "../errors/base.js";
import { decodeError } from "../errors/decode.js";
import type { Hex } from "../hex.js";

/** A signed transaction. */
export interface SignedTransaction {
  readonly raw: Hex;
  readonly hash: Hex;
}

/** What is sent; the rest is filled in. */
export interface TransactionPlan {
  readonly to: string;
  readonly data: string;
  readonly gasLimit: bigint;
  readonly nonce: number;
}

/** Fees of a replacement are raised by at least this, in percent; clients refuse less than 10. */
const RAISE = 125n;

/** Signs transactions before they are sent, so that they can be written down in between. */
export class TransactionSender {
  readonly #signer: Signer;
  readonly #provider: Provider;
  readonly #chainId: bigint;

  /** @param signer has a key at hand: a wallet that only sends cannot be used */
  constructor(signer: Signer, provider: Provider, chainId: bigint) {
    this.#signer = signer;
    this.#provider = provider;
    this.#chainId = chainId;
  }

  /** The next nonce, `least` at least. */
  async nextNonce(account: string, least: number): Promise<number> {
    return Math.max(least, await this.#provider.getTransactionCount(account, "pending"));
  }

  /** Number of the account's transactions up to a block. */
  nonceAt(account: string, block: number): Promise<number> {
    return this.#provider.getTransactionCount(account, block);
  }

  /** The receipt of the one of these transactions that was mined. */
  async receipt(hashes: readonly Hex[]): Promise<TransactionReceipt | undefined> {
    for (const hash of hashes.toReversed()) {
      const receipt = await this.#provider.getTransactionReceipt(hash);
      if (receipt !== null) return receipt;
    }
    return undefined;
  }

  async sign(plan: TransactionPlan): Promise<SignedTransaction> {
    return this.#sign({ ...plan, ...(await this.#fees()) });
  }

  /** The same transaction with a higher fee; undefined when the network asks for no more than it offers. */
  async raise(raw: Hex): Promise<SignedTransaction | undefined> {
    const before = Transaction.from(raw);
    const now = await this.#fees();
    const offers: readonly [bigint, bigint | null][] =
      now.type === 0
        ? [[now.gasPrice, before.gasPrice]]
        : [
            [now.maxFeePerGas, before.maxFeePerGas],
            [now.maxPriorityFeePerGas, before.maxPriorityFeePerGas],
          ];
    if (offers.every(([asked, offered]) => asked <= (offered ?? 0n))) return undefined;
    const [first = 0n, second = 0n] = offers.map(([asked, offered]) =>
      max(asked, ((offered ?? 0n) * RAISE) / 100n + 1n),
    );
    const fees = now.type === 0 ? { gasPrice: first } : { maxFeePerGas: first, maxPriorityFeePerGas: second };
    const { to, data, gasLimit, nonce } = before;
    return this.#sign({ to: to ?? "", data, gasLimit, nonce, type: now.type, ...fees });
  }

  /** Hands a transaction to the network; one that it knows already is no error. */
  async broadcast(raw: Hex): Promise<void> {
    try {
      await this.#provider.broadcastTransaction(raw);
    } catch (error) {
      const isKnown = (await this.#provider.getTransaction(keccak256(raw))) !== null;
      if (!isKnown) throw decodeError(error, "provider");
    }
  }

  async #sign(request: TransactionPlan & Fees): Promise<SignedTransaction> {
    const raw = (await this.#signer.signTransaction({ ...request, chainId: this.#chainId })) as Hex;
    return { raw, hash: keccak256(raw) as Hex };
  }

  /** EIP-1559 fees where the chain has them. */
  async #fees() {
    const { maxFeePerGas, maxPriorityFeePerGas, gasPrice } = await this.#provider.getFeeData();
    if (maxFeePerGas != null && maxPriorityFeePerGas != null) {
      return { type: 2, maxFeePerGas, maxPriorityFeePerGas } as const;
    }
    if (gasPrice == null) throw new FreeholdError("NO_GAS_PRICE", "the RPC endpoint names no gas price");
    return { type: 0, gasPrice } as const;
  }
}

type Fees =
  | { readonly type: 0; readonly gasPrice: bigint }
  | { readonly type: 2; readonly maxFeePerGas: bigint; readonly maxPriorityFeePerGas: bigint }
  | {
      readonly type: 0 | 2;
      readonly gasPrice?: bigint;
      readonly maxFeePerGas?: bigint;
      readonly maxPriorityFeePerGas?: bigint;
    };
