import { expect } from "chai";
import { dailyHeadlines, dailyRecords, TENANTS, type Tenant } from "../../../scripts/model/accounts.ts";
import { rowsOf } from "../../../scripts/model/dataset.ts";
import { FINE_TUNE, fineTune } from "../../../scripts/model/finetune.ts";
import { evaluate, weightsDigest } from "../../../scripts/model/model.ts";
import { type PooledDay, simulatePooledHost, tenantFineTune } from "../../../scripts/model/pooled.ts";
import { defaultBase } from "./utils/models.ts";

async function run(tenants: readonly Tenant[], seed: number, days = 30): Promise<PooledDay[]> {
  const { dataset, base } = await defaultBase();
  const own = fineTune(base.model, rowsOf(dataset, { split: ["train", "valid"], slice: "analyst" }), FINE_TUNE);
  const out: PooledDay[] = [];
  for await (const day of simulatePooledHost({ base: own, dataset, tenants, days, retrainEvery: 3, seed }))
    out.push(day);
  return out;
}

describe("a host that pools everybody's data", () => {
  it("loses at least five points of the analyst's accuracy in 30 days, whatever the seed", async () => {
    for (const seed of [1, 2, 3]) {
      const days = await run(TENANTS, seed);
      expect(days.map(({ day }) => day)).to.deep.equal(Array.from({ length: 30 }, (_, i) => i + 1));
      const [first, last] = [days[0] as PooledDay, days[29] as PooledDay];
      expect(last.accuracyOnAnalystTest).to.be.below(first.accuracyOnAnalystTest - 0.05);
    }
  });

  it("falls far less when all tenants label as the analyst does: the fall is the data's, not the trainer's", async () => {
    const agreeing = TENANTS.map((tenant): Tenant => ({ ...tenant, convention: ({ label }) => label }));
    const [conflict, agreement] = [await run(TENANTS, 1), await run(agreeing, 1)];
    const last = (days: readonly PooledDay[]) => days.at(-1)?.accuracyOnAnalystTest ?? 0;
    expect(last(agreement)).to.be.above(last(conflict) + 0.1);
  });

  it("reports the accuracy of the model that it serves, and is deterministic", async () => {
    const { dataset } = await defaultBase();
    const test = rowsOf(dataset, { split: "test", slice: "analyst" });
    const [days, again] = [await run(TENANTS, 4, 10), await run(TENANTS, 4, 10)];
    for (const [i, { model, accuracyOnAnalystTest, retrained }] of days.entries()) {
      expect(evaluate(model, test).accuracy).to.equal(accuracyOnAnalystTest);
      expect(weightsDigest(again[i]?.model ?? model)).to.equal(weightsDigest(model));
      const next = days[i + 1];
      if (next !== undefined) expect(weightsDigest(next.model) !== weightsDigest(model)).to.equal(retrained);
    }
    expect(days.filter(({ retrained }) => retrained).map(({ day }) => day)).to.deep.equal([3, 6, 9]);
  });
});

describe("tenants", () => {
  it("read what they say, never a test row, and the same on every run", async () => {
    const { dataset } = await defaultBase();
    for (const tenant of TENANTS) {
      const rows = dailyRecords(dataset, tenant, 5, 1);
      expect(rows).to.have.length(tenant.headlinesPerDay);
      expect(rows.every(({ split }) => split !== "test")).to.equal(true);
      if (tenant.reads !== "all")
        expect(rows.every(({ analyst }) => analyst === (tenant.reads === "analyst"))).to.equal(true);
      expect(dailyRecords(dataset, tenant, 5, 1)).to.deep.equal(rows);
      expect(dailyRecords(dataset, tenant, 6, 1)).not.to.deep.equal(rows);
      expect(dailyHeadlines(dataset, tenant, 5, 2)).not.to.deep.equal(dailyHeadlines(dataset, tenant, 5, 1));
    }
  });

  it("contradict each other on the same headlines", async () => {
    const { dataset } = await defaultBase();
    const fixed = TENANTS.filter(({ id }) => id !== "clicks");
    const disputed = dataset.rows.filter((row) => {
      const labels = fixed.map(({ convention }) => convention(row, undefined as never));
      return new Set(labels).size > 1;
    });
    expect(disputed.length / dataset.rows.length).to.be.above(0.5);
  });

  it("get models of their own that follow their conventions", async () => {
    const { dataset, base } = await defaultBase();
    for (const id of ["procurement", "volume-desk"]) {
      const tenant = TENANTS.find((each) => each.id === id) as Tenant;
      const { accuracy, model } = tenantFineTune({ base: base.model, dataset, days: 30, seed: 1, tenant });
      expect(accuracy.own, id).to.be.above(accuracy.base + 0.1);
      expect(model.architecture).to.equal(base.model.architecture);
    }
  });
});
