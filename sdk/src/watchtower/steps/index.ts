import type { JobRecord } from "../jobs.js";
import type { Next, TowerSituation } from "../situation.js";
import { challengeStep } from "./challenge.js";
import { batchesStep, receiptsStep } from "./evidence.js";
import { settlementStep } from "./settlement.js";
import { voucherStep } from "./voucher.js";

/** What a job needs now: read from the chain, decided here, sent by the tower. */
export function nextStep(record: JobRecord, situation: TowerSituation): Promise<Next> {
  const { job } = record;
  switch (job.kind) {
    case "settlement":
      return settlementStep(record, job, situation);
    case "challenge":
      return challengeStep(record, job, situation);
    case "voucher":
      return voucherStep(record, job, situation);
    case "receipts":
      return receiptsStep(record, job, situation);
    case "batches":
      return batchesStep(record, job, situation);
  }
}

/** Node and line that a job is about. */
export function subjectOf({ job }: JobRecord): { node: string; lineId: string } {
  switch (job.kind) {
    case "settlement":
      return job.batch;
    case "challenge":
      return job.word;
    case "voucher":
      return job.voucher;
    case "receipts":
      return job.receipts[0]?.receipt ?? { node: "", lineId: "" };
    case "batches":
      return job.batches[0].batch;
  }
}
