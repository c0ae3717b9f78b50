import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { StoryDetails, StoryResult } from "./result.ts";
import { barChart, escapeHtml, lineChart } from "./svg.ts";

const OWNED = "#1b7f4d";
const POOLED = "#b3372f";

/** Writes the report as one HTML file without scripts or anything from the network. */
export async function writeReport(file: string, result: StoryResult, details: StoryDetails): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, html(result, details));
}

function html(result: StoryResult, details: StoryDetails): string {
  const { accuracy, payments } = result;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Freehold: a month of an owned model</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 800px; margin: 2rem auto; padding: 0 1rem; color: #1c2430; }
  h1 { font-size: 1.6rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
  .numbers { display: grid; grid-template-columns: repeat(auto-fit, minmax(170px, 1fr)); gap: 1rem; }
  .numbers div { border: 1px solid #d5dbe3; border-radius: 6px; padding: .75rem 1rem; }
  .numbers b { display: block; font-size: 1.4rem; }
  table { border-collapse: collapse; width: 100%; } td, th { text-align: left; padding: .35rem .5rem; border-bottom: 1px solid #e3e8ee; }
  svg { width: 100%; height: auto; } svg text { font-size: 13px; fill: #1c2430; } svg .tick { font-size: 12px; fill: #5a6676; }
  svg .grid { stroke: #e3e8ee; } code { font-size: .85em; overflow-wrap: anywhere; } .ok { color: ${OWNED}; } .bad { color: ${POOLED}; }
</style>
<h1>A month of an owned model</h1>
<p>${escapeHtml(
    `A quant fine-tuned a market-sentiment model on his own headlines and had a node serve it. The same month a host that pools everybody's data retrained one shared model. Both were asked the same ${details.measuredOn} private test headlines.`,
  )}</p>
<div class="numbers">
  <div>owned, day 1 and day 30<b>${percent(accuracy.ownedDay1)} → ${percent(accuracy.ownedDay30)}</b></div>
  <div>pooled, day 1 and day 30<b>${percent(accuracy.pooledDay1)} → ${percent(accuracy.pooledDay30)}</b></div>
  <div>paid inferences<b>${payments.completed}</b></div>
  <div>node earned<b>${payments.paid} units</b>${payments.completed} × ${payments.price}</div>
</div>
<h2>Accuracy on the analyst's test headlines</h2>
${accuracyChart(details)}
<h2>What the node metered and what it was paid</h2>
${moneyChart(details)}
<h2>Attacks</h2>
<table><tr><th>attack<th>result<th>stopped by</tr>
${result.attacks
  .map(
    ({ name, refused, by }) =>
      `<tr><td>${escapeHtml(name)}<td class="${refused ? "ok" : "bad"}">${refused ? "refused" : "NOT refused"}<td><code>${escapeHtml(by)}</code></tr>`,
  )
  .join("\n")}
</table>
<h2>Proofs</h2>
<table><tr><th>proven<th>time on this machine<th>gas of its transaction</tr>
${result.proofs
  .map(
    ({ what, seconds, gas }) =>
      `<tr><td>${escapeHtml(what)}<td>${seconds.toFixed(1)} s<td>${gas.toLocaleString("en")}</tr>`,
  )
  .join("\n")}
</table>
<h2>Nodes that served the base in place of the fine-tuned version</h2>
<table><tr><th>node<th>caught because<th>its proof was refused by<th>given back<th>taken from its stake</tr>
${result.caught
  .map(
    ({ node, how, refusal, refund, toWhom, slashed }) =>
      `<tr><td>${escapeHtml(node)}<td>${escapeHtml(how)}<td><code>${escapeHtml(refusal)}</code><td>${escapeHtml(`${refund} ${toWhom}`)}<td>${escapeHtml(slashed)}</tr>`,
  )
  .join("\n")}
</table>
<h2>Gas of whole transactions</h2>
${barChart({
  bars: Object.entries(result.gas).map(([name, value]) => ({ name, value })),
  unit: "gas",
  description: "Gas by step",
})}
<h2>On the chain</h2>
<table>
<tr><td>effective weights root, day 1<td><code>${escapeHtml(result.roots.day1)}</code></tr>
<tr><td>effective weights root, day 30<td><code>${escapeHtml(result.roots.day30)}</code></tr>
<tr><td>deltas of other accounts meanwhile<td>${details.otherDeltas}</tr>
${Object.entries(details.addresses)
  .map(([name, address]) => `<tr><td>${escapeHtml(name)}<td><code>${escapeHtml(address)}</code></tr>`)
  .join("\n")}
</table>
<p>${escapeHtml(`Chain: ${details.chain}. Data: ${details.rows} headlines (${details.dataset}). ${result.seconds.toFixed(1)} seconds.`)}
The TEE of this run is the development one: its root key is public, and it proves nothing about hardware.</p>
</html>
`;
}

function accuracyChart(details: StoryDetails): string {
  const values = [...details.owned, ...details.pooled].map(({ accuracy }) => accuracy);
  const min = Math.max(0, Math.floor(Math.min(...values) * 10 - 0.5) / 10);
  const max = Math.min(1, Math.ceil(Math.max(...values) * 10 + 0.5) / 10);
  const ticks = Array.from({ length: Math.round((max - min) * 10) + 1 }, (_, i) => min + i / 10);
  return lineChart({
    description: "Accuracy by day: the owned model stays, the pooled one falls",
    x: days(),
    y: { label: "accuracy", min, max, ticks, format: (value) => `${Math.round(value * 100)} %` },
    series: [
      { name: "owned", color: OWNED, points: details.owned.map(({ day, accuracy }) => ({ x: day, y: accuracy })) },
      {
        name: "pooled host",
        color: POOLED,
        points: details.pooled.map(({ day, accuracy }) => ({ x: day, y: accuracy })),
      },
    ],
  });
}

function moneyChart(details: StoryDetails): string {
  const max = Math.max(...details.money.map(({ metered }) => metered), 1);
  return lineChart({
    description: "Units by day",
    x: days(),
    y: {
      label: "units",
      min: 0,
      max,
      ticks: [0, max / 4, max / 2, (3 * max) / 4, max].map(Math.round),
      format: String,
    },
    series: [
      { name: "metered", color: "#5a6676", points: details.money.map(({ day, metered }) => ({ x: day, y: metered })) },
      { name: "paid on chain", color: OWNED, points: details.money.map(({ day, paid }) => ({ x: day, y: paid })) },
    ],
  });
}

function days() {
  return { label: "simulated day", min: 1, max: 30, ticks: [1, 5, 10, 15, 20, 25, 30], format: String };
}

function percent(value: number): string {
  return `${(value * 100).toFixed(1)} %`;
}
