import { randomBytes } from "node:crypto";
import * as fs from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { reason } from "../../errors.js";
import { absent, failed } from "../absent.js";

/** Where configfs has the reports of a trusted security module. */
export const TSM_PATH = "/sys/kernel/config/tsm/report";

/** The calls to the file system that a report takes. */
export interface ReportFiles {
  mkdir(path: string): Promise<unknown>;
  rmdir(path: string): Promise<unknown>;
  readFile(path: string): Promise<Uint8Array>;
  writeFile(path: string, bytes: Uint8Array): Promise<unknown>;
}

export interface TsmOptions {
  readonly directory?: string;
  readonly files?: ReportFiles;
  /** Times that a busy module is asked, and milliseconds between them. */
  readonly attempts?: number;
  readonly pauseMs?: number;
}

/** Errors of a module that is at work for somebody else, or was interrupted. */
const BUSY = ["EBUSY", "EINTR", "EAGAIN"];
const PROVIDER = "tdx_guest";

/**
 * A quote by the kernel's report interface (Documentation/ABI/testing/configfs-tsm, Linux 6.7): a directory of its own for each report, so that
 * concurrent callers do not meet; `generation` shows that nobody wrote into it all the same. Throws `TEE_ABSENT` where there is no such
 * interface or it is of another vendor, `TEE_FAILED` when it fails or stays busy.
 */
export async function tsmQuote(reportData: Uint8Array, options: TsmOptions = {}): Promise<Uint8Array> {
  const { directory = TSM_PATH, files = fs, attempts = 20, pauseMs = 250 } = options;
  for (let attempt = 1; ; attempt++) {
    try {
      return await report(files, directory, reportData);
    } catch (error) {
      const code = codeOf(error);
      if (!BUSY.includes(code ?? ""))
        throw code === undefined ? error : failed("tdx", `no report (${reason(error)})`, error);
      if (attempt >= attempts) throw failed("tdx", `the module is busy (${code}) after ${attempts} attempts`, error);
    }
    await sleep(pauseMs);
  }
}

async function report(files: ReportFiles, directory: string, reportData: Uint8Array): Promise<Uint8Array> {
  const path = join(directory, `freehold-${process.pid}-${randomBytes(8).toString("hex")}`);
  await files.mkdir(path).catch((error) => {
    if (BUSY.includes(codeOf(error) ?? "")) throw error;
    throw absent(
      "tdx",
      `${directory} takes no report (${codeOf(error) ?? reason(error)})`,
      "run the worker in a TDX guest of Linux 6.7 or later with configfs mounted and the module tdx_guest loaded, or choose another --tee",
      error,
    );
  });
  try {
    return await within(files, path, reportData);
  } finally {
    // A report that is left behind is memory of the kernel; it must not hide what went wrong before.
    await files.rmdir(path).catch(() => undefined);
  }
}

async function within(files: ReportFiles, path: string, reportData: Uint8Array): Promise<Uint8Array> {
  const text = async (name: string) =>
    Buffer.from(await files.readFile(join(path, name)))
      .toString("latin1")
      .trim();
  const provider = await text("provider");
  if (provider !== PROVIDER) {
    throw absent("tdx", `the reports are of ${JSON.stringify(provider)}, not of ${PROVIDER}`, "choose another --tee");
  }
  const before = await generation(text);
  await files.writeFile(join(path, "inblob"), reportData);
  const blob = new Uint8Array(await files.readFile(join(path, "outblob")));
  const after = await generation(text);
  // configfs hands the blob over when the file is closed and tells nobody when that fails: then the number did not rise.
  if (after !== before + 1n) throw failed("tdx", `the report was written ${after - before} times, not once`);
  return blob;
}

async function generation(text: (name: string) => Promise<string>): Promise<bigint> {
  const value = await text("generation");
  if (!/^[0-9]{1,20}$/.test(value)) throw failed("tdx", "the report has no generation");
  return BigInt(value);
}

function codeOf(error: unknown): string | undefined {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return syscall === undefined ? undefined : code;
}
