import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Totals } from "./store/index.js";

/** What gauges ask when they are read. */
export interface MetricSources {
  totals(): Promise<Totals>;
  /** Seconds since the chain was read. */
  viewAge(): number;
  /** Position of the served version in its line, -1 when none is. */
  version(): number;
}

/** Prometheus metrics of one worker. Units are those of the escrow. */
export interface Metrics {
  readonly registry: Registry;
  readonly requests: Counter<"route" | "status" | "code">;
  readonly inference: Histogram;
  readonly settlements: Counter<"result">;
  readonly transfers: Counter<"result">;
  readonly challenges: Counter<"result">;
  readonly proofs: Counter<"result">;
}

export function createMetrics(sources: MetricSources): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const gauge = (name: string, help: string, value: () => number | Promise<number>) =>
    new Gauge({
      name: `freehold_${name}`,
      help,
      registers,
      async collect() {
        this.set(await value());
      },
    });
  // All gauges are read at once: one look at the books is enough for them.
  let reading: Promise<Totals> | undefined;
  const units = async (name: keyof Totals) => {
    reading ??= sources.totals().finally(() => {
      reading = undefined;
    });
    return Number((await reading)[name]);
  };
  gauge("metered_units", "Units metered for completed inferences.", () => units("metered"));
  gauge("unsettled_units", "Metered units that the escrow has not paid yet.", () => units("unsettled"));
  gauge("settled_units", "Metered units that the escrow has paid.", () => units("settled"));
  gauge("written_off_units", "Metered units that can never be paid.", () => units("writtenOff"));
  gauge("completed_inferences", "Completed inferences.", () => units("completed"));
  gauge("chain_view_age_seconds", "Seconds since the chain was read.", sources.viewAge);
  gauge("served_version", "Position of the served version in its line, -1 when none is.", sources.version);
  return {
    registry,
    requests: new Counter({
      name: "freehold_requests_total",
      help: "Answers by route, HTTP status and problem code (ok when there is none).",
      labelNames: ["route", "status", "code"],
      registers,
    }),
    inference: new Histogram({
      name: "freehold_inference_seconds",
      help: "Seconds from an opened request to its durable answer.",
      buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5, 30],
      registers,
    }),
    transfers: new Counter({
      name: "freehold_transfers_total",
      help: "Transfers of x402 payments since the start, by result: settled, failed, pending.",
      labelNames: ["result"],
      registers,
    }),
    settlements: new Counter({
      name: "freehold_settlements_total",
      help: "Settlements since the start, by result.",
      labelNames: ["result"],
      registers,
    }),
    proofs: new Counter({
      name: "freehold_proof_demands_total",
      help: "Demands of proofs since the start: demanded, unprovable, not-sent, and how they ended.",
      labelNames: ["result"],
      registers,
    }),
    challenges: new Counter({
      name: "freehold_challenges_total",
      help: "Challenges since the start: opened, unanswerable, not-sent, and how they ended.",
      labelNames: ["result"],
      registers,
    }),
  };
}
