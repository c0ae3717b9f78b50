import type { TypedDataSigner } from "../eip712/struct.js";
import type { Hex } from "../hex.js";
import type { InferenceInput } from "../wire/plaintext.js";
import type { DepositPolicy, OpenChannelOptions } from "./deposit/policy.js";
import type { ChannelStore } from "./store.js";

/** Signs vouchers: an ethers Signer, or a `sessionSigner`. */
export type VoucherSigner = TypedDataSigner & { getAddress(): Promise<string> };

/** Whom to ask, and what may be paid. */
export interface ConnectParameters {
  /** Base URL of the node; see `nodes.nodeOf`. */
  endpoint: string;
  lineId: Hex;
  /**
   * Index of a channel towards this node for this line; see `escrow.open`. Left out, the session uses the one that it opened
   * before, or opens one: that needs `deposit`.
   */
  channel?: bigint;
  /** Most units per inference. */
  maxPrice: bigint;
  /** The node, when only one will do; otherwise whoever's enclave answers, as far as the channel is the signer's. */
  node?: string;
  /** Who signs the channel's vouchers; default: the client's signer. */
  signer?: VoucherSigner;
  /** Deposits that the session makes by itself; default: none. */
  deposit?: DepositPolicy;
  /** The channel to open when none is given. */
  openChannel?: OpenChannelOptions;
  /** Blocks after which a deposit counts, its own included; default 1. */
  confirmations?: number;
  /** Shortest close delay that is accepted, seconds; default: the escrow's minimum. */
  minCloseDelay?: bigint;
  /** Where the channel is remembered; default: this client's memory. Processes that use one channel share one store. */
  store?: ChannelStore;
  /** Milliseconds for which the chain's word on enclave, line and channel is taken as its present one; default 5,000. */
  recheckMs?: number;
  /** Most requests at once on the channel, all processes together; default 256. */
  maxInFlight?: number;
  /** Milliseconds for connecting, and for a request; default 30,000. */
  timeoutMs?: number;
  /** Most bytes of a response; default 4 MiB. */
  maxResponseBytes?: number;
}

/** One question. */
export interface RequestParameters {
  input: InferenceInput;
  /** Ends the request; its reason is thrown. A voucher that left stays signed, and serves for the next request. */
  signal?: AbortSignal;
  /** Milliseconds in all; default: the session's. */
  timeoutMs?: number;
}

export const TIMEOUT_MS = 30_000;
export const MAX_RESPONSE_BYTES = 4 * 2 ** 20;
export const RECHECK_MS = 5_000;
export const MAX_IN_FLIGHT = 256;
