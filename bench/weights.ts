import { createCipheriv, createHash } from "node:crypto";
import { closeSync, createReadStream, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashFile } from "@freehold/sdk/node";

const MIB = 1 << 20;
const ROUNDS = 3;

/**
 * Cost of the weights root as a ratio to the platform's plain SHA-256 of the same file, side by side in one run.
 * @returns `weights.hash.1core`, `weights.hash.2cores`: medians of three rounds
 */
export async function measureWeights({ sizeMiB = 1024 } = {}): Promise<Record<string, number>> {
  const directory = mkdtempSync(join(tmpdir(), "freehold-bench-"));
  const path = join(directory, "weights");
  try {
    fill(path, sizeMiB);
    // Twice: the first warms the page cache, the second the code.
    for (let i = 0; i < 2; i++) {
      await plainSha256(path);
      await hashFile(path, { threads: 1 });
      await hashFile(path, { threads: 2 });
    }
    const ratios: { one: number; two: number }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const plain = await milliseconds(() => plainSha256(path));
      const one = await milliseconds(() => hashFile(path, { threads: 1 }));
      const two = await milliseconds(() => hashFile(path, { threads: 2 }));
      ratios.push({ one: one / plain, two: two / plain });
    }
    return {
      "weights.hash.1core": median(ratios.map(({ one }) => one)),
      "weights.hash.2cores": median(ratios.map(({ two }) => two)),
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Fills a file with the key stream of AES-256-CTR: random bytes that are the same in every run. */
function fill(path: string, sizeMiB: number): void {
  const cipher = createCipheriv("aes-256-ctr", Buffer.alloc(32, "freehold"), Buffer.alloc(16));
  const zeros = Buffer.alloc(MIB);
  const file = openSync(path, "w");
  for (let i = 0; i < sizeMiB; i++) writeSync(file, cipher.update(zeros));
  closeSync(file);
}

/** The platform's SHA-256 over a stream of the file, with reads so large that the stream costs least. */
async function plainSha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const part of createReadStream(path, { highWaterMark: MIB })) hash.update(part as Buffer);
  return hash.digest("hex");
}

async function milliseconds(run: () => unknown): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

if (import.meta.main) console.log(await measureWeights());
