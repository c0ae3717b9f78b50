import type { Provider } from "ethers";
import type { PreparedTransaction } from "../actions/transaction.js";
import type { Freehold } from "../client.js";
import type { Domain } from "../eip712/domains.js";
import type { ChannelId } from "../types.js";
import type { Closings } from "./closings.js";
import type { JobRecord, Outcome } from "./jobs.js";

/** How a tower acts; times in seconds. */
export interface TowerPolicy {
  /** How long before a deadline it acts: a channel's `closeAt`, a batch's age, a word's deadline. */
  readonly margin: bigint;
  /**
   * How long it waits between a debit beyond a word and the challenge, so that a newer word can come; a quarter of the vest period at
   * most.
   */
  readonly challengeDelay: bigint;
  /** Most bonds at stake at once. */
  readonly maxBonds: number;
}

/** What a job's next step depends on, at one block. */
export interface TowerSituation {
  readonly freehold: Freehold;
  readonly provider: Provider;
  readonly domain: Domain;
  /** Of the tower. */
  readonly account: string;
  /** Chain time, Unix seconds, and the newest block. */
  readonly now: bigint;
  readonly block: number;
  /** The newest block that counts as final. */
  readonly finalBlock: number;
  readonly policy: TowerPolicy;
  /** Constants of the contracts: seconds and units. */
  readonly maxBatchAge: bigint;
  readonly vestPeriod: bigint;
  /** In the token's smallest unit. */
  readonly bond: bigint;
  /** All open records. */
  readonly records: readonly JobRecord[];
  readonly closings: Closings;
}

/** A transaction to be. */
export interface Call {
  prepare(): Promise<PreparedTransaction>;
  /** Throws what the contract would revert with. */
  estimateGas(): Promise<bigint>;
}

/** What a job needs now. */
export type Next =
  | {
      readonly do: "wait";
      /** Chain time from which it is looked at again, unless something happens before; undefined: until something happens. */
      readonly until?: bigint | undefined;
      /** What somebody should look at. */
      readonly problem?: string;
      /** To be remembered. */
      readonly seenAt?: bigint;
    }
  | {
      readonly do: "send";
      readonly step: string;
      readonly call: Call;
      /** Chain time by which it has to be in a block: the most urgent ones go first. */
      readonly deadline: bigint;
      /** Not while another job's transaction of the same step is on its way: it serves both. */
      readonly shared?: boolean;
    }
  | { readonly do: "finish"; readonly status: "done" | "failed"; readonly outcome: Outcome };

/** Binds an action and its parameters. */
export function callOf<P>(
  action: { prepare(params: P): Promise<PreparedTransaction>; estimateGas(params: P): Promise<bigint> },
  params: P,
): Call {
  return { prepare: () => action.prepare(params), estimateGas: () => action.estimateGas(params) };
}

export const done = (outcome: Outcome): Next => ({ do: "finish", status: "done", outcome });
export const failed = (outcome: Outcome): Next => ({ do: "finish", status: "failed", outcome });

/** Names a pair of node and line. */
export function bookOf({ node, lineId }: { node: string; lineId: string }): string {
  return `${node}/${lineId}`.toLowerCase();
}

/** Names a channel. */
export function channelKeyOf({ node, lineId, channel }: ChannelId): string {
  return `${bookOf({ node, lineId })}/${channel}`;
}
