import { mkdtempSync, rmSync } from "node:fs";
import * as fs from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import type { ReportFiles } from "../../../../worker/dist/enclave/tdx/tsm.js";

/** A failure as Node reports one of a system call. */
export const errno = (code: string, syscall: string) =>
  Object.assign(new Error(`${code}, ${syscall}`), { code, syscall });

/** Makes the report of 64 bytes, as a module does. */
export type Quote = (reportData: Uint8Array) => Uint8Array;

/**
 * The kernel's report interface on a plain directory, with the rules of configfs-tsm: a new directory has its attributes at once, `inblob` takes 64 bytes
 * and raises `generation`, `outblob` is made of it, and an empty directory cannot be told from a full one when it is removed.
 */
export class FakeTsm implements ReportFiles {
  readonly directory = mkdtempSync(join(tmpdir(), "freehold-tsm-"));
  provider = "tdx_guest";
  quote: Quote;
  /** Fails calls as the kernel would: by name of what is called, or undefined. */
  fault: (call: string) => Error | undefined = () => undefined;
  /** Runs when a report was made, before it is read. */
  onReport: (path: string) => Promise<void> = async () => undefined;
  /** Most directories that were there at once. */
  most = 0;
  #open = 0;

  constructor(quote: Quote) {
    this.quote = quote;
  }

  async mkdir(path: string): Promise<void> {
    this.#fail("mkdir");
    await fs.mkdir(path);
    this.most = Math.max(this.most, ++this.#open);
    await fs.writeFile(join(path, "provider"), `${this.provider}\n`);
    await fs.writeFile(join(path, "generation"), "0\n");
  }

  async rmdir(path: string): Promise<void> {
    await fs.rm(path, { recursive: true });
    this.#open--;
    this.#fail("rmdir");
  }

  async readFile(path: string): Promise<Uint8Array> {
    const name = basename(path);
    this.#fail(name);
    if (name === "outblob") {
      const reportData = await fs.readFile(join(dirname(path), "inblob"));
      await this.onReport(dirname(path));
      return this.quote(reportData);
    }
    return fs.readFile(path);
  }

  async writeFile(path: string, bytes: Uint8Array): Promise<void> {
    this.#fail(basename(path));
    if (bytes.length !== 64) throw errno("EINVAL", "write");
    await fs.writeFile(path, bytes);
    await this.raise(dirname(path));
  }

  /** Raises the generation, as another writer does. */
  async raise(path: string): Promise<void> {
    const file = join(path, "generation");
    await fs.writeFile(file, `${Number(await fs.readFile(file, "utf8")) + 1}\n`);
  }

  /** Reports that nobody cleaned up. */
  left(): Promise<string[]> {
    return fs.readdir(this.directory);
  }

  remove(): void {
    rmSync(this.directory, { recursive: true });
  }

  #fail(call: string): void {
    const error = this.fault(call);
    if (error !== undefined) throw error;
  }
}
