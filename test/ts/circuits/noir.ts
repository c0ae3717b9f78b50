import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CircuitError, FIELD, inferenceCircuit, type Shape, witnessOf } from "@freehold/circuits";
import { noirInference, noirInferenceInputs } from "@freehold/circuits/noir";
import { expect } from "chai";
import { inferenceCase } from "./models.ts";

const MAIN = fileURLToPath(new URL("../../../circuits/dist/cli/main.js", import.meta.url));

/** Tables of a module of constants, as numbers. */
function tablesOf(source: string): Record<string, bigint[][]> {
  const tables: Record<string, bigint[][]> = {};
  for (const [, name, body] of source.matchAll(/^ {4}(\w+): \[\n([\s\S]*?)\n {4}\],$/gm)) {
    const rows = [...(body ?? "").matchAll(/\[([^\]]*)\]/g)].map(([, row]) => (row ?? "").match(/0x[0-9a-f]+/g) ?? []);
    tables[name ?? ""] = rows.map((row) => row.map(BigInt));
  }
  return tables;
}

/** The permutation that these tables give, round by round as the generated source takes them. */
function permute(input: readonly bigint[], tables: Record<string, bigint[][]>): bigint[] {
  const { first, last, matrix, entry, partial, rows, columns } = tables;
  const full = (state: bigint[], constants: bigint[], mix: bigint[][]) => {
    const boxes = state.map((value, i) => (value + constants[i]!) ** 5n % FIELD);
    return mix.map((row) => row.reduce((sum, factor, j) => sum + factor * boxes[j]!, 0n) % FIELD);
  };
  let state = [...input];
  for (const [i, constants] of first!.entries()) state = full(state, constants, i < 3 ? matrix! : entry!);
  for (const [r, constants] of partial!.entries()) {
    const [head, ...rest] = state.map((value, i) => value + constants[i]!);
    const box = head! ** 5n % FIELD;
    const sum = [box, ...rest].reduce((total, value, i) => total + rows![r]![i]! * value, 0n);
    state = [sum, ...rest.map((value, i) => value + columns![r]![i + 1]! * box)].map((value) => value % FIELD);
  }
  for (const constants of last!) state = full(state, constants, matrix!);
  return state;
}

describe("circuits: the inference statement in Noir", () => {
  it("has the public inputs of the circuit, in its order", () => {
    for (const shape of [
      { inputs: 16, hidden: 4, classes: 2 },
      { inputs: 64, hidden: 15, classes: 7 },
    ]) {
      const { circuit, values } = inferenceCase(shape, 1);
      const { inputs, publics } = noirInferenceInputs(shape, values);
      expect(publics).to.deep.equal(witnessOf(circuit, values).publics);
      const signature = /fn main\(\n([\s\S]*?)\n\) \{/.exec(noirInference(shape).files["src/main.nr"]!)?.[1] ?? "";
      const names = [...signature.matchAll(/^ {4}(\w+): pub Field,$/gm)].map(([, name]) => name);
      expect(names).to.deep.equal(inferenceCircuit(shape, 1).publics);
      expect(names.map((name) => BigInt(inputs[name!] as string))).to.deep.equal(publics);
      const privates = [...signature.matchAll(/^ {4}(\w+): (?:\[Field; (\d+)\]|Field),$/gm)];
      expect([...names, ...privates.map(([, name]) => name)]).to.deep.equal(Object.keys(inputs));
      for (const [, name, count] of privates) {
        const value = inputs[name!]!;
        if (count === undefined) expect(value).to.be.a("string");
        else expect(value, name).to.have.length(Number(count));
      }
    }
  });

  it("has circomlib's Poseidon", () => {
    const { files } = noirInference({ inputs: 64, hidden: 8, classes: 3 });
    const modules = Object.keys(files).filter((path) => /poseidon_\d+/.test(path));
    expect(modules).to.deep.equal(["src/poseidon_3.nr", "src/poseidon_4.nr", "src/poseidon_17.nr"]);
    // Of 1, 2, ..., N, as poseidon-lite and circomlib have them.
    const published: readonly (readonly [number, bigint])[] = [
      [2, 7853200120776062878684798364095072458815029376092732009249414926327459813530n],
      [16, 9989051620750914585850546081941653841776809718687451684622678807385399211877n],
    ];
    for (const [n, hash] of published) {
      const tables = tablesOf(files[`src/poseidon_${n + 1}.nr`]!);
      const state = Array.from({ length: n + 1 }, (_, i) => BigInt(i));
      expect(permute(state, tables)[0]).to.equal(hash);
    }
  });

  it("refuses shapes that no circuit expresses", () => {
    const shapes: Shape[] = [
      { inputs: 16, hidden: 4, classes: 1 },
      { inputs: 60_000, hidden: 60, classes: 3 },
    ];
    for (const shape of shapes) expect(() => noirInference(shape)).to.throw(CircuitError);
  });

  it("is written by a command, which overwrites nothing", async () => {
    const directory = await mkdtemp(join(tmpdir(), "freehold-noir-"));
    const run = () =>
      spawnSync(process.execPath, [MAIN, "noir", "--inputs", "16", "--hidden", "4", "--classes", "2", "--out", "p"], {
        cwd: directory,
        encoding: "utf8",
      });
    try {
      expect(run()).to.include({ status: 0, stderr: "" });
      const { files } = noirInference({ inputs: 16, hidden: 4, classes: 2 });
      for (const [path, text] of Object.entries(files)) {
        expect(await readFile(join(directory, "p", path), "utf8")).to.equal(text);
      }
      expect(await readdir(join(directory, "p", "src"))).to.have.length(Object.keys(files).length - 1);
      const again = run();
      expect(again.status).to.equal(1);
      expect(again.stderr).to.include("[EXISTS]");
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
