import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  developmentSetup,
  proofToJson,
  prove,
  verify,
  verifyingKey,
  verifyingKeyFromJson,
  verifyingKeyToJson,
  writeR1cs,
  writeWtns,
  writeZkey,
} from "@freehold/circuits";
import { expect } from "chai";
import { synthetic } from "./synthetic.ts";

// A tool of its own, run as a process and never imported: it is under the GPL.
const SNARKJS = new URL("../../../node_modules/snarkjs/build/cli.cjs", import.meta.url).pathname;
const run = promisify(execFile);

describe("circuits: snarkjs reads the prover's files", () => {
  const { system, witness, publics } = synthetic({ constraints: 500, seed: 21 });
  let directory: string;
  const snarkjs = async (...args: string[]) =>
    (await run(process.execPath, [SNARKJS, ...args], { cwd: directory })).stdout;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "freehold-snarkjs-"));
    const key = await developmentSetup(system);
    const files: [string, Uint8Array | string][] = [
      ["c.r1cs", writeR1cs(system)],
      ["c.wtns", writeWtns(witness)],
      ["c.zkey", writeZkey(key)],
      ["vk.json", JSON.stringify(verifyingKeyToJson(verifyingKey(key)))],
      ["publics.json", JSON.stringify(publics.map(String))],
      ["proof.json", JSON.stringify(proofToJson(await prove(key, witness, { threads: 1 })))],
    ];
    for (const [name, data] of files) await writeFile(join(directory, name), data);
  });
  after(() => rm(directory, { recursive: true }));

  const json = async (name: string) => JSON.parse(await readFile(join(directory, name), "utf8"));

  it("its checker accepts the witness for the constraints", async () => {
    expect(await snarkjs("wtns", "check", "c.r1cs", "c.wtns")).to.include("WITNESS IS CORRECT");
    const info = await snarkjs("r1cs", "info", "c.r1cs");
    expect(info)
      .to.match(/of Constraints: 500\b/)
      .and.match(/of Public Inputs: 3\b/);
  });

  it("its verifier accepts the proof, and no other statement", async () => {
    expect(await snarkjs("groth16", "verify", "vk.json", "publics.json", "proof.json")).to.include("OK!");
    await writeFile(join(directory, "other.json"), JSON.stringify(["1", ...publics.slice(1).map(String)]));
    const refused = snarkjs("groth16", "verify", "vk.json", "other.json", "proof.json");
    expect(
      await refused.then(
        () => "accepted",
        () => "refused",
      ),
    ).to.equal("refused");
  });

  it("its prover proves with the key, and the proof verifies here", async () => {
    await snarkjs("groth16", "prove", "c.zkey", "c.wtns", "theirs.json", "theirs-publics.json");
    expect(await json("theirs-publics.json")).to.deep.equal(publics.map(String));
    const { pi_a, pi_b, pi_c } = await json("theirs.json");
    const two = ([x, y]: string[]) => [BigInt(x ?? 0), BigInt(y ?? 0)] as const;
    const proof = { a: two(pi_a), b: [two(pi_b[0]), two(pi_b[1])] as const, c: two(pi_c) };
    const key = verifyingKeyFromJson(await json("vk.json"));
    expect(verify(key, publics, proof)).to.equal(true);
    expect(verify(key, [1n, ...publics.slice(1)], proof)).to.equal(false);
  });

  it("exports the same verifying key from the proving key", async () => {
    await snarkjs("zkey", "export", "verificationkey", "c.zkey", "exported.json");
    const { vk_alphabeta_12: _, ...exported } = await json("exported.json");
    const { committed: _1, development: _2, ...ours } = await json("vk.json");
    expect(exported).to.deep.equal(ours);
  });
});
