import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Hex, TcbStatus } from "@freehold/sdk";
import { Wallet } from "ethers";
import { leash } from "../lib/leash.ts";
import { run } from "../lib/process.ts";
import { freePort } from "./chain.ts";
import { keyFolder } from "./keys.ts";
import type { OwnedModel } from "./ownership.ts";
import { chainTime, noted, type Stage } from "./setup.ts";

const ROOT = new URL("../..", import.meta.url).pathname;

/** A running node and the payer's channel to it. */
export interface Node {
  endpoint: string;
  measurementId: Hex;
  payout: string;
  lineId: Hex;
  channel: bigint;
  price: bigint;
  /** Waits until the node has seen the newest block. */
  caughtUp(): Promise<void>;
  stop(): Promise<void>;
}

/** Registers and stakes a node, starts its worker as a process of its own, and opens a channel to it. */
export async function startNode(stage: Stage, owned: OwnedModel, price: bigint, requests: number): Promise<Node> {
  const { operator, quant } = stage.actors;
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const payout = Wallet.createRandom().address;

  const measurementId = await registerNode(stage, owned, endpoint, payout);
  const child = spawnWorker(stage, owned, port, price);
  const ready = readiness(endpoint, child, stage);
  const { escrow } = stage.as(quant);
  const amount = price * BigInt(requests);
  await noted(stage, undefined, escrow.approve({ amount }));
  const { channel } = await noted(
    stage,
    "open channel",
    escrow.open({ node: operator.address, lineId: owned.lineId, amount }),
  );
  stage.log.step("channel opened", `${amount} units for ${requests} inferences`);
  await ready;
  stage.log.step("worker serves", endpoint);

  return {
    endpoint,
    measurementId,
    payout,
    lineId: owned.lineId,
    channel,
    price,
    async caughtUp() {
      const now = await chainTime(stage);
      await until(`the node to see second ${now}`, async () => BigInt((await offer(endpoint)).issuedAt) >= now);
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGTERM");
      await once(child, "exit");
    },
  };
}

/** Registers and stakes a node; the line's policy then pins the measurement of this worker. */
export async function registerNode(stage: Stage, owned: OwnedModel, endpoint: string, payout: string): Promise<Hex> {
  const { operator, quant } = stage.actors;
  const nodes = stage.as(operator).nodes;
  await noted(stage, "register node", nodes.register({ endpoint, payout }));
  const { minStake } = await nodes.parameters();
  await noted(stage, undefined, nodes.approveStake({ amount: minStake }));
  await noted(stage, "stake", nodes.addStake({ amount: minStake }));
  stage.log.step("node registered and staked", `${minStake / 10n ** 6n} tokens`);

  const measured = await run("node", [worker, "measure"], { quiet: true });
  const measurementId = measured.output.trim().split("\n").at(-1) as Hex;
  const verifier = stage.deployment.contracts.DevelopmentTeeVerifier?.address;
  if (verifier === undefined) throw new Error("the deployment has no DevelopmentTeeVerifier");
  await noted(
    stage,
    "set policy",
    stage.as(quant).nodes.setPolicy({
      lineId: owned.lineId,
      policy: { followDefaults: false, maxTcbStatus: TcbStatus.UpToDate },
      verifiers: [verifier],
      measurements: [measurementId],
    }),
  );
  stage.log.step("line's policy pins verifier and measurement", measurementId.slice(0, 18));
  return measurementId;
}

const worker = join(ROOT, "worker/dist/main.js");

/** Starts the worker as a process of its own; `changes` are options of its command line. */
export function spawnWorker(
  stage: Stage,
  owned: OwnedModel,
  port: number,
  price: bigint,
  changes: Readonly<Record<string, string>> = {},
): ChildProcess {
  const options = {
    rpc: stage.chain.url,
    deployment: stage.recordFile,
    line: owned.lineId,
    store: join(stage.folder, "store"),
    data: join(stage.folder, "node"),
    price: String(price),
    host: "127.0.0.1",
    port: String(port),
    tee: "development",
    "proving-keys": keyFolder(stage),
    "settle-value": String(price * 50n),
    "settle-age": String(12 * 3600),
    poll: "50",
    ...changes,
  };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  const env = { ...process.env, FREEHOLD_WORKER_KEY: stage.actors.operator.signer.privateKey };
  const child = leash(spawn(process.execPath, [worker, "serve", ...args], { env, stdio: ["ignore", "pipe", "pipe"] }));
  const log = createWriteStream(join(stage.folder, "worker.log"), { flags: "a" });
  child.stdout?.pipe(log);
  child.stderr?.pipe(log);
  return child;
}

/** Waits until a worker serves; throws its log when it ends before. */
export async function readiness(endpoint: string, child: ChildProcess, stage: Stage): Promise<void> {
  await until("the worker to be ready", async () => {
    if (child.exitCode !== null) {
      const log = await readFile(join(stage.folder, "worker.log"), "utf8");
      throw new Error(`the worker ended with exit code ${child.exitCode}:\n${log.slice(-2000)}`);
    }
    return (await fetch(`${endpoint}/readyz`).catch(() => undefined))?.status === 200;
  });
}

async function offer(endpoint: string): Promise<{ issuedAt: string }> {
  const response = await fetch(`${endpoint}/v1/attestation`).catch(() => undefined);
  return response?.ok ? ((await response.json()) as { issuedAt: string }) : { issuedAt: "0" };
}

/** Polls until something holds; says what was waited for when it never does. */
export async function until(what: string, holds: () => Promise<boolean>, seconds = 30): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited ${seconds} seconds for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
