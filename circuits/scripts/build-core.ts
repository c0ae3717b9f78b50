// Compiles the prover's cores (AssemblyScript) to WebAssembly and writes them as modules that every platform can import.
// npm run build:core in circuits/; a test proves that the committed module is what this gives.
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { main } from "assemblyscript/asc";
import { FIELDS, fieldSource } from "./fields.ts";
import { laneSource } from "./lanes.ts";

const PROVER = fileURLToPath(new URL("../src/prover/", import.meta.url));

/** The modules that the prover runs, and what their compilation needs. */
const CORES = [
  { entry: "index.ts", file: "core.ts", name: "CORE", about: "The prover's core", flags: [] },
  {
    entry: "lanes/index.ts",
    file: "core-lanes.ts",
    name: "LANES",
    about: "Multi-scalar multiplications for machines with fused multiply-adds",
    flags: ["--enable", "simd", "--enable", "relaxed-simd"],
  },
] as const;

/** The files that the build writes, by their paths: sources of the fields, and both cores as modules. */
export async function buildCore(): Promise<Map<string, string>> {
  const sources = new Map<string, string>();
  for (const name of Object.keys(FIELDS) as (keyof typeof FIELDS)[]) sources.set(`${name}.ts`, fieldSource(name));
  sources.set("lanes/fq.ts", laneSource());
  const files = new Map([...sources].map(([path, text]) => [join(PROVER, "assembly", path), text]));
  for (const { entry, file, name, about, flags } of CORES) {
    const wasm = await compile(entry, flags, sources);
    files.set(
      join(PROVER, file),
      `// Written by scripts/build-core.ts from assembly/: do not edit.

/** ${about}, ${wasm.length} bytes of WebAssembly, in base64. */
export const ${name} =
  "${Buffer.from(wasm).toString("base64")}";
`,
    );
  }
  return files;
}

/** Compiles in a directory of its own, so that paths of this machine leave no trace. */
async function compile(
  entry: string,
  more: readonly string[],
  generated: ReadonlyMap<string, string>,
): Promise<Uint8Array> {
  const directory = await mkdtemp(join(tmpdir(), "freehold-core-"));
  try {
    await cp(join(PROVER, "assembly"), directory, { recursive: true });
    for (const [path, text] of generated) await writeFile(join(directory, path), text);
    // Warning 201: sizes mix i32 and usize, which are one width in wasm32.
    const flags = ["-O3", "--runtime", "stub", "--noAssert", "--disableWarning", "201", "--shrinkLevel", "1", ...more];
    const asc = await main([entry, "--outFile", "core.wasm", "--baseDir", directory, ...flags], {});
    if (asc.error) throw new Error(`${entry} does not compile: ${asc.stderr.toString()}`);
    return await readFile(join(directory, "core.wasm"));
  } finally {
    await rm(directory, { recursive: true });
  }
}

if (import.meta.main) {
  for (const [path, text] of await buildCore()) await writeFile(path, text);
}
