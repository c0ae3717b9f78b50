import { type SignedTransaction as Signed, TransactionSender } from "@freehold/sdk/watchtower";
import { type JsonRpcProvider, type TransactionReceipt, Wallet } from "ethers";
import { WorkerError } from "../errors.js";

/** A transaction that anybody can send. */
export interface SignedTransaction extends Signed {
  readonly nonce: number;
}

/** What a transaction asks for; the rest is filled in. */
export interface Call {
  readonly to: string;
  readonly data: string;
  readonly gasLimit: bigint;
}

/** Runs `work` while nobody else who holds it does. */
export type ExclusiveLock = <T>(work: () => Promise<T>) => Promise<T>;

/** Signs and sends the operator's transactions, one at a time. */
export class Sender {
  /** For what writes its transactions down itself; only within {@link exclusive}. */
  readonly transactions: TransactionSender;
  /** The operator: the node's address. */
  readonly address: string;
  readonly #provider: JsonRpcProvider;
  readonly #lock: ExclusiveLock;
  #queue: Promise<unknown> = Promise.resolve();

  /** @param lock keeps other processes with the same key out */
  constructor(provider: JsonRpcProvider, chainId: bigint, privateKey: string, lock: ExclusiveLock) {
    const wallet = new Wallet(privateKey, provider);
    this.transactions = new TransactionSender(wallet, provider, chainId);
    this.address = wallet.address;
    this.#provider = provider;
    this.#lock = lock;
  }

  /** Runs `work` while nothing else takes a nonce. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    const locked = () => this.#lock(work);
    const result = this.#queue.then(locked, locked);
    this.#queue = result.catch(() => undefined);
    return result;
  }

  /** Signs a call with the next nonce. Only within {@link exclusive}. */
  async sign(call: Call): Promise<SignedTransaction> {
    const nonce = await this.transactions.nextNonce(this.address, 0);
    return { nonce, ...(await this.transactions.sign({ ...call, nonce })) };
  }

  /** Sends a call and waits until it is in a block. Throws `TRANSACTION_REVERTED`. */
  async send(call: Call): Promise<TransactionReceipt> {
    const signed = await this.exclusive(async () => {
      const transaction = await this.sign(call);
      await this.transactions.broadcast(transaction.raw);
      return transaction;
    });
    const receipt = await this.#provider.waitForTransaction(signed.hash, 1, 120_000);
    if (receipt?.status === 1) return receipt;
    throw new WorkerError("TRANSACTION_REVERTED", `transaction ${signed.hash} reverted`);
  }

  /** Number of the operator's transactions up to a block. */
  nonceAt(block: number): Promise<number> {
    return this.transactions.nonceAt(this.address, block);
  }
}
