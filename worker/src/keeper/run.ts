import { setTimeout as sleep } from "node:timers/promises";
import { createFreehold, type Deployment, decodeError, type Freehold } from "@freehold/sdk";
import {
  awsItems,
  CollateralError,
  type CollateralItem,
  intelItems,
  intelPcs,
  type KeeperReport,
  keep,
} from "@freehold/sdk/attestation";
import { type JsonRpcProvider, Wallet } from "ethers";
import { addressIn, readRecord } from "../chain/deployment.js";
import { requireChain, rpcProvider } from "../chain/provider.js";
import { explain, isForOperator } from "../cli/explain.js";
import { operatorKey } from "../cli/options.js";
import { OperatorError, reason, UsageError } from "../errors.js";
import { chainsOf, platformsOf } from "./files.js";
import { env, type KeeperOptions } from "./options.js";
import { isFine, print } from "./print.js";

/** Refreshes what there is once, or with `every` until SIGTERM or SIGINT. */
export async function keepCommand(options: KeeperOptions): Promise<void> {
  const deployment = readRecord(options.deployment);
  const chainId = BigInt(deployment.chainId);
  requireWork(options, deployment);
  const key = options.dryRun ? undefined : operatorKey(options.keyFile, env("KEY"));
  const provider = rpcProvider(options.rpc, chainId);
  const account = key === undefined ? { provider } : { signer: new Wallet(key, provider) };
  const freehold = createFreehold({ ...account, chainId, deployment });
  const stop = new AbortController();
  try {
    if (options.every === undefined) requireFine(await round(options, freehold, provider, stop.signal));
    else await goOn(options, options.every, freehold, provider, stop);
  } catch (error) {
    throw explain(error);
  } finally {
    provider.destroy();
  }
}

async function goOn(
  options: KeeperOptions,
  seconds: number,
  freehold: Freehold,
  provider: JsonRpcProvider,
  stop: AbortController,
): Promise<void> {
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop.abort());
  for (let isFirst = true; !stop.signal.aborted; isFirst = false) {
    try {
      await round(options, freehold, provider, stop.signal);
    } catch (error) {
      // Files may be written anew while it waits: only the first look at them must succeed.
      if (isForOperator(error) || (isFirst && error instanceof UsageError)) throw error;
      if (!stop.signal.aborted) console.error(`warning: ${reason(error)}; next try in ${seconds} s`);
    }
    await sleep(seconds * 1000, undefined, { signal: stop.signal }).catch(() => undefined);
  }
}

/** Looks at everything once, refreshes it, and prints what became of it. */
async function round(
  options: KeeperOptions,
  freehold: Freehold,
  provider: JsonRpcProvider,
  signal: AbortSignal,
): Promise<KeeperReport[]> {
  const now = await timeOf(provider, freehold.chainId);
  const items = await itemsOf(options, freehold, now, signal);
  const reports = await keep(items, now, { margin: options.margin }, options.dryRun);
  if (!signal.aborted) print(reports, now, options.json ?? false);
  return reports;
}

async function itemsOf(
  options: KeeperOptions,
  freehold: Freehold,
  now: bigint,
  signal: AbortSignal,
): Promise<CollateralItem[]> {
  const { fmspc = [], tee, pckCa: cas, pcs: url, rootCrl: rootCrlUrl, crlMirror: mirror, update } = options;
  const platforms = platformsOf(options.quote);
  const chains = chainsOf(options.nitro);
  const source = intelPcs({ signal, update, ...(url && { url }), ...(rootCrlUrl && { rootCrlUrl }) });
  const families = fmspc.flatMap((family) => tee.map((name) => ({ tee: name, fmspc: family })));
  const aws = { freehold, chains, now, signal, ...(mirror && { mirror }) };
  return [
    ...(isIntel(options) ? intelItems({ freehold, source, families, platforms, ...(cas && { cas }) }) : []),
    ...(chains.length > 0 ? await awsItems(aws).catch(explainChain) : []),
  ];
}

function explainChain(cause: unknown): never {
  if (cause instanceof CollateralError) throw new UsageError(`--nitro: ${cause.message}`, { cause });
  throw cause;
}

const isIntel = ({ fmspc, quote }: KeeperOptions) => fmspc !== undefined || quote !== undefined;

function requireWork(options: KeeperOptions, deployment: Deployment): void {
  if (isIntel(options)) addressIn(deployment, "DcapCollateral", options.deployment);
  if (options.nitro !== undefined) addressIn(deployment, "NitroCertStore", options.deployment);
  if (isIntel(options) || options.nitro !== undefined) return;
  throw new UsageError("nothing to keep: pass --fmspc or --quote for Intel, --nitro for AWS");
}

/** Time of the chain, Unix seconds: what its contracts judge by. */
async function timeOf(provider: JsonRpcProvider, chainId: bigint): Promise<bigint> {
  try {
    await requireChain(provider, chainId);
    const block = await provider.getBlock("latest");
    if (block === null) throw new OperatorError("NO_BLOCK", "the chain has no block yet: check --rpc");
    return BigInt(block.timestamp);
  } catch (cause) {
    // Ethers' own words repeat the endpoint, in which there may be a key.
    throw decodeError(cause, "the chain");
  }
}

function requireFine(reports: readonly KeeperReport[]): void {
  const others = reports.filter((report) => !isFine(report));
  if (others.length === 0) return;
  const names = others.map(({ name, state }) => `${name} (${state})`).join(", ");
  throw new OperatorError("NOT_FRESH", `${others.length} of ${reports.length} need attention: ${names}`);
}
