import type { TransactionReceipt } from "ethers";
import { approve } from "../../actions/escrow/approve.js";
import { open } from "../../actions/escrow/open.js";
import { openWithPermit } from "../../actions/escrow/open-with-permit.js";
import type { OpenParameters } from "../../actions/escrow/opening.js";
import { topUp } from "../../actions/escrow/top-up.js";
import { topUpWithPermit } from "../../actions/escrow/top-up-with-permit.js";
import { call } from "../../actions/read.js";
import { eventOf, type PreparedTransaction, type Sent, send } from "../../actions/transaction.js";
import type { Context } from "../../context.js";
import { ConfigurationError } from "../../errors/config.js";
import { decoded } from "../../errors/decode.js";
import { ContractRevertError, UnknownRevertError } from "../../errors/revert.js";
import {
  InsufficientFundsError,
  NetworkError,
  NonceError,
  TransactionReplacedError,
  UserRejectedError,
} from "../../errors/transport.js";
import { withTimeout } from "../../timeout.js";
import type { ChannelId } from "../../types.js";
import { chainTime } from "../chain.js";
import type { DepositPolicy } from "./policy.js";

/** A deposit to make: a channel to open, or one to top up; `amount` in units. */
export type Deposit = { open: OpenParameters } | { topUp: ChannelId & { amount: bigint } };

const PERMIT_SECONDS = 3_600n;

/** Prepares a deposit's transaction; nothing of it is sent, but an approval where one is needed. */
export async function prepareDeposit(
  ctx: Context,
  deposit: Deposit,
  via: DepositPolicy["via"],
): Promise<PreparedTransaction & { gasLimit: bigint }> {
  const { amount } = "open" in deposit ? deposit.open : deposit.topUp;
  if (await isAllowed(ctx, amount)) return estimated(ctx, await plain(ctx, deposit));
  if (via !== "approve") {
    try {
      return await estimated(ctx, await permitted(ctx, deposit));
    } catch (error) {
      if (via === "permit" || !mayKnowNoPermit(error)) throw error;
    }
  }
  await (await approve(ctx)({ amount })).wait();
  return estimated(ctx, await plain(ctx, deposit));
}

/** Sends a prepared deposit. `wait` gives the channel's index. */
export function sendDeposit(
  ctx: Context,
  { gasLimit, ...transaction }: PreparedTransaction & { gasLimit: bigint },
  deposit: Deposit,
): Promise<Sent<{ channel: bigint }>> {
  return send(ctx, ctx.signer, "InferenceEscrow", transaction, { gasLimit }, (receipt) => ({
    channel: channelIn(ctx, receipt, deposit),
  }));
}

/** Index of the channel that a mined deposit concerned. */
export function channelIn(ctx: Context, receipt: TransactionReceipt, deposit: Deposit): bigint {
  return "topUp" in deposit
    ? eventOf(ctx, "InferenceEscrow", "ChannelToppedUp", receipt).channel
    : eventOf(ctx, "InferenceEscrow", "ChannelOpened", receipt).channel;
}

/** Whether an error says that a transaction did not move money, and will not. Silence of the network says nothing. */
export function failedForCertain(error: unknown): boolean {
  return [
    ContractRevertError,
    UnknownRevertError,
    UserRejectedError,
    InsufficientFundsError,
    NonceError,
    TransactionReplacedError,
    ConfigurationError,
  ].some((kind) => error instanceof kind);
}

/** Whether a deposit by permit may have failed because the token, or the signer, knows no permits. */
function mayKnowNoPermit(error: unknown): boolean {
  if (error instanceof ContractRevertError) return error.code === "INSUFFICIENT_TOKEN_ALLOWANCE";
  return !(error instanceof UserRejectedError || error instanceof NetworkError);
}

async function isAllowed(ctx: Context, amount: bigint): Promise<boolean> {
  const [unit, allowance] = await Promise.all([
    call(ctx, "InferenceEscrow", "UNIT", []),
    call(ctx, "Token", "allowance", [await ctx.account(), ctx.addressOf("InferenceEscrow")]),
  ]);
  return allowance >= amount * unit;
}

function plain(ctx: Context, deposit: Deposit): Promise<PreparedTransaction> {
  return "open" in deposit ? open(ctx).prepare(deposit.open) : topUp(ctx).prepare(deposit.topUp);
}

async function permitted(ctx: Context, deposit: Deposit): Promise<PreparedTransaction> {
  const deadline = (await chainTime(ctx)) + PERMIT_SECONDS;
  return "open" in deposit
    ? openWithPermit(ctx).prepare({ ...deposit.open, deadline })
    : topUpWithPermit(ctx).prepare({ ...deposit.topUp, deadline });
}

/** With its gas: what would revert is never sent. A quarter more, because other deposits may come first. */
async function estimated(
  ctx: Context,
  transaction: PreparedTransaction,
): Promise<PreparedTransaction & { gasLimit: bigint }> {
  const from = await ctx.account();
  const gas = await decoded("InferenceEscrow", async () => {
    const provider = await ctx.ready();
    return withTimeout(provider.estimateGas({ ...transaction, from }), ctx.timeoutMs, "estimating a deposit");
  });
  return { ...transaction, gasLimit: gas + gas / 4n };
}
