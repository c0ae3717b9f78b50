import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type PowersOfTau, readPtau, readZkey, writeR1cs, type Zkey } from "@freehold/circuits";
import { encodeZkey, firstZkey } from "@freehold/circuits/ceremony";
import { writePtau } from "./powers.ts";
import { type Synthetic, synthetic } from "./synthetic.ts";

// A tool of its own, run as a process and never imported: it is under the GPL.
const SNARKJS = new URL("../../../node_modules/snarkjs/build/cli.cjs", import.meta.url).pathname;
const run = promisify(execFile);

/** A circuit of 20 constraints, powers of tau for it, its first key, and a directory with their files. */
export interface Scene extends Synthetic {
  readonly directory: string;
  readonly ptau: Uint8Array;
  readonly powers: PowersOfTau;
  readonly first: Zkey;
  path(name: string): string;
  write(name: string, zkey: Zkey): Promise<void>;
  read(name: string): Promise<Zkey>;
  /** What snarkjs prints; a failure is thrown. */
  snarkjs(...args: string[]): Promise<string>;
  /** Whether snarkjs accepts a key. */
  isAccepted(name: string): Promise<boolean>;
  close(): Promise<void>;
}

export async function openScene({ seed = 51, committed = 0 } = {}): Promise<Scene> {
  const made = synthetic({ constraints: 20, seed, committed, terms: 3 });
  const ptau = await writePtau(5);
  const powers = readPtau(ptau);
  const first = await firstZkey(made.system, powers);
  const directory = await mkdtemp(join(tmpdir(), "freehold-ceremony-"));
  const path = (name: string) => join(directory, name);
  const snarkjs = async (...args: string[]) =>
    (await run(process.execPath, [SNARKJS, ...args], { cwd: directory })).stdout;
  await writeFile(path("c.r1cs"), writeR1cs(made.system));
  await writeFile(path("c.ptau"), ptau);
  await writeFile(path("0.zkey"), encodeZkey(first));
  return {
    ...made,
    ...{ directory, ptau, powers, first, path, snarkjs },
    write: (name, zkey) => writeFile(path(name), encodeZkey(zkey)),
    read: async (name) => readZkey(await readFile(path(name))),
    isAccepted: (name) =>
      snarkjs("zkey", "verify", "c.r1cs", "c.ptau", name).then(
        (said) => said.includes("ZKey Ok!"),
        () => false,
      ),
    close: () => rm(directory, { recursive: true }),
  };
}
