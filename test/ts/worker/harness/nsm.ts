import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { decode, encode } from "cborg";

const SOURCE = fileURLToPath(new URL("nsm.c", import.meta.url));

/** What a made document says; nothing of it is signed. */
export interface MadeDocument {
  readonly pcrs: readonly Uint8Array[];
  readonly userData?: Uint8Array | null;
  readonly nonce?: Uint8Array | null;
  readonly publicKey?: Uint8Array | null;
}

/** A COSE_Sign1 in the form of the Nitro Secure Module's documents, with a signature of zeros. */
export function madeDocument({ pcrs, userData = null, nonce = null, publicKey = null }: MadeDocument): Uint8Array {
  const payload = {
    module_id: "i-test-enc0",
    digest: "SHA384",
    timestamp: 1,
    pcrs: new Map(pcrs.map((value, index) => [index, value])),
    certificate: new Uint8Array(1),
    cabundle: [new Uint8Array(1)],
    public_key: publicKey,
    user_data: userData,
    nonce,
  };
  return encode([encode(new Map([[1, -35]])), new Map(), encode(payload), new Uint8Array(96)]);
}

/** A Nitro Secure Module behind real system calls: a compiled library that stands for the C library's open, ioctl and close. */
export class FakeNsm {
  readonly path = "/dev/nsm";
  readonly #directory: string;
  readonly library: string;
  readonly environment: NodeJS.ProcessEnv;

  private constructor(directory: string, library: string) {
    this.#directory = directory;
    this.library = library;
    this.environment = { FAKE_NSM_PATH: this.path, FAKE_NSM_ANSWERS: directory };
  }

  /** Compiles it. Skips the running suite, loudly, on a machine without a C compiler. */
  static create(context: Mocha.Context): FakeNsm {
    if (process.platform !== "linux" || spawnSync("gcc", ["--version"]).status !== 0) {
      console.warn("SKIPPED: the Nitro Secure Module's system calls need Linux and gcc");
      context.skip();
    }
    const directory = mkdtempSync(join(tmpdir(), "freehold-nsm-"));
    const library = join(directory, "libnsm.so");
    execFileSync("gcc", ["-O1", "-Wall", "-Werror", "-shared", "-fPIC", "-o", library, SOURCE, "-ldl"]);
    const fake = new FakeNsm(directory, library);
    Object.assign(process.env, fake.environment);
    return fake;
  }

  /** Raw answer to a request: `document`, `pcr0`, and so on. */
  put(name: string, bytes: Uint8Array): void {
    writeFileSync(join(this.#directory, name), bytes);
  }

  /** Answers with a document from now on. */
  putDocument(document: Uint8Array): void {
    this.put("document", encode({ Attestation: { document } }));
  }

  putPcrs(pcrs: readonly Uint8Array[], lock = true): void {
    for (const [index, data] of pcrs.entries()) this.put(`pcr${index}`, encode({ DescribePCR: { lock, data } }));
  }

  /** Every call fails with this number; undefined: no more. */
  fail(errno: number | undefined): void {
    const file = join(this.#directory, "errno");
    if (errno === undefined) rmSync(file, { force: true });
    else writeFileSync(file, String(errno));
  }

  /** The last request, decoded. */
  request(): unknown {
    return decode(readFileSync(join(this.#directory, "request")));
  }

  remove(): void {
    for (const name of Object.keys(this.environment)) delete process.env[name];
    rmSync(this.#directory, { recursive: true });
  }
}
