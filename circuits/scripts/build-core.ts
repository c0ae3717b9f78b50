// Compiles the prover's core (AssemblyScript) to WebAssembly and writes it as a module that every platform can import.
// npm run build:core in circuits/; a test proves that the committed module is what this gives.
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { main } from "assemblyscript/asc";
import { FIELDS, fieldSource } from "./fields.ts";

const PROVER = fileURLToPath(new URL("../src/prover/", import.meta.url));

/** The files that the build writes, by their paths: sources of the fields, and the core as a module. */
export async function buildCore(): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const name of Object.keys(FIELDS) as (keyof typeof FIELDS)[]) {
    files.set(join(PROVER, `assembly/${name}.ts`), fieldSource(name));
  }
  const wasm = await compile(files);
  files.set(
    join(PROVER, "core.ts"),
    `// Written by scripts/build-core.ts from assembly/: do not edit.

/** The prover's core, ${wasm.length} bytes of WebAssembly, in base64. */
export const CORE =
  "${Buffer.from(wasm).toString("base64")}";
`,
  );
  return files;
}

/** Compiles in a directory of its own, so that paths of this machine leave no trace. */
async function compile(generated: ReadonlyMap<string, string>): Promise<Uint8Array> {
  const directory = await mkdtemp(join(tmpdir(), "freehold-core-"));
  try {
    await cp(join(PROVER, "assembly"), directory, { recursive: true });
    for (const [path, text] of generated) await writeFile(join(directory, basename(path)), text);
    // Warning 201: sizes mix i32 and usize, which are one width in wasm32.
    const flags = ["-O3", "--runtime", "stub", "--noAssert", "--disableWarning", "201"];
    const asc = await main(["index.ts", "--outFile", "core.wasm", "--baseDir", directory, ...flags], {});
    if (asc.error) throw new Error(`the core does not compile: ${asc.stderr.toString()}`);
    return await readFile(join(directory, "core.wasm"));
  } finally {
    await rm(directory, { recursive: true });
  }
}

if (import.meta.main) {
  for (const [path, text] of await buildCore()) await writeFile(path, text);
}
