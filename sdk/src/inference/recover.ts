import { call } from "../actions/read.js";
import { max } from "../bigint.js";
import type { Context } from "../context.js";
import type { Domain } from "../eip712/domains.js";
import { recoverVoucher } from "../eip712/structs.js";
import { FreeholdError } from "../errors/base.js";
import { type Hex, sameHex } from "../hex.js";
import type { Channel } from "../types.js";
import { type ChannelRecovery, decodeRecovery } from "../wire/recovery.js";
import { InferenceError } from "./errors.js";
import { fetchJson, type Limits, routeOf } from "./http.js";
import { receiptSigner } from "./receipt.js";
import type { ChannelState } from "./store.js";

/** A channel whose state is recovered. */
export interface RecoverParameters {
  endpoint: string;
  domain: Domain;
  node: string;
  channel: bigint;
  lineId: Hex;
  onChain: Channel;
  /** What is remembered; undefined when nothing is. */
  known: ChannelState | undefined;
}

/**
 * State of a channel from what cannot be invented: what the payer remembers, a voucher that he signed, a receipt that an
 * enclave of the node signed for no more than a voucher, and what the chain paid. Never goes back behind what is known.
 * @throws InferenceError NODE_LIED when the node's words contradict these
 */
export async function recover(ctx: Context, p: RecoverParameters, limits: Limits): Promise<ChannelState> {
  const said = await fetchRecovery(p, limits);
  const { paid, signer } = p.onChain;
  let signed = max(p.known?.signed ?? 0n, paid);
  if (said.voucher !== null && said.voucher.cumulative > signed) {
    if (!isOwnVoucher(p, said, signer)) {
      throw lie("shows a voucher that the channel's signer did not sign", { cumulative: said.voucher.cumulative });
    }
    signed = said.voucher.cumulative;
  }
  const known = p.known ?? { signed, metered: 0n, seq: 0n };
  const { receipt } = said;
  if (receipt === null || receipt.seq <= known.seq) {
    if (known.metered < paid) throw lie("shows no receipt for what the chain paid", { paid, metered: known.metered });
    return { ...known, signed };
  }
  await checkReceiptOfNode(ctx, p, said);
  if (receipt.cumulative > signed) {
    throw lie("metered more than was signed", { cumulative: receipt.cumulative, signed });
  }
  if (receipt.cumulative < max(known.metered, paid)) {
    throw lie("shows a receipt below what was metered before", { cumulative: receipt.cumulative, paid });
  }
  return { signed, metered: receipt.cumulative, seq: receipt.seq };
}

async function fetchRecovery(p: RecoverParameters, limits: Limits): Promise<ChannelRecovery> {
  const { status, body } = await fetchJson(routeOf(p.endpoint, `/v1/channels/${p.channel}`), {}, limits);
  if (status !== 200) {
    throw new InferenceError("NODE_REFUSED", `${p.endpoint} does not know channel ${p.channel}: HTTP ${status}`, {
      details: { status },
    });
  }
  let said: ChannelRecovery;
  try {
    said = decodeRecovery(body);
  } catch (cause) {
    throw new InferenceError("RESPONSE_MALFORMED", `the node's answer is malformed: ${String(cause)}`, { cause });
  }
  if (said.channel !== p.channel) throw lie("answers for another channel", { channel: said.channel });
  return said;
}

/** The line is part of a voucher: this one's, or the one of the receipt beside it. */
function isOwnVoucher(p: RecoverParameters, { voucher, receipt }: ChannelRecovery, signer: string): boolean {
  if (voucher === null) return false;
  const lines = [...new Set([p.lineId, receipt?.lineId ?? p.lineId])];
  return lines.some((lineId) => {
    const struct = { node: p.node, channel: p.channel, lineId, cumulative: voucher.cumulative };
    try {
      return sameHex(recoverVoucher(p.domain, struct, voucher.signature), signer);
    } catch (error) {
      if (error instanceof FreeholdError && error.code === "BAD_SIGNATURE") return false;
      throw error;
    }
  });
}

/** The enclave that signed may be an earlier one, which has expired since: it must have been this node's. */
async function checkReceiptOfNode(ctx: Context, p: RecoverParameters, said: ChannelRecovery): Promise<void> {
  const { receipt, signature } = said;
  if (receipt === null || signature === null) return;
  if (!sameHex(receipt.node, p.node) || receipt.channel !== p.channel) {
    throw lie("shows another channel's receipt", { node: receipt.node, channel: receipt.channel });
  }
  const receiptKey = receiptSigner(p.domain, receipt, signature);
  if (receiptKey === undefined) throw lie("shows a receipt that nobody signed", { seq: receipt.seq });
  const enclave = await call(ctx, "NodeRegistry", "enclaveOf", [receiptKey]);
  if (!sameHex(enclave.node, p.node)) throw lie("shows a receipt that none of its enclaves signed", { receiptKey });
}

function lie(what: string, details: Readonly<Record<string, unknown>>): InferenceError {
  const text = Object.entries(details).map(([name, value]) => `${name} ${String(value)}`);
  return new InferenceError("NODE_LIED", `the node ${what} (${text.join(", ")})`, {
    details: Object.fromEntries(Object.entries(details).map(([name, value]) => [name, String(value)])),
    hint: "Settle nothing more with this node: close the channel, or open another one.",
  });
}
