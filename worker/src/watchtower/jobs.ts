import { readFileSync } from "node:fs";
import { FreeholdError } from "@freehold/sdk";
import { decodeJob, type JobDomain, type JobRecord, jobId, newRecord } from "@freehold/sdk/watchtower";
import { reason, UsageError } from "../errors.js";
import { type AddOptions, type DataOptions, readTowerDeployment } from "./options.js";
import { openTowerStore } from "./store.js";

/** Adds the jobs of files (`-`: standard input); one that is there already is no error. A tower may run. */
export async function addCommand(files: readonly string[], options: AddOptions): Promise<void> {
  const { domain } = readTowerDeployment(options.deployment);
  const jobs = files.map((file) => readJob(file, domain));
  const store = openTowerStore(options.data, domain);
  try {
    for (const job of jobs) {
      const id = jobId(job, domain);
      const isNew = await store.add(newRecord(id, job, BigInt(Math.floor(Date.now() / 1000))));
      console.log(`${id} ${job.kind} ${isNew ? "added" : "known"}`);
    }
  } finally {
    store.close();
  }
}

/** Prints the jobs and what became of them. A tower may run. */
export function listCommand({
  data,
  all,
  json,
}: DataOptions & { readonly all?: boolean; readonly json?: boolean }): void {
  const store = openTowerStore(data, undefined);
  try {
    for (const record of store.list(all !== true)) {
      const { transactions, ...shown } = summary(record);
      const line = [...Object.values(shown), transactions.at(-1) ?? "-"].join("  ");
      console.log(json ? JSON.stringify({ ...shown, transactions }) : line);
    }
  } finally {
    store.close();
  }
}

function summary({ id, job, status, outcome, addedAt, transactions }: JobRecord) {
  return {
    id,
    kind: job.kind,
    status,
    outcome: outcome ?? "-",
    added: new Date(Number(addedAt) * 1000).toISOString(),
    transactions: transactions.map((one) => `${one.step} ${one.status} ${one.hashes.at(-1)}`),
  };
}

function readJob(file: string, domain: JobDomain) {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file === "-" ? 0 : file, "utf8"));
  } catch (cause) {
    throw new UsageError(`${file} cannot be read (${reason(cause)}): pass a file of encodeJob's JSON`, { cause });
  }
  try {
    return decodeJob(json, domain);
  } catch (cause) {
    if (cause instanceof FreeholdError) throw new UsageError(`${file} is no job: ${cause.message}`, { cause });
    throw cause;
  }
}
