import { dailyHeadlines, dailyRecords, seedFor, type Tenant } from "./accounts.ts";
import type { Headline } from "./csv.ts";
import { type Dataset, rowsOf } from "./dataset.ts";
import { FINE_TUNE, fineTune } from "./finetune.ts";
import { classify, evaluate, type Model } from "./model.ts";

/** The analyst as the host sees him: queries without labels. */
const ANALYST = { id: "analyst", reads: "analyst", headlinesPerDay: 7 } as const;

/** Passes over the pool in one retraining. */
const POOL_EPOCHS = 6;

export interface PooledHostOptions {
  /** What the host serves at first: the analyst's own fine-tune, or the base. */
  readonly base: Model;
  readonly dataset: Dataset;
  readonly tenants: readonly Tenant[];
  readonly days: number;
  /** Days between retrainings, which happen overnight: the next day is served by the new model. */
  readonly retrainEvery: number;
  readonly seed: number;
}

/** One day at the host. */
export interface PooledDay {
  /** From 1. */
  readonly day: number;
  /** What was served on this day. */
  readonly model: Model;
  /** On the analyst's test rows, by his labels. */
  readonly accuracyOnAnalystTest: number;
  /** Records in the training pool at the end of the day. */
  readonly pooled: number;
  /** The host retrains in the night after this day. */
  readonly retrained: boolean;
}

/**
 * What Freehold is compared with: a host that keeps one model for everybody. It logs the analyst's queries, labels them with its
 * own model's answers, adds the labelled data of its other tenants, and every few days trains its model further on the whole
 * pool, by the same trainer as everything here, without an anchor. Nothing in it makes the accuracy fall but the data.
 */
export async function* simulatePooledHost(options: PooledHostOptions): AsyncGenerator<PooledDay> {
  const { dataset, tenants, seed } = options;
  const test = rowsOf(dataset, { split: "test", slice: "analyst" });
  const pool: Headline[] = [];
  let model = options.base;
  for (let day = 1; day <= options.days; day++) {
    const { accuracy } = evaluate(model, test);
    const answer = classify(model);
    for (const query of dailyHeadlines(dataset, ANALYST, day, seed)) pool.push({ ...query, label: answer(query.text) });
    for (const tenant of tenants) pool.push(...dailyRecords(dataset, tenant, day, seed));
    const retrained = day % options.retrainEvery === 0 && day < options.days;
    yield { day, model, accuracyOnAnalystTest: accuracy, pooled: pool.length, retrained };
    if (retrained) {
      model = fineTune(model, pool, { l2ToBase: 0, epochs: POOL_EPOCHS, seed: seedFor(seed, "retrain", day) });
    }
  }
}

/** A tenant's own model: the delta from `base` belongs on the tenant's own line. */
export interface TenantModel {
  readonly tenant: Tenant;
  readonly model: Model;
  /** Of the base and of the tenant's model, on test rows as the tenant labels them. */
  readonly accuracy: { readonly base: number; readonly own: number };
}

/** Fine-tunes the base for one tenant, on the data of its first days and on nothing of anybody else's. */
export function tenantFineTune(
  options: Pick<PooledHostOptions, "base" | "dataset" | "days" | "seed"> & { readonly tenant: Tenant },
): TenantModel {
  const { base, dataset, days, seed, tenant } = options;
  const own = Array.from({ length: days }, (_, i) => dailyRecords(dataset, tenant, i + 1, seed)).flat();
  const model = fineTune(base, own, { ...FINE_TUNE, seed: seedFor(seed, "tenant", tenant.id) });
  const test = labelledTest(dataset, tenant, seed);
  return { tenant, model, accuracy: { base: evaluate(base, test).accuracy, own: evaluate(model, test).accuracy } };
}

function labelledTest(dataset: Dataset, tenant: Tenant, seed: number): Headline[] {
  // Day 0 is no day of the simulation: the noise of the test labels is that of no training label.
  const everything: Tenant = { ...tenant, headlinesPerDay: Number.POSITIVE_INFINITY };
  const testAsTraining = dataset.rows
    .filter((row) => row.split === "test")
    .map((row) => ({ ...row, split: "train" as const }));
  return dailyRecords({ ...dataset, rows: testAsTraining }, everything, 0, seed);
}
