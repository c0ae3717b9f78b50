import { CLOSE_DELAY } from "../../actions/escrow/opening.js";
import { call } from "../../actions/read.js";
import { max } from "../../bigint.js";
import type { Context } from "../../context.js";
import { ContractRevertError } from "../../errors/revert.js";
import type { Hex } from "../../hex.js";
import { channelOf, closeDelayTooShort } from "../channel-view.js";
import { orAborted } from "../http.js";
import { sleep } from "../post.js";
import { type Depositor, POLL_MS, unsettled } from "./depositor.js";
import type { OpenChannelOptions } from "./policy.js";

/** The channel that a session needs. */
export interface WantedChannel {
  node: Hex;
  lineId: Hex;
  /** Whose key signs its vouchers. */
  signer: string;
  options: OpenChannelOptions;
  /** Seconds. */
  minCloseDelay: bigint;
  /** Units of one inference: the least that serves. */
  price: bigint;
}

/**
 * The channel that was opened automatically before, as long as it does not close, else a new one. `isNew` when nobody can have
 * signed anything for it.
 * @throws InferenceError BUDGET_EXCEEDED, DEPOSIT_REFUSED, DEPOSIT_UNSETTLED, CLOSE_DELAY_TOO_SHORT
 */
export async function ownChannel(
  ctx: Context,
  depositor: Depositor,
  wanted: WantedChannel,
  signal: AbortSignal,
): Promise<{ channel: bigint; isNew: boolean }> {
  const { node, lineId, signer } = wanted;
  const late = () => unsettled(signal);
  for (;;) {
    const isPending = (await depositor.pending({ node, signer, channel: null })) !== undefined;
    const opened = await depositor.opened({ node, signer });
    if (opened !== undefined && (await isOpen(ctx, { node, lineId, channel: opened.channel }))) {
      return { channel: opened.channel, isNew: false };
    }
    if (isPending) {
      await sleep(POLL_MS, signal, late);
      continue;
    }
    const channel = await orAborted(openOne(ctx, depositor, wanted), signal, late);
    if (channel !== undefined) return { channel, isNew: true };
  }
}

async function openOne(ctx: Context, depositor: Depositor, wanted: WantedChannel): Promise<bigint | undefined> {
  const { node, lineId, signer, options, minCloseDelay } = wanted;
  const [least, before] = await Promise.all([
    call(ctx, "InferenceEscrow", "MIN_CLOSE_DELAY", []),
    call(ctx, "InferenceEscrow", "channelCount", [node, lineId]),
  ]);
  const closeDelay = options.closeDelay ?? CLOSE_DELAY;
  const minimum = max(least, minCloseDelay);
  if (closeDelay < minimum) throw closeDelayTooShort(closeDelay, minimum);
  const optimistic = options.optimistic ?? false;
  const { target } = depositor.policy;
  const amount = max(target, wanted.price);
  const deposit = { open: { node, lineId, signer, amount, closeDelay, optimistic } };
  return depositor.make({ deposit, signer, before, needed: wanted.price });
}

async function isOpen(ctx: Context, id: { node: Hex; lineId: Hex; channel: bigint }): Promise<boolean> {
  try {
    const { closed, closeAt } = await channelOf(ctx, id);
    return !closed && closeAt === 0n;
  } catch (error) {
    // A reorganisation took it away.
    if (error instanceof ContractRevertError && error.errorName === "InferenceEscrow_UnknownChannel") return false;
    throw error;
  }
}
