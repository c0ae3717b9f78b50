import type { Deployment } from "@freehold/sdk";
import type { JobDomain } from "@freehold/sdk/watchtower";
import { type Command, Option } from "commander";
import { readDeployment } from "../chain/deployment.js";
import { amount, integer, url } from "../cli/options.js";
import { LOCAL_CHAINS } from "../config.js";

/** Environment variable of an option. */
export const env = (name: string) => `FREEHOLD_WATCHTOWER_${name}`;

/** What commander makes of the options that name the jobs. */
export interface DataOptions {
  readonly data: string;
}

export interface AddOptions extends DataOptions {
  readonly deployment: string;
}

/** What commander makes of the options of `watch` and `once`. */
export interface WatchOptions extends AddOptions {
  readonly rpc: string;
  readonly keyFile?: string;
  readonly margin: bigint;
  readonly challengeDelay: bigint;
  readonly maxBonds?: number;
  readonly feePatience: number;
  readonly poll: number;
  readonly confirmations?: number;
}

const optional = (flags: string, text: string, name: string) => new Option(flags, text).env(env(name));
const required = (flags: string, text: string, name: string) => optional(flags, text, name).makeOptionMandatory();

/** Adds the option that names the directory of the jobs. */
export function dataOptions(command: Command): Command {
  return command.addOption(required("--data <dir>", "directory of the jobs", "DATA"));
}

/** Adds the options of `add`. */
export function addOptions(command: Command): Command {
  return dataOptions(command).addOption(
    required("--deployment <file>", "addresses: deployments/<chainId>.json", "DEPLOYMENT"),
  );
}

/** Adds the options of `watch` and `once`; each has an environment variable too, but for the key itself. */
export function watchOptions(command: Command): Command {
  return addOptions(command)
    .addOption(required("--rpc <url>", "JSON-RPC endpoint of the chain", "RPC").argParser(url))
    .addOption(optional("--key-file <file>", "file with the tower's private key", "KEY_FILE"))
    .addOption(
      optional("--margin <seconds>", "act so long before a deadline", "MARGIN")
        .default(3_600n, "3600")
        .argParser(amount),
    )
    .addOption(
      optional("--challenge-delay <seconds>", "wait so long for a newer word before a challenge", "CHALLENGE_DELAY")
        .default(3_600n, "3600; a quarter of the vest period at most")
        .argParser(amount),
    )
    .addOption(optional("--max-bonds <number>", "most bonds at stake at once", "MAX_BONDS").argParser(integer(0, 1e9)))
    .addOption(
      optional(
        "--fee-patience <seconds>",
        "raise the fee of a transaction that is in no block after this",
        "FEE_PATIENCE",
      )
        .default(60)
        .argParser(integer(1, 86_400)),
    )
    .addOption(
      optional("--poll <ms>", "pause between looks at the chain", "POLL")
        .default(5_000)
        .argParser(integer(10, 600_000)),
    )
    .addOption(
      optional("--confirmations <blocks>", "blocks before a transaction counts", "CONFIRMATIONS")
        .default(undefined, "2; 0 on local chains")
        .argParser(integer(0, 1_000)),
    );
}

/** The deployment, and the escrow that jobs must be for. Throws `USAGE` for a file that is none. */
export function readTowerDeployment(file: string): { deployment: Deployment; domain: JobDomain } {
  const { deployment, chainId, inferenceEscrow } = readDeployment(file);
  return { deployment, domain: { chainId, verifyingContract: inferenceEscrow } };
}

/** Blocks before a transaction counts, unless it is said otherwise. */
export function confirmationsOf(options: WatchOptions, { chainId }: JobDomain): number {
  return options.confirmations ?? (LOCAL_CHAINS.includes(chainId) ? 0 : 2);
}
