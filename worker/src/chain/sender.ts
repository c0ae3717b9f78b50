import {
  type JsonRpcProvider,
  keccak256,
  Transaction,
  type TransactionReceipt,
  type TransactionRequest,
  Wallet,
} from "ethers";
import { max } from "../bigint.js";
import { WorkerError } from "../errors.js";

/** A transaction that anybody can send. */
export interface SignedTransaction {
  readonly raw: string;
  readonly hash: string;
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

/** Fees of a replacement are raised by at least this, in percent; clients refuse less than 10. */
const RAISE = 125n;

/** Signs and sends the operator's transactions, one at a time. */
export class Sender {
  readonly #provider: JsonRpcProvider;
  readonly #wallet: Wallet;
  readonly #lock: ExclusiveLock;
  #queue: Promise<unknown> = Promise.resolve();

  /** @param lock keeps other processes with the same key out */
  constructor(provider: JsonRpcProvider, privateKey: string, lock: ExclusiveLock) {
    this.#provider = provider;
    this.#lock = lock;
    this.#wallet = new Wallet(privateKey, provider);
  }

  /** The operator: the node's address. */
  get address(): string {
    return this.#wallet.address;
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
    const nonce = await this.#provider.getTransactionCount(this.address, "pending");
    return this.#sign({ ...call, nonce, ...(await this.#fees()) });
  }

  /** Signs the same transaction with a higher fee; undefined when the network asks for no more than it offers. */
  async raise(raw: string): Promise<SignedTransaction | undefined> {
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
    return this.#sign({ to, data, gasLimit, nonce, type: now.type, ...fees });
  }

  /** Hands a transaction to the network; one that it knows already is no error. */
  async broadcast(raw: string): Promise<void> {
    try {
      await this.#provider.send("eth_sendRawTransaction", [raw]);
    } catch (error) {
      if ((await this.#provider.getTransaction(keccak256(raw))) === null) throw error;
    }
  }

  /** Sends a call and waits until it is in a block. Throws `TRANSACTION_REVERTED`. */
  async send(call: Call): Promise<TransactionReceipt> {
    const signed = await this.exclusive(async () => {
      const transaction = await this.sign(call);
      await this.broadcast(transaction.raw);
      return transaction;
    });
    const receipt = await this.#provider.waitForTransaction(signed.hash, 1, 120_000);
    if (receipt?.status === 1) return receipt;
    throw new WorkerError("TRANSACTION_REVERTED", `transaction ${signed.hash} reverted`);
  }

  receipt(hash: string): Promise<TransactionReceipt | null> {
    return this.#provider.getTransactionReceipt(hash);
  }

  /** Number of the operator's transactions up to a block. */
  nonceAt(block: number): Promise<number> {
    return this.#provider.getTransactionCount(this.address, block);
  }

  async #sign(request: TransactionRequest): Promise<SignedTransaction> {
    const { chainId } = await this.#provider.getNetwork();
    const raw = await this.#wallet.signTransaction({ ...request, chainId });
    return { raw, hash: keccak256(raw), nonce: Number(request.nonce) };
  }

  /** EIP-1559 fees where the chain has them. */
  async #fees() {
    const { maxFeePerGas, maxPriorityFeePerGas, gasPrice } = await this.#provider.getFeeData();
    if (maxFeePerGas != null && maxPriorityFeePerGas != null) {
      return { type: 2, maxFeePerGas, maxPriorityFeePerGas } as const;
    }
    if (gasPrice == null) throw new WorkerError("RPC_FAILED", "the RPC endpoint names no gas price");
    return { type: 0, gasPrice } as const;
  }
}
