import { call } from "../actions/read.js";
import type { Context } from "../context.js";
import type { Domain } from "../eip712/domains.js";
import { recoverVoucher } from "../eip712/structs.js";
import { type Hex, sameHex } from "../hex.js";
import type { Channel } from "../types.js";
import { type ChannelRecovery, decodeRecovery } from "../wire/recovery.js";
import { InferenceError } from "./errors.js";
import { fetchJson, type Limits, routeOf } from "./http.js";
import { receiptSigner, signerOf } from "./receipt.js";
import type { Evidence, Lie } from "./recovered.js";

/** A channel, as far as recovery needs it. */
export interface RecoverParameters {
  domain: Domain;
  node: string;
  lineId: Hex;
  channel: bigint;
  onChain: Channel;
}

/** What a node shows of a channel, in the form of docs/protocol.md 4.4; nothing of it is believed yet. */
export async function fetchRecovery(endpoint: string, channel: bigint, limits: Limits): Promise<ChannelRecovery> {
  const { status, body } = await fetchJson(routeOf(endpoint, `/v1/channels/${channel}`), {}, limits);
  if (status !== 200) {
    throw new InferenceError("NODE_REFUSED", `${endpoint} does not know channel ${channel}: HTTP ${status}`, {
      details: { status },
    });
  }
  try {
    return decodeRecovery(body);
  } catch (cause) {
    throw new InferenceError("RESPONSE_MALFORMED", `the node's answer is malformed: ${String(cause)}`, { cause });
  }
}

/**
 * The part of a node's words that proves something: a voucher of the channel's signer, a receipt of an enclave that the chain
 * knows as this node's (an earlier one may have expired since).
 * @throws InferenceError NODE_LIED when it shows something else
 */
export async function evidenceOf(
  p: RecoverParameters,
  said: ChannelRecovery,
  nodeOf: (receiptKey: string) => Promise<string>,
): Promise<Pick<Evidence, "voucher" | "receipt">> {
  if (said.channel !== p.channel)
    throw lied({ what: "answers for another channel", details: { channel: said.channel } });
  if (said.voucher !== null && !isOwnVoucher(p, said.voucher)) {
    const { cumulative } = said.voucher;
    throw lied({ what: "shows a voucher that the channel's signer did not sign", details: { cumulative } });
  }
  await checkReceiptOfNode(p, said, nodeOf);
  return { voucher: said.voucher?.cumulative ?? null, receipt: said.receipt };
}

/** Asks the chain whose enclave a receipt key is. */
export function nodeOf(ctx: Context): (receiptKey: string) => Promise<string> {
  return async (receiptKey) => (await call(ctx, "NodeRegistry", "enclaveOf", [receiptKey])).node;
}

function isOwnVoucher(p: RecoverParameters, voucher: { cumulative: bigint; signature: Hex }): boolean {
  const { domain, node, channel, lineId, onChain } = p;
  const struct = { node, channel, lineId, cumulative: voucher.cumulative };
  const signer = signerOf(() => recoverVoucher(domain, struct, voucher.signature));
  return signer !== undefined && sameHex(signer, onChain.signer);
}

async function checkReceiptOfNode(
  p: RecoverParameters,
  { receipt, signature }: ChannelRecovery,
  nodeOf: (receiptKey: string) => Promise<string>,
): Promise<void> {
  if (receipt === null || signature === null) return;
  const { node, channel, lineId, seq } = receipt;
  if (!sameHex(node, p.node) || channel !== p.channel || !sameHex(lineId, p.lineId)) {
    throw lied({ what: "shows another channel's receipt", details: { node, lineId, channel } });
  }
  const receiptKey = receiptSigner(p.domain, receipt, signature);
  if (receiptKey === undefined) throw lied({ what: "shows a receipt that nobody signed", details: { seq } });
  if (!sameHex(await nodeOf(receiptKey), p.node)) {
    throw lied({ what: "shows a receipt that none of its enclaves signed", details: { receiptKey } });
  }
}

/** The error for a lie. */
export function lied({ what, details }: Lie): InferenceError {
  const text = Object.entries(details).map(([name, value]) => `${name} ${String(value)}`);
  return new InferenceError("NODE_LIED", `the node ${what} (${text.join(", ")})`, {
    details: Object.fromEntries(Object.entries(details).map(([name, value]) => [name, String(value)])),
    hint: "Pay this node nothing more: close the channel. Only processes that share one store may share a channel.",
  });
}
