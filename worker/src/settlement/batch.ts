import { type Batch, compactSignature, type Hex } from "@freehold/sdk";
import { inferenceEscrowAbi } from "@freehold/sdk/abis";
import { Interface, type JsonRpcProvider } from "ethers";
import { max } from "../bigint.js";
import type { Chain } from "../chain/types.js";
import type { Enclave } from "../enclave/enclave.js";
import { WorkerError } from "../errors.js";
import type { Debt } from "../store/index.js";
import { type BatchPlan, claimOf } from "./plan.js";

const ESCROW = new Interface(inferenceEscrowAbi);

/** A batch that the enclave signed, as `InferenceEscrow.settle` takes it. */
export interface SignedBatch {
  readonly batch: Batch;
  readonly receiptKey: Hex;
  readonly debts: readonly Debt[];
  readonly data: string;
}

/** Thrown when the escrow would not pay a batch now. */
export class RefusedError extends WorkerError {
  constructor(message: string) {
    super("SETTLEMENT_REFUSED", message);
  }
}

/** Has the enclave sign a plan with a key that is payable for its newest work. Throws {@link RefusedError}. */
export async function signPlan(
  plan: Omit<BatchPlan, "cause">,
  node: string,
  enclave: Enclave,
  chain: Chain,
): Promise<SignedBatch> {
  const lastAt = plan.debts.reduce((newest, debt) => max(newest, debt.lastAt), 0n);
  const receiptKey = await payableKey(plan.lineId, lastAt, enclave, chain);
  const batch: Batch = {
    node,
    lineId: plan.lineId,
    versionHash: plan.versionHash,
    lastAt,
    claims: plan.debts.map((debt) => ({ channel: debt.channel, metered: claimOf(debt) })),
  };
  const signature = await enclave.signBatch(receiptKey, batch);
  const rows = plan.debts.map((debt) => ({
    channel: debt.channel,
    metered: claimOf(debt),
    signed: debt.voucher.cumulative,
    ...compactSignature(debt.voucher.signature),
  }));
  return { batch, receiptKey, debts: plan.debts, data: ESCROW.encodeFunctionData("settle", [batch, rows, signature]) };
}

/** What a batch would do now. Throws the contract's refusal as ethers reports it. */
export async function simulate(
  signed: SignedBatch,
  provider: JsonRpcProvider,
  escrow: string,
  from: string,
): Promise<{ total: bigint; skipped: bigint; gas: bigint }> {
  const request = { from, to: escrow, data: signed.data };
  const [total, skipped] = ESCROW.decodeFunctionResult("settle", await provider.call(request));
  return { total: total as bigint, skipped: skipped as bigint, gas: await provider.estimateGas(request) };
}

async function payableKey(lineId: Hex, lastAt: bigint, enclave: Enclave, chain: Chain): Promise<Hex> {
  for (const { receiptKey } of enclave.keys) {
    if (await chain.isPayable(receiptKey, lineId, lastAt)) return receiptKey;
  }
  throw new RefusedError(`the line accepts none of this enclave's keys for work of ${lastAt}: see its policy`);
}
