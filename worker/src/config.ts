import type { Hex } from "@freehold/sdk";
import type { Addresses } from "./chain/deployment.js";
import type { SettlementPolicy } from "./settlement/policy.js";

/** Everything that a worker is told; amounts in units of the escrow, times in the unit that the name says. */
export interface WorkerConfig {
  readonly rpc: string;
  readonly addresses: Addresses;
  readonly lineId: Hex;
  /** Directory of weights, deltas and architectures by their hashes (docs/protocol.md 1). */
  readonly store: string;
  /** Directory of the books and the sealed keys in SQLite; one worker each. Undefined: they are in `database`. */
  readonly data: string | undefined;
  /** URL of the PostgreSQL database that replicas of a node share; it may hold a password. Undefined: `data`. */
  readonly database: string | undefined;
  /** Name of this worker among those that share a database. */
  readonly replica: string;
  /** Of one inference. */
  readonly price: bigint;
  /** Of one that a token transfer of its own pays for, which costs the node gas; default `price`, 0: no transfers are taken. */
  readonly exactPrice?: bigint | undefined;
  readonly host: string;
  readonly port: number;
  readonly settlement: SettlementPolicy;
  /** Where a watchtower finds its jobs, and the seconds that it leaves the worker to land a settlement; undefined: there is none. */
  readonly tower: { readonly directory: string; readonly delay: bigint } | undefined;
  /** Units from which earnings are collected; undefined: never. */
  readonly collectValue: bigint | undefined;
  /** Directory of proving keys, `<circuit id>.key` and in tier 2 `<circuit id>.link`; undefined: none, and a development key on local chains. */
  readonly provingKeys?: string | undefined;
  /** Threads for proofs; default: all cores but one. */
  readonly proofThreads?: number | undefined;
  /** Whether to take work that is to be proven where nothing that proofs need survives a restart; default: no. */
  readonly volatileWitnesses?: boolean;
  readonly pollMs: number;
  readonly confirmations: number;
  readonly maxViewAgeMs: number;
  readonly bodyLimit: number;
  readonly logLevel: string;
}

/** Chains of development, whose blocks are final at once. */
export const LOCAL_CHAINS: readonly bigint[] = [31337n, 1337n];

/** Requests that wait or run at once. */
export const GATE = { total: 512, perChannel: 64 } as const;

/** Requests for a close that wait or run at once. */
export const CLOSE_GATE = { total: 64, perChannel: 16 } as const;

/** Seconds for which answers are kept for retries. */
export const RESPONSE_LIFE = 24n * 60n * 60n;
