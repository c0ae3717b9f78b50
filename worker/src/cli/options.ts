import { readFileSync } from "node:fs";
import type { Hex } from "@freehold/sdk";
import { type Command, InvalidArgumentError, Option } from "commander";
import { isHexString, SigningKey } from "ethers";
import { readDeployment } from "../chain/deployment.js";
import { LOCAL_CHAINS, type WorkerConfig } from "../config.js";
import type { TeeConfig } from "../enclave/open.js";
import { TEE_KINDS, type TeeKind } from "../enclave/provider.js";
import { reason, UsageError } from "../errors.js";
import { LANES, type LaneChoice } from "../settlement/policy.js";
import { MAX_AMOUNT } from "../store/index.js";
import { type BooksOptions, booksOf, booksOptions } from "./books.js";

const LEVELS = ["trace", "debug", "info", "warn", "error", "silent"];

/** What commander makes of `serve`'s options. */
export interface ServeOptions extends BooksOptions {
  readonly rpc: string;
  readonly deployment: string;
  readonly line: Hex;
  readonly store: string;
  readonly replica: string;
  readonly price: bigint;
  readonly exactPrice?: bigint;
  readonly host: string;
  readonly port: number;
  readonly tee: TeeKind;
  readonly teePath?: string;
  readonly keyFile?: string;
  readonly settleValue: bigint;
  readonly settleAge: bigint;
  readonly feePatience: bigint;
  readonly settleGas: bigint;
  readonly lane: LaneChoice;
  readonly settleOnExit?: boolean;
  readonly collectValue?: bigint;
  readonly tower?: string;
  readonly towerDelay: bigint;
  readonly provingKeys?: string;
  readonly proofThreads?: number;
  readonly volatileWitnesses?: boolean;
  readonly poll: number;
  readonly confirmations?: number;
  readonly maxViewAge?: number;
  readonly bodyLimit: number;
  readonly logLevel: string;
}

const env = (name: string) => `FREEHOLD_WORKER_${name}`;

/** Adds the options that name the execution environment. */
export function teeOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--tee <kind>", "execution environment").env(env("TEE")).choices(TEE_KINDS).default("development"),
    )
    .addOption(
      new Option(
        "--tee-path <path>",
        "its device, directory of reports or socket, where it is not where it should be",
      ).env(env("TEE_PATH")),
    );
}

/** The environment that was named. */
export function teeOf({ tee, teePath }: Pick<ServeOptions, "tee" | "teePath">): TeeConfig {
  return { kind: tee, path: teePath };
}

/** Adds the options of `serve`; each has an environment variable too, but for the key itself. */
export function serveOptions(command: Command): Command {
  const required = (flags: string, text: string, name: string) =>
    new Option(flags, text).env(env(name)).makeOptionMandatory();
  const optional = (flags: string, text: string, name: string) => new Option(flags, text).env(env(name));
  return teeOptions(booksOptions(command))
    .addOption(required("--rpc <url>", "JSON-RPC endpoint of the chain", "RPC").argParser(url))
    .addOption(required("--deployment <file>", "addresses: deployments/<chainId>.json", "DEPLOYMENT"))
    .addOption(required("--line <id>", "the line to serve, 0x and 64 hex digits", "LINE").argParser(bytes32))
    .addOption(required("--store <dir>", "weights, deltas and architecture by their hashes", "STORE"))
    .addOption(
      optional("--replica <name>", "name among the workers that share a database", "REPLICA")
        .default("main")
        .argParser(name),
    )
    .addOption(required("--price <units>", "price of one inference, in units of the escrow", "PRICE").argParser(amount))
    .addOption(
      optional(
        "--exact-price <units>",
        "price of one that a token transfer pays for: gas included; 0: take none",
        "EXACT_PRICE",
      )
        .default(undefined, "--price")
        .argParser((text) => (text === "0" ? 0n : amount(text))),
    )
    .addOption(optional("--key-file <file>", "file with the operator's private key", "KEY_FILE"))
    .addOption(optional("--host <address>", "address to listen on", "HOST").default("127.0.0.1"))
    .addOption(
      optional("--port <number>", "port to listen on, 0 for any", "PORT").default(8080).argParser(integer(0, 65_535)),
    )
    .addOption(
      optional("--settle-value <units>", "settle when this much is unsettled", "SETTLE_VALUE")
        .default(1_000_000n, "1000000")
        .argParser(amount),
    )
    .addOption(
      optional("--settle-age <seconds>", "settle when the oldest work is this old", "SETTLE_AGE")
        .default(86_400n, "86400")
        .argParser(amount),
    )
    .addOption(
      optional(
        "--fee-patience <seconds>",
        "raise the fee of a settlement that is in no block after this",
        "FEE_PATIENCE",
      )
        .default(60n, "60")
        .argParser(amount),
    )
    .addOption(
      optional("--settle-gas <gas>", "most gas of one settlement", "SETTLE_GAS")
        // EIP-7825.
        .default(16_777_216n, "16777216")
        .argParser(amount),
    )
    .addOption(
      optional(
        "--lane <lane>",
        "how channels that allow both are settled: by the payers' vouchers, or optimistic",
        "LANE",
      )
        .choices(LANES)
        .default("voucher"),
    )
    .addOption(optional("--settle-on-exit", "settle everything before the process ends", "SETTLE_ON_EXIT"))
    .addOption(
      optional("--collect-value <units>", "collect earnings of at least this", "COLLECT_VALUE").argParser(amount),
    )
    .addOption(optional("--tower <dir>", "directory of a watchtower's jobs, for when this worker is dead", "TOWER"))
    .addOption(
      optional("--tower-delay <seconds>", "time that the tower leaves this worker to land a settlement", "TOWER_DELAY")
        .default(3_600n, "3600")
        .argParser(amount),
    )
    .addOption(
      optional(
        "--proving-keys <dir>",
        "proving keys, <circuit id>.key and in tier 2 <circuit id>.link, for lines that ask for proofs; on local chains they are made where there are none",
        "PROVING_KEYS",
      ),
    )
    .addOption(
      optional("--proof-threads <number>", "threads that a proof takes", "PROOF_THREADS")
        .default(undefined, "all cores but one")
        .argParser(integer(1, 64)),
    )
    .addOption(
      optional(
        "--volatile-witnesses",
        "take work that is to be proven though this environment seals nothing: what proofs need ends with the process, and a restart can cost stake",
        "VOLATILE_WITNESSES",
      ),
    )
    .addOption(
      optional("--poll <ms>", "pause between looks at the chain", "POLL")
        .default(2_000)
        .argParser(integer(10, 600_000)),
    )
    .addOption(
      optional("--confirmations <blocks>", "blocks before deposits and payments count", "CONFIRMATIONS")
        .default(undefined, "2; 0 on local chains")
        .argParser(integer(0, 1_000)),
    )
    .addOption(
      optional("--max-view-age <ms>", "not ready when the chain was read longer ago", "MAX_VIEW_AGE")
        .default(undefined, "10 polls, at least 5000")
        .argParser(integer(100, 3_600_000)),
    )
    .addOption(
      optional("--body-limit <bytes>", "largest request", "BODY_LIMIT")
        .default(1_048_576)
        .argParser(integer(1_024, 1 << 30)),
    )
    .addOption(optional("--log-level <level>", "what is logged", "LOG_LEVEL").choices(LEVELS).default("info"));
}

/** The worker's configuration. Throws `USAGE` for files that are not what they must be. */
export function configOf(options: ServeOptions): WorkerConfig {
  const addresses = readDeployment(options.deployment);
  return {
    rpc: options.rpc,
    addresses,
    lineId: options.line,
    store: options.store,
    ...booksOf(options),
    replica: options.replica,
    price: options.price,
    exactPrice: options.exactPrice,
    host: options.host,
    port: options.port,
    settlement: {
      value: options.settleValue,
      age: options.settleAge,
      patience: options.feePatience,
      maxGas: options.settleGas,
      lane: options.lane,
    },
    collectValue: options.collectValue,
    tower: options.tower === undefined ? undefined : { directory: options.tower, delay: options.towerDelay },
    provingKeys: options.provingKeys,
    proofThreads: options.proofThreads,
    volatileWitnesses: options.volatileWitnesses === true,
    pollMs: options.poll,
    confirmations: options.confirmations ?? (LOCAL_CHAINS.includes(addresses.chainId) ? 0 : 2),
    maxViewAgeMs: options.maxViewAge ?? Math.max(5_000, 10 * options.poll),
    bodyLimit: options.bodyLimit,
    logLevel: options.logLevel,
  };
}

/** The key from an environment variable or `--key-file`: never from an argument, which other users can see. */
export function operatorKey(keyFile: string | undefined, variable = env("KEY")): string {
  const fromEnvironment = process.env[variable];
  if (fromEnvironment === undefined && keyFile === undefined) {
    throw new UsageError(`no operator key: set ${variable} or pass --key-file`);
  }
  const source = fromEnvironment === undefined ? `--key-file ${keyFile}` : variable;
  const key = (fromEnvironment ?? readKey(keyFile ?? "")).trim();
  const prefixed = key.startsWith("0x") ? key : `0x${key}`;
  try {
    return new SigningKey(prefixed).privateKey;
  } catch {
    // The cause would repeat the key.
    throw new UsageError(`${source} holds no private key: it must be 64 hex digits`);
  }
}

function readKey(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new UsageError(`--key-file ${file} cannot be read (${reason(cause)})`);
  }
}

/** An http or https URL. Throws commander's error, as the others do. */
export function url(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new InvalidArgumentError("It must be an http or https URL.");
}

function name(text: string): string {
  if (/^[a-z0-9-]{1,32}$/.test(text)) return text;
  throw new InvalidArgumentError("It must be at most 32 lower-case letters, digits and hyphens.");
}

function bytes32(text: string): Hex {
  if (isHexString(text, 32)) return text.toLowerCase() as Hex;
  throw new InvalidArgumentError("It must be 0x and 64 hex digits.");
}

/** A whole number above 0 that fits the books. */
export function amount(text: string): bigint {
  if (/^[1-9][0-9]{0,18}$/.test(text) && BigInt(text) <= MAX_AMOUNT) return BigInt(text);
  throw new InvalidArgumentError("It must be a whole number above 0.");
}

/** A whole number between two. */
export function integer(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^[0-9]{1,10}$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}
