import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  type Circuit,
  CircuitError,
  constraintsOf,
  decodeWitness,
  encodeWitness,
  FIELD,
  readR1cs,
  readWtns,
  witnessOf,
  writeR1cs,
  writeWtns,
} from "@freehold/circuits";
import { expect } from "chai";
import { deltaCase, inferenceCase, random, registerCase, sgdCase } from "./models.ts";

// A tool of its own, run as a process and never imported: it is under the GPL.
const SNARKJS = new URL("../../../node_modules/snarkjs/build/cli.cjs", import.meta.url).pathname;
const run = promisify(execFile);

const shape = { inputs: 4, hidden: 2, classes: 3 };

describe("circuits: files of constraints and witnesses", function () {
  this.timeout(300_000);
  const { circuit, values } = inferenceCase(shape, 2);
  const system = constraintsOf(circuit);
  const { witness } = witnessOf(circuit, values);

  it("come back as they were written, committed wires as public ones", () => {
    const { publics, committed, ...rest } = system;
    const { coefficients, ...read } = readR1cs(writeR1cs(system));
    expect(read.publics).to.equal(publics + committed);
    expect(read.committed).to.equal(0);
    expect([read.wires, read.constraints]).to.deep.equal([rest.wires, rest.constraints]);
    for (const matrix of ["a", "b", "c"] as const) {
      expect(read[matrix].starts).to.deep.equal(rest[matrix].starts);
      expect(read[matrix].wires).to.deep.equal(rest[matrix].wires);
      const value = (all: readonly bigint[]) => (index: number) => all[index];
      expect(Array.from(read[matrix].coefficients, value(coefficients))).to.deep.equal(
        Array.from(rest[matrix].coefficients, value(rest.coefficients)),
      );
    }
    expect(readWtns(writeWtns(witness))).to.deep.equal(witness);
    expect(encodeWitness(decodeWitness(witness))).to.deep.equal(witness);
  });

  it("that are cut, lengthened or of another kind are refused with a typed error", () => {
    const refuses = (action: () => unknown) => {
      try {
        action();
        return false;
      } catch (error) {
        return error instanceof CircuitError && error.code === "BAD_FILE";
      }
    };
    const files = [
      { file: writeR1cs(constraintsOf(registerCase({ inputs: 1, hidden: 1, classes: 2 }, 1).circuit)), read: readR1cs },
      { file: writeWtns(witness.slice(0, 320)), read: readWtns },
    ];
    const next = random(6);
    for (const { file, read } of files) {
      expect(refuses(() => read(file))).to.equal(false);
      for (let i = 0; i < 40; i++) expect(refuses(() => read(file.slice(0, next(file.length))))).to.equal(true);
      expect(refuses(() => read(Uint8Array.from([...file, 0])))).to.equal(true);
      // Any byte of the header changed: refused, or read as another system; never a crash.
      for (let at = 0; at < 100; at++) {
        const changed = Uint8Array.from(file);
        changed[at] = (file[at] as number) ^ (1 + next(255));
        try {
          read(changed);
        } catch (error) {
          expect(error).to.be.instanceOf(CircuitError);
        }
      }
    }
    expect(refuses(() => readWtns(writeR1cs(system)))).to.equal(true);
    expect(refuses(() => readWtns(writeWtns(encodeWitness([1n, FIELD]))))).to.equal(true);
  });

  describe("snarkjs's checker", () => {
    let directory: string;
    before(async () => {
      directory = await mkdtemp(join(tmpdir(), "freehold-circuits-"));
    });
    after(() => rm(directory, { recursive: true }));

    const check = async (name: string, r1cs: Uint8Array, wtns: Uint8Array) => {
      await writeFile(join(directory, `${name}.r1cs`), r1cs);
      await writeFile(join(directory, `${name}.wtns`), wtns);
      const args = [SNARKJS, "wtns", "check", `${name}.r1cs`, `${name}.wtns`];
      const { stdout } = await run(process.execPath, args, { cwd: directory }).catch((error) => error);
      return String(stdout).includes("WITNESS IS CORRECT");
    };
    const accepts = <Values>(name: string, make: () => { circuit: Circuit<Values>; values: Values }) =>
      it(`accepts the witness of ${name}, and not with a wire changed`, async () => {
        const { circuit, values } = make();
        const r1cs = writeR1cs(constraintsOf(circuit));
        const { witness } = witnessOf(circuit, values);
        expect(await check("c", r1cs, writeWtns(witness))).to.equal(true);
        const changed = decodeWitness(witness);
        const last = changed.length - 1;
        changed[last] = ((changed[last] as bigint) + 1n) % FIELD;
        expect(await check("d", r1cs, writeWtns(encodeWitness(changed)))).to.equal(false);
      });

    accepts("inference, tier 1", () => inferenceCase(shape, 1));
    accepts("inference, tier 2", () => inferenceCase({ inputs: 64, hidden: 8, classes: 3 }, 2));
    accepts("register", () => registerCase(shape, 2));
    accepts("delta", () => deltaCase(shape));
    accepts("sgd", () => sgdCase(shape, 2, 2));
  });
});
