import { setTimeout as sleep } from "node:timers/promises";
import type { Hex } from "@freehold/sdk";
import type { PaymentPayload, PaymentRequirements } from "@x402/core/types";
import { ExactEvmScheme } from "@x402/evm/exact/facilitator";
import type { JsonRpcProvider } from "ethers";
import type { Sender, SignedTransaction } from "../chain/sender.js";
import { reason, WorkerError } from "../errors.js";
import type { Logger } from "../log.js";
import type { PaymentName, Payments } from "../store/index.js";
import type { Authorization } from "./payload.js";
import { PaymentRefusal } from "./refusal.js";
import { type Carriage, FacilitatorSigner, READ_ONLY } from "./signer.js";
import type { PaymentToken } from "./token.js";
import { findTransfer } from "./transfer.js";

/** Most gas of a transfer: a payer's own contract could burn more. */
const MAX_GAS = 200_000n;
/** Milliseconds that a request waits for its transfer, and again for its confirmations. */
const PATIENCE = 45_000;
/** Looks in a row at which a transaction is nowhere before it is taken for lost: servers behind one endpoint differ. */
const MOST_MISSES = 5;

export interface ExactSettlerParts {
  readonly provider: JsonRpcProvider;
  readonly sender: Sender;
  readonly payments: Payments;
  readonly token: PaymentToken;
  readonly log: Logger;
  readonly pollMs: number;
  /** Blocks on top of a transfer before it counts. */
  readonly confirmations: number;
}

/** A payment as the facilitator takes it; its terms are the node's own. */
export interface ExactPayment {
  readonly payload: PaymentPayload;
  readonly requirements: PaymentRequirements;
  readonly authorization: Authorization;
}

/** The worker as its own facilitator: verifies EIP-3009 payments and sends their transfers, one operator nonce after the other. */
export class ExactSettler {
  readonly #parts: ExactSettlerParts;

  constructor(parts: ExactSettlerParts) {
    this.#parts = parts;
  }

  /** Signature, time, balance and a simulation, before any work. Throws {@link PaymentRefusal}. */
  async verify({ payload, requirements, authorization }: ExactPayment): Promise<void> {
    const signer = this.#signer(READ_ONLY);
    const { isValid, invalidReason } = await new ExactEvmScheme(signer).verify(payload, requirements);
    if (isValid) return;
    if (signer.isCut) throw new WorkerError("RPC_FAILED", "the chain does not answer");
    const payer = authorization.from;
    throw new PaymentRefusal(invalidReason ?? "invalid_payload", "the payment does not hold on the chain", { payer });
  }

  /**
   * Brings the transfer of a recorded payment onto the chain and returns its transaction, confirmed. Whoever sent it: what counts
   * is the transfer. Throws {@link PaymentRefusal}: then nothing was moved, but for `settlement_pending`.
   */
  async settle(name: PaymentName, payment: ExactPayment, fromBlock: number): Promise<string> {
    const { provider, token, sender, payments, confirmations, pollMs } = this.#parts;
    const { authorization } = payment;
    const find = () => findTransfer(provider, token, sender.address, authorization, fromBlock);
    const end = performance.now() + PATIENCE;
    for (;;) {
      const transfer = await find();
      if (transfer === undefined) {
        const failure = await this.#transfer(name, payment);
        // It failed because somebody was faster, perhaps.
        if (failure !== undefined && (await find()) === undefined) throw failure;
      } else if (transfer.block + confirmations <= (await provider.getBlockNumber())) {
        await payments.settle(name, transfer.transaction);
        return transfer.transaction;
      }
      if (performance.now() > end) throw pending(authorization.from);
      await sleep(pollMs);
    }
  }

  /** One try. Returns why it failed for good; undefined: look for the transfer. */
  async #transfer(name: PaymentName, payment: ExactPayment): Promise<PaymentRefusal | undefined> {
    const { payload, requirements, authorization } = payment;
    const signer = this.#signer({
      send: (to, data) => this.#send(name, to, data),
      wait: (hash) => this.#wait(hash as Hex),
    });
    const scheme = new ExactEvmScheme(signer, { simulateInSettle: true });
    const { success, errorReason = "", errorMessage, transaction } = await scheme.settle(payload, requirements);
    if (success) return undefined;
    const payer = authorization.from;
    this.#parts.log.warn(
      { transaction, reason: errorReason, error: reason(errorMessage ?? "").slice(0, 200) },
      "transfer failed",
    );
    if (signer.isCut) throw pending(payer);
    if (errorReason === "settlement_pending" || (await this.#isWaiting(name))) return undefined;
    return new PaymentRefusal(errorReason, "the transfer failed: nothing was paid and nothing is answered", { payer });
  }

  /**
   * Writes the transaction down before it leaves. One that is under way, of another replica or an earlier life, is waited for;
   * it is sent again when the network asks for a higher fee by now, or it would hold up all that the operator sends.
   */
  async #send(name: PaymentName, to: string, data: string): Promise<Hex> {
    const { sender, payments } = this.#parts;
    return sender.exclusive(async () => {
      const { raw: before, hash: known } = (await payments.find(name)) ?? {};
      const fate = known === undefined ? "gone" : await this.#fateOf(known);
      if (before !== undefined && known !== undefined && fate !== "gone") {
        if (fate === "waiting") await this.#raise(name, before, known);
        return (await payments.find(name))?.hash as Hex;
      }
      const { raw, hash } = await this.#sign(to, data);
      await payments.send(name, raw, hash);
      await sender.transactions.broadcast(raw);
      return hash;
    });
  }

  /** Replaces a transaction by one with a higher fee; the old one stays where nobody takes the new one. */
  async #raise(name: PaymentName, before: Hex, known: Hex): Promise<void> {
    const { sender, payments, log } = this.#parts;
    const raised = await sender.transactions.raise(before);
    if (raised === undefined) return;
    await payments.send(name, raised.raw, raised.hash);
    try {
      await sender.transactions.broadcast(raised.raw);
    } catch (error) {
      log.warn({ transaction: known, reason: reason(error).slice(0, 200) }, "a higher fee is not taken");
      await payments.send(name, before, known);
    }
  }

  async #sign(to: string, data: string): Promise<SignedTransaction> {
    const { sender, provider } = this.#parts;
    const gas = await provider.estimateGas({ from: sender.address, to, data });
    if (gas > MAX_GAS) throw new WorkerError("TOO_MUCH_GAS", `the transfer would burn ${gas} gas`);
    return sender.sign({ to, data, gasLimit: (gas * 5n) / 4n });
  }

  /** Whether a transaction of this payment can still pay: nobody may be told that it did not. */
  async #isWaiting(name: PaymentName): Promise<boolean> {
    const { hash } = (await this.#parts.payments.find(name)) ?? {};
    return hash !== undefined && (await this.#fateOf(hash)) === "waiting";
  }

  /** Of a transaction that was sent: one that reverted is gone. */
  async #fateOf(hash: Hex): Promise<"mined" | "waiting" | "gone"> {
    const receipt = await this.#parts.sender.transactions.receipt([hash]);
    if (receipt !== undefined) return receipt.status === 1 ? "mined" : "gone";
    return (await this.#parts.provider.getTransaction(hash)) === null ? "gone" : "waiting";
  }

  /** A transaction that the network forgets, as in a reorganisation, is not waited for. */
  async #wait(hash: Hex): Promise<boolean> {
    const { sender, provider, pollMs } = this.#parts;
    const end = performance.now() + PATIENCE;
    for (let misses = 0; misses < MOST_MISSES && performance.now() < end; ) {
      const receipt = await sender.transactions.receipt([hash]);
      if (receipt !== undefined) return receipt.status === 1;
      misses = (await provider.getTransaction(hash)) === null ? misses + 1 : 0;
      await sleep(pollMs);
    }
    throw new WorkerError("NOT_MINED", `no block has ${hash} yet`);
  }

  #signer(carriage: Carriage): FacilitatorSigner {
    const { provider, sender } = this.#parts;
    return new FacilitatorSigner(provider, sender.address, carriage);
  }
}

function pending(payer: string): PaymentRefusal {
  return new PaymentRefusal("settlement_pending", "the transfer is under way: retry with the same payment", {
    status: 503,
    payer,
  });
}
