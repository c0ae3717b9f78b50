import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  CircuitError,
  checkContribution,
  committedSum,
  contribute,
  KeyError,
  type PowersOfTau,
  type ProvingKey,
  prove,
  readPtau,
  setupFromPtau,
  VerifyingKeyError,
  verify,
  verifyingKey,
  writeR1cs,
  writeZkey,
} from "@freehold/circuits";
import { expect } from "chai";
import { readSections } from "../../../circuits/src/formats/sections.ts";
import { refusal, synthetic } from "./synthetic.ts";

const SNARKJS = new URL("../../../node_modules/snarkjs/build/cli.cjs", import.meta.url).pathname;
const run = promisify(execFile);

describe("circuits: keys from powers of tau", () => {
  const { system, witness, publics } = synthetic({ constraints: 55, seed: 41, terms: 8 });
  let directory: string;
  let file: Uint8Array;
  let powers: PowersOfTau;
  let first: ProvingKey;
  const snarkjs = async (...args: string[]) =>
    (await run(process.execPath, [SNARKJS, ...args], { cwd: directory })).stdout;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "freehold-ptau-"));
    await snarkjs("powersoftau", "new", "bn128", "6", "0.ptau");
    await snarkjs("powersoftau", "contribute", "0.ptau", "1.ptau", "-e=a test");
    await snarkjs("powersoftau", "prepare", "phase2", "1.ptau", "2.ptau");
    file = await readFile(join(directory, "2.ptau"));
    powers = readPtau(file);
    first = await setupFromPtau(system, powers);
  });
  after(() => rm(directory, { recursive: true }));

  it("makes the key that snarkjs makes of the same powers, point for point", async () => {
    await writeFile(join(directory, "c.r1cs"), writeR1cs(system));
    await snarkjs("groth16", "setup", "c.r1cs", "2.ptau", "c.zkey");
    const theirs = readSections(await readFile(join(directory, "c.zkey")), "zkey", 1);
    const ours = readSections(writeZkey(first), "zkey", 1);
    // 4 holds the matrices' terms, whose order is free: as sets. 10 holds the contributions.
    for (const id of [1, 2, 3, 5, 6, 7, 8, 9]) {
      expect(Buffer.from(ours.get(id) ?? []).equals(theirs.get(id) ?? new Uint8Array(1)), `section ${id}`).to.equal(
        true,
      );
    }
    const terms = (bytes: Uint8Array = new Uint8Array()) =>
      Array.from({ length: (bytes.length - 4) / 44 }, (_, i) =>
        Buffer.from(bytes.subarray(4 + 44 * i, 48 + 44 * i)).toString("hex"),
      ).sort();
    expect(terms(ours.get(4))).to.deep.equal(terms(theirs.get(4)));
  });

  it("proves after two contributions, and not before one", async () => {
    expect(first.development).to.equal(false);
    const proof = await prove(first, witness, { threads: 0 });
    expect(refusal(() => verify(verifyingKey(first), publics, proof))).to.be.instanceOf(VerifyingKeyError);
    const second = await contribute(first);
    const third = await contribute(second);
    for (const key of [second, third]) {
      const proven = await prove(key, witness, { threads: 0 });
      expect(verify(verifyingKey(key), publics, proven)).to.equal(true);
      expect(verify(verifyingKey(key), [1n, ...publics.slice(1)], proven)).to.equal(false);
    }
    const old = await prove(second, witness, { threads: 0 });
    expect(verify(verifyingKey(third), publics, old)).to.equal(false);
  });

  it("checks a transcript, and finds whatever was changed besides", async () => {
    const second = await contribute(first);
    expect(await checkContribution(first, second)).to.equal(true);
    expect(await checkContribution(second, await contribute(second))).to.equal(true);
    const other = await contribute(first);
    const swapped = second.h.slice();
    swapped.copyWithin(0, 64, 128);
    const bad: ProvingKey[] = [
      { ...second, k: other.k },
      { ...second, h: other.h },
      { ...second, h: swapped },
      { ...second, delta1: other.delta1 },
      { ...second, delta2: other.delta2 },
      { ...second, ic: second.ic.slice().reverse() },
      { ...second, alpha1: first.beta1 },
      { ...second, development: true },
      { ...second, blinder: first.h.slice(0, 128) },
    ];
    for (const [i, key] of bad.entries()) expect(await checkContribution(first, key), `change ${i}`).to.equal(false);
  });

  it("gives tier 2 its blinder", async () => {
    const two = synthetic({ constraints: 40, committed: 5, seed: 42 });
    const start = await setupFromPtau(two.system, powers);
    const key = await contribute(start);
    expect(await checkContribution(start, key)).to.equal(true);
    const proof = await prove(key, two.witness, { threads: 0, blinder: 77n });
    const sum = await committedSum(key, two.committed, 77n);
    expect(verify(verifyingKey(key), two.publics, proof, sum)).to.equal(true);
    const other = await contribute(start);
    expect(await checkContribution(start, { ...key, blinder: other.blinder })).to.equal(false);
  });

  it("refuses files that are damaged, not prepared, or too small for the circuit", async () => {
    const raw = await readFile(join(directory, "1.ptau"));
    for (const bad of [file.slice(0, 1_000), new Uint8Array(40), new Uint8Array(), new Uint8Array([...file, 0]), raw]) {
      expect(refusal(() => readPtau(bad)))
        .to.be.instanceOf(CircuitError)
        .with.property("code", "BAD_FILE");
    }
    const large = synthetic({ constraints: 70 });
    const error = await setupFromPtau(large.system, powers).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(KeyError);
  });
});
