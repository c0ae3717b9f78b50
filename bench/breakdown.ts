// Says where each unit of gas of the ownership transactions goes, from their traces: the tables of docs/performance.md.

import { network } from "hardhat";
import type { EthereumProvider } from "hardhat/types/providers";
import { measureOwnership } from "./ownership.ts";

interface Step {
  op: string;
  gas: number;
  gasCost: number;
  depth: number;
  stack?: string[];
}

const BASE = 21_000;
const CATEGORIES = [
  "base transaction",
  "calldata",
  "new slots",
  "changed slots",
  "slot reads",
  "calls to contracts",
  "events",
  "hashing",
  "precompiles",
  "everything else",
] as const;
type Category = (typeof CATEGORIES)[number];
type Costs = Record<Category, number>;

/** Splits the gas of one mined transaction into categories whose sum is exactly its gas before refunds. */
export async function breakdown(provider: EthereumProvider, hash: string): Promise<Costs & { refund: number }> {
  const transaction = (await provider.request({ method: "eth_getTransactionByHash", params: [hash] })) as {
    input: string;
  };
  const receipt = (await provider.request({ method: "eth_getTransactionReceipt", params: [hash] })) as {
    gasUsed: string;
  };
  const { structLogs } = (await provider.request({
    method: "debug_traceTransaction",
    params: [hash, { disableMemory: true, disableStorage: true }],
  })) as { structLogs: Step[] };
  const costs = Object.fromEntries(CATEGORIES.map((name) => [name, 0])) as Costs;
  costs["base transaction"] = BASE;
  costs.calldata = calldataGas(transaction.input);
  for (const [i, step] of structLogs.entries())
    costs[categoryOf(step, structLogs[i + 1])] += ownCost(step, structLogs[i + 1]);
  const sum = CATEGORIES.reduce((total, name) => total + costs[name], 0);
  return { ...costs, refund: sum - Number(receipt.gasUsed) };
}

/** EIP-2028: 16 gas for a byte that is not zero, 4 for one that is. */
function calldataGas(input: string): number {
  const bytes = Buffer.from(input.slice(2), "hex");
  return bytes.reduce((total, byte) => total + (byte === 0 ? 4 : 16), 0);
}

/** A call's cost without the gas that it hands to the callee; a precompile's work included. */
function ownCost(step: Step, next: Step | undefined): number {
  if (!isCall(step.op)) return step.gasCost;
  if (next === undefined || next.depth > step.depth) return next === undefined ? step.gasCost : step.gasCost - next.gas;
  return step.gas - next.gas;
}

function categoryOf(step: Step, next: Step | undefined): Category {
  // EIP-2929 and EIP-2200: a cold new slot costs 22,100, a cold changed one 5,000.
  if (step.op === "SSTORE") return step.gasCost >= 20_000 ? "new slots" : "changed slots";
  if (step.op === "SLOAD") return "slot reads";
  if (step.op.startsWith("LOG")) return "events";
  if (step.op === "KECCAK256" || step.op === "SHA3") return "hashing";
  if (isCall(step.op)) return next !== undefined && next.depth > step.depth ? "calls to contracts" : "precompiles";
  if (step.op === "EXTCODESIZE") return "calls to contracts";
  return "everything else";
}

function isCall(op: string): boolean {
  return op === "CALL" || op === "STATICCALL" || op === "DELEGATECALL";
}

if (import.meta.main) {
  const connection = await network.create("local");
  const columns: [string, Costs & { refund: number }][] = [];
  const gas = await measureOwnership(connection, async (name, hash) => {
    columns.push([name, await breakdown(connection.provider, hash)]);
  });
  console.log(`| gas of | ${columns.map(([name]) => `\`${name}\``).join(" | ")} |`);
  console.log(`|---|${columns.map(() => "---:").join("|")}|`);
  for (const row of [...CATEGORIES, "refund"] as const) {
    const values = columns.map(([, costs]) => (row === "refund" ? -costs.refund : costs[row]).toLocaleString("en-US"));
    console.log(`| ${row} | ${values.join(" | ")} |`);
  }
  console.log(
    `| **whole transaction** | ${columns.map(([name]) => `**${gas[name]?.toLocaleString("en-US")}**`).join(" | ")} |`,
  );
}
