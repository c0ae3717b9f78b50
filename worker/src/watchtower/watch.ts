import { setTimeout as sleep } from "node:timers/promises";
import { createFreehold } from "@freehold/sdk";
import { type TowerReport, type TurnResult, Watchtower } from "@freehold/sdk/watchtower";
import { Wallet } from "ethers";
import { requireChain, rpcProvider } from "../chain/provider.js";
import { explain, isForOperator } from "../cli/explain.js";
import { operatorKey } from "../cli/options.js";
import { OperatorError, reason } from "../errors.js";
import { confirmationsOf, env, readTowerDeployment, type WatchOptions } from "./options.js";
import { openTowerStore } from "./store.js";

/** Longest pause between two turns while the chain does not answer, milliseconds. */
const MAX_PAUSE = 30_000;

/** Works until SIGTERM or SIGINT. An outage ends in longer and longer pauses, not in an error. */
export async function watchCommand(options: WatchOptions): Promise<void> {
  const { turn, close } = openTower(options);
  const stop = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop.abort());
  let failures = 0;
  try {
    log("info", "watching", {});
    while (!stop.signal.aborted) {
      try {
        await turn();
        if (failures > 0) log("info", "the chain answers again", { failures });
        failures = 0;
      } catch (error) {
        if (isForOperator(error)) throw explain(error);
        if (failures++ === 0) log("warn", "the chain does not answer", { reason: reason(error) });
      }
      const pause = Math.min(options.poll * 2 ** Math.min(failures, 16), Math.max(MAX_PAUSE, options.poll));
      await sleep(pause, undefined, { signal: stop.signal }).catch(() => undefined);
    }
    log("info", "stopped", {});
  } finally {
    close();
  }
}

/** Does what is due, and waits until the chain has decided on it, for `wait` seconds at most. */
export async function onceCommand(options: WatchOptions & { readonly wait: number }): Promise<void> {
  const { turn, close } = openTower(options);
  const end = performance.now() + options.wait * 1000;
  try {
    let reports = -1;
    for (;;) {
      const { pending, failed } = await turn();
      const isQuiet = pending === 0 && reports === reported;
      if (isQuiet && failed > 0) throw new OperatorError("JOBS_FAILED", `${failed} jobs could not be looked at`);
      if (isQuiet) return;
      reports = reported;
      if (performance.now() > end) {
        log("warn", "left for the next time", { pending });
        return;
      }
      if (pending > 0) await sleep(options.poll);
    }
  } catch (error) {
    throw isForOperator(error) ? explain(error) : error;
  } finally {
    close();
  }
}

/** Reports so far: a turn without one changed nothing. */
let reported = 0;

/** A tower on the jobs of a directory: its turns, once the endpoint said that it is of the right chain. */
function openTower(options: WatchOptions): { turn: () => Promise<TurnResult>; close: () => void } {
  const { deployment, domain } = readTowerDeployment(options.deployment);
  const key = operatorKey(options.keyFile, env("KEY"));
  const store = openTowerStore(options.data, domain, { exclusive: true });
  const provider = rpcProvider(options.rpc, domain.chainId);
  const signer = new Wallet(key, provider);
  const tower = new Watchtower({
    freehold: createFreehold({ signer, chainId: domain.chainId, deployment }),
    signer,
    store,
    policy: {
      margin: options.margin,
      challengeDelay: options.challengeDelay,
      ...(options.maxBonds === undefined ? {} : { maxBonds: options.maxBonds }),
    },
    confirmations: confirmationsOf(options, domain),
    patience: options.feePatience,
    tell: report,
  });
  let isChecked = false;
  return {
    async turn() {
      if (!isChecked) {
        await requireChain(provider, domain.chainId);
        isChecked = true;
      }
      return tower.turn();
    },
    close() {
      provider.destroy();
      store.close();
    },
  };
}

function report(what: TowerReport): void {
  reported++;
  const { what: name, ...values } = what;
  const level = name === "problem" || name === "reverted" || name === "not taken" ? "warn" : "info";
  log(level, name, values);
}

/** One line of JSON. Keys never go into it. */
function log(level: "info" | "warn", message: string, values: Readonly<Record<string, unknown>>): void {
  const shown = Object.entries(values).flatMap(([name, value]) => {
    if (value === undefined) return [];
    return [[name, value instanceof Error ? reason(value) : value]];
  });
  console.log(JSON.stringify({ time: new Date().toISOString(), level, msg: message, ...Object.fromEntries(shown) }));
}
