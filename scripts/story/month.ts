import { createHash } from "node:crypto";
import { type FreeholdError, type InferenceSession, memoryStore } from "@freehold/sdk";
import { TENANTS } from "../model/accounts.ts";
import type { Headline } from "../model/csv.ts";
import { type Dataset, rowsOf } from "../model/dataset.ts";
import { evaluate, type Model } from "../model/model.ts";
import { simulatePooledHost, tenantFineTune } from "../model/pooled.ts";
import type { SignedReceipt } from "./demands.ts";
import { appendDelta, type OwnedModel } from "./ownership.ts";
import type { StoryDetails } from "./result.ts";
import type { Node } from "./serving.ts";
import type { Stage } from "./setup.ts";

export const DAYS = 30;
export const REQUESTS = 200;
const RETRAIN_EVERY = 3;
const DAY = 24 * 3600;

export interface Month {
  completed: number;
  owned: StoryDetails["owned"];
  pooled: StoryDetails["pooled"];
  money: StoryDetails["money"];
  measuredOn: number;
  otherDeltas: number;
  /** The newest receipt. */
  last: SignedReceipt | undefined;
}

/**
 * Thirty days. The payer asks the same private test headlines on the first and the last day, and a few in between; every
 * few days another account appends a delta of its own; the pooled host retrains on everybody's data.
 */
export async function liveMonth(
  stage: Stage,
  owned: OwnedModel,
  node: Node,
  models: { base: Model; tuned: Model; dataset: Dataset; seed: number },
): Promise<Month> {
  const { base, tuned, dataset, seed } = models;
  const { exam, between } = plan(dataset);
  const month: Month = {
    completed: 0,
    owned: [],
    pooled: [],
    money: [],
    measuredOn: exam.length,
    otherDeltas: 0,
    last: undefined,
  };
  const pool = simulatePooledHost({
    base: tuned,
    dataset,
    tenants: TENANTS,
    days: DAYS,
    retrainEvery: RETRAIN_EVERY,
    seed,
  });
  const store = memoryStore();
  const freehold = stage.as(stage.actors.quant);

  for await (const { day, model } of pool) {
    month.pooled.push({ day, accuracy: evaluate(model, exam).accuracy });
    await tenantAppends(stage, owned, { base, dataset, seed }, day, month);

    await node.caughtUp();
    const session = await freehold.inference.connect({
      endpoint: node.endpoint,
      lineId: owned.lineId,
      channel: node.channel,
      maxPrice: node.price,
      store,
    });
    const headlines = day === 1 || day === DAYS ? exam : (between[day - 2] ?? []);
    const correct = await ask(stage, session, headlines, month);
    if (headlines === exam) month.owned.push({ day, accuracy: correct / exam.length });

    const { paid } = await freehold.escrow.channelOf({
      node: stage.actors.operator.address,
      lineId: owned.lineId,
      channel: node.channel,
    });
    month.money.push({ day, metered: month.completed * Number(node.price), paid: Number(paid) });
    stage.log.progress("days", day, DAYS);
    await stage.chain.advance(DAY);
  }
  return month;
}

/** Which headlines are asked when: all test rows on the first and last day, the rest of the requests in between. */
function plan(dataset: Dataset): { exam: Headline[]; between: Headline[][] } {
  const test = rowsOf(dataset, { split: "test", slice: "analyst" });
  const most = Math.floor((REQUESTS - (DAYS - 2)) / 2);
  const exam = [...test].sort((a, b) => order(a).localeCompare(order(b))).slice(0, most);
  const left = REQUESTS - 2 * exam.length;
  const others = rowsOf(dataset, { split: ["train", "valid"], slice: "analyst" });
  const between: Headline[][] = Array.from({ length: DAYS - 2 }, () => []);
  for (let i = 0; i < left; i++) {
    const headline = others[i % others.length];
    if (headline) between[i % between.length]?.push(headline);
  }
  return { exam, between };
}

/** A fixed order that has nothing to do with labels. */
function order({ text }: Headline): string {
  return createHash("sha256").update(text).digest("hex");
}

async function ask(
  stage: Stage,
  session: InferenceSession,
  headlines: readonly Headline[],
  month: Month,
): Promise<number> {
  let correct = 0;
  for (const { text, label } of headlines) {
    const { output, receipt, signature } = await session.request({ input: { text } });
    month.completed++;
    month.last = { receipt, signature };
    if (output.class === label) correct++;
    stage.log.progress("sealed inferences", month.completed, REQUESTS);
  }
  return correct;
}

/** Every second day one of the other accounts fine-tunes on its own data and appends to its own line. */
async function tenantAppends(
  stage: Stage,
  owned: OwnedModel,
  data: { base: Model; dataset: Dataset; seed: number },
  day: number,
  month: Month,
): Promise<void> {
  if (day % 2 !== 0) return;
  const index = (day / 2 - 1) % TENANTS.length;
  const tenant = TENANTS[index];
  const actor = stage.actors.tenants[index];
  if (tenant === undefined || actor === undefined) return;
  const { model } = tenantFineTune({ ...data, days: day, tenant });
  try {
    await appendDelta(stage, actor, owned, model, [`${tenant.id}, day ${day}`]);
  } catch (error) {
    throw new Error(`${tenant.id} could not append on day ${day}: ${(error as FreeholdError).message}`, {
      cause: error,
    });
  }
  month.otherDeltas++;
}
