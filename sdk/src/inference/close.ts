import { max } from "../bigint.js";
import type { Context } from "../context.js";
import { escrowDomain } from "../eip712/domains.js";
import { signCloseRequest } from "../eip712/instructions.js";
import { decoded } from "../errors/decode.js";
import { sameHex } from "../hex.js";
import type { ChannelId } from "../types.js";
import { type CloseWord, decodeCloseWord, encodeCloseAsk } from "../wire/close.js";
import { chainTime } from "./chain.js";
import { channelOf } from "./channel-view.js";
import { InferenceError } from "./errors.js";
import { deadline, fetchJson, routeOf } from "./http.js";
import { PayerChannel } from "./payer-channel.js";
import { refusal } from "./post.js";
import type { ChannelStore } from "./store.js";

/** Whom to ask for the end of a channel of the caller's, who is its payer. */
export interface CloseParameters extends ChannelId {
  /** Base URL of the node. */
  endpoint: string;
  /** Where the channel is remembered; default: this client's memory. */
  store?: ChannelStore;
  /** Ends the exchange with the node; its reason is thrown. */
  signal?: AbortSignal;
  /** Milliseconds for the exchange with the node; default 30,000. */
  timeoutMs?: number;
}

const TIMEOUT_MS = 30_000;
const MAX_BYTES = 2 ** 16;
/** Seconds for which the payer's word counts. Whoever has it can start a close with it, and no more. */
const WORD_LIFE = 600n;

/**
 * Asks a node for its enclave's last word on a channel: from then on the node serves the channel no more. The word is believed as far as
 * vouchers, receipts and the chain bear it out.
 * @throws InferenceError `NODE_LIED` when it asks for more than that
 */
export async function askClose(ctx: Context, params: CloseParameters): Promise<CloseWord> {
  const { endpoint, node, lineId, channel } = params;
  const limits = { signal: deadline(params.timeoutMs ?? TIMEOUT_MS, params.signal), maxBytes: MAX_BYTES };
  await requireOwn(ctx, params);
  const domain = escrowDomain(ctx.chainId, ctx.addressOf("InferenceEscrow"));
  const request = { node, lineId, channel, deadline: (await chainTime(ctx)) + WORD_LIFE };
  const signature = await decoded("InferenceEscrow", () => signCloseRequest(ctx.signer, domain, request));

  const url = routeOf(endpoint, "/v1/close");
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify(encodeCloseAsk({ ...request, signature }));
  const answer = await fetchJson(url, { method: "POST", headers, body }, limits);
  if (answer.status !== 200) throw refusal(url, answer);
  const word = read(answer.body);
  if (!sameHex(word.node, node) || !sameHex(word.lineId, lineId) || word.channel !== channel) {
    throw lie("the node answers for another channel", { channel: word.channel.toString() });
  }

  // Read after the word: the channel's meter stands still now.
  const id = { node, lineId, channel };
  const onChain = await channelOf(ctx, id);
  const { metered } = await new PayerChannel(ctx, {
    endpoint,
    domain,
    id,
    terms: { signer: onChain.signer, minCloseDelay: 0n },
    store: params.store ?? ctx.channels,
    confirmations: 1,
    maxInFlight: 1,
    recheckMs: 0,
    depositor: undefined,
  }).recover(limits);
  if (word.cumulative > max(metered, onChain.paid)) {
    throw lie("the node asks for more than its receipts show", {
      cumulative: word.cumulative.toString(),
      metered: metered.toString(),
    });
  }
  return word;
}

async function requireOwn(ctx: Context, id: ChannelId): Promise<void> {
  const { channel } = id;
  const [{ payer, closed }, account] = await Promise.all([channelOf(ctx, id), ctx.account()]);
  if (!sameHex(payer, account)) {
    throw new InferenceError("CHANNEL_NOT_YOURS", `channel ${channel} is paid by ${payer}`, {
      details: { channel: channel.toString(), payer, account },
    });
  }
  if (closed) {
    throw new InferenceError("CHANNEL_CLOSING", `channel ${channel} is closed`, {
      details: { channel: channel.toString() },
    });
  }
}

function read(body: unknown): CloseWord {
  try {
    return decodeCloseWord(body);
  } catch (cause) {
    throw new InferenceError("RESPONSE_MALFORMED", `the node's answer is malformed: ${String(cause)}`, { cause });
  }
}

function lie(message: string, details: Readonly<Record<string, unknown>>): InferenceError {
  return new InferenceError("NODE_LIED", message, {
    details,
    hint: "Close the channel without the node: escrow.requestClose.",
  });
}
