import type { IntelTee, PckCa } from "@freehold/sdk/attestation";
import { type Command, InvalidArgumentError, Option } from "commander";
import { amount, integer, url } from "../cli/options.js";
import { UsageError } from "../errors.js";

/** Environment variable of an option. */
export const env = (name: string) => `FREEHOLD_KEEPER_${name}`;

/** What commander makes of the keeper's options. */
export interface KeeperOptions {
  readonly rpc: string;
  readonly deployment: string;
  readonly keyFile?: string;
  readonly fmspc?: readonly string[];
  readonly tee: readonly IntelTee[];
  readonly pckCa?: readonly PckCa[];
  readonly quote?: readonly string[];
  readonly nitro?: readonly string[];
  readonly pcs?: string;
  readonly rootCrl?: string;
  readonly crlMirror?: string;
  readonly update: "early" | "standard";
  readonly margin: bigint;
  readonly every?: number;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

const optional = (flags: string, text: string, name: string) => new Option(flags, text).env(env(name));
const required = (flags: string, text: string, name: string) => optional(flags, text, name).makeOptionMandatory();

/** Adds the keeper's options; each has an environment variable too, but for the key itself. */
export function keeperOptions(command: Command): Command {
  return command
    .addOption(required("--rpc <url>", "JSON-RPC endpoint of the chain", "RPC").argParser(url))
    .addOption(required("--deployment <file>", "addresses: deployments/<chainId>.json", "DEPLOYMENT"))
    .addOption(optional("--key-file <file>", "file with the keeper's private key", "KEY_FILE"))
    .addOption(
      optional("--fmspc <list>", "Intel: platform families, 12 hex digits each, with commas", "FMSPC").argParser(
        list(fmspc),
      ),
    )
    .addOption(
      optional("--tee <list>", "Intel: technologies of these families: sgx, tdx", "TEE")
        .default(["tdx"], "tdx")
        .argParser(choices<IntelTee>("sgx", "tdx")),
    )
    .addOption(
      optional("--pck-ca <list>", "Intel: CAs of PCK certificates: platform, processor", "PCK_CA")
        .default(undefined, "those of the quotes, else platform")
        .argParser(choices<PckCa>("platform", "processor")),
    )
    .addOption(
      optional(
        "--quote <files>",
        "Intel: raw quotes of platforms, which are kept known, with commas",
        "QUOTE",
      ).argParser(list(file)),
    )
    .addOption(
      optional(
        "--nitro <files>",
        "AWS: attestation documents, or chains in PEM with the root first",
        "NITRO",
      ).argParser(list(file)),
    )
    .addOption(
      optional("--pcs <url>", "service with the API of Intel's, such as a PCCS", "PCS")
        .default(undefined, "Intel's")
        .argParser(sourceUrl),
    )
    .addOption(
      optional("--root-crl <url>", "where the revocation list of Intel's root lies, as DER", "ROOT_CRL")
        .default(undefined, "Intel's")
        .argParser(sourceUrl),
    )
    .addOption(
      optional("--crl-mirror <url>", "in place of scheme and host of AWS's revocation lists", "CRL_MIRROR")
        .default(undefined, "what the certificates say")
        .argParser(sourceUrl),
    )
    .addOption(
      optional("--update <channel>", "Intel: newest TCB levels, or those of the last recovery's second phase", "UPDATE")
        .choices(["early", "standard"])
        .default("standard"),
    )
    .addOption(
      optional("--margin <seconds>", "what ends within this will expire", "MARGIN")
        .default(604_800n, "604800: a week")
        .argParser(amount),
    )
    .addOption(
      optional("--every <seconds>", "go on, with this pause; default: once", "EVERY").argParser(integer(1, 2_592_000)),
    )
    .addOption(optional("--dry-run", "look at the chain and send nothing", "DRY_RUN"))
    .addOption(optional("--json", "print JSON, one line each", "JSON"));
}

/** Values with commas between them; an option that comes again adds to them. */
function list<T extends string>(check: (text: string) => T): (text: string, before?: readonly T[]) => readonly T[] {
  // Commander hands over the default, too: only what was collected here is added to.
  const collected = new WeakSet<readonly T[]>();
  return (text, before) => {
    const values = [
      ...(before !== undefined && collected.has(before) ? before : []),
      ...text.split(",").map((value) => check(value.trim())),
    ];
    collected.add(values);
    return values;
  };
}

function choices<T extends string>(...allowed: readonly T[]) {
  return list((text) => {
    const found = allowed.find((value) => value === text);
    if (found === undefined) throw new InvalidArgumentError(`Allowed are ${allowed.join(", ")}.`);
    return found;
  });
}

function fmspc(text: string): string {
  if (/^[0-9a-fA-F]{12}$/.test(text)) return text.toLowerCase();
  throw new InvalidArgumentError("An FMSPC has 12 hex digits.");
}

function file(text: string): string {
  if (text !== "") return text;
  throw new InvalidArgumentError("It must name files.");
}

/** URL of a source. Reports repeat it, as commander does what it refuses: no place for a password. */
function sourceUrl(text: string): string {
  if (URL.canParse(text) && (new URL(text).username !== "" || new URL(text).password !== "")) {
    throw new UsageError("the URL of a source must hold no user and no password: --pcs, --root-crl, --crl-mirror");
  }
  return url(text);
}
