import { inverse, rootOfUnity, toBytes } from "../field.js";
import type { ProvingKey } from "../groth16/key.js";
import { ELEMENT, Engine } from "./engine.js";
import { POINT, SCALAR } from "./layout.js";

/** Lists of points that are multiplied by the witness. */
export type Section = "a" | "b2" | "k" | "ic";

/** A piece of a proof, for any thread that has the key. */
export type Task =
  /** Values of one matrix's polynomial on the odd coset of the domain, 36 bytes each as in the core. */
  | { readonly kind: "evaluate"; readonly matrix: 0 | 1 | 2; readonly witness: Uint8Array }
  /** Sum of a section's points times their wires. */
  | {
      readonly kind: "sum";
      readonly section: Section;
      readonly from: number;
      readonly to: number;
      readonly witness: Uint8Array;
    }
  /** Part of the quotient's point, from all three matrices' values between `from` and `to`. */
  | {
      readonly kind: "quotient";
      readonly from: number;
      readonly to: number;
      readonly values: readonly [Uint8Array, Uint8Array, Uint8Array];
    };

/** Runs tasks of one key, one after the other, in memory that does not grow after the first proof. */
export class Session {
  readonly #engine: Engine;
  readonly #key: ProvingKey;
  #tables: Tables | undefined;

  private constructor(engine: Engine, key: ProvingKey) {
    this.#engine = engine;
    this.#key = key;
  }

  static async open(key: ProvingKey): Promise<Session> {
    return new Session(await Engine.create(), key);
  }

  run(task: Task): Uint8Array<ArrayBuffer> {
    switch (task.kind) {
      case "evaluate":
        return this.#evaluate(task.matrix, task.witness);
      case "sum":
        return this.#sum(task.section, task.from, task.to, task.witness);
      case "quotient":
        return this.#quotient(task.from, task.to, task.values);
    }
  }

  #evaluate(index: 0 | 1 | 2, witness: Uint8Array): Uint8Array<ArrayBuffer> {
    const engine = this.#engine;
    const { core } = engine;
    const { log, constraints, coefficients, matrices, publics, committed } = this.#key;
    this.#tables ??= prepare(engine, log);
    const { down, shift, up } = this.#tables;
    const size = 2 ** log;
    return engine.scoped(() => {
      const out = engine.zeros(size * ELEMENT);
      engine.scoped(() => {
        const values = engine.putScalars(witness);
        const { starts, wires, coefficients: indices } = matrices[index];
        const [at, used, which] = [engine.putWords(starts), engine.putWords(wires), engine.putWords(indices)];
        core.timesVector(out, at, used, which, engine.putScalars(coefficients), values, constraints);
        if (index === 0) {
          // The rows of the wires that the verifier sees are the wires themselves.
          const one = engine.putScalars(toBytes([1n]));
          core.multiplyAll(out + constraints * ELEMENT, values, one, 1 + publics + committed);
        }
      });
      core.transformDown(out, log, down);
      core.multiply(out, out, shift, size);
      core.transformUp(out, log, up);
      return engine.read(out, size * ELEMENT);
    });
  }

  #sum(section: Section, from: number, to: number, witness: Uint8Array): Uint8Array<ArrayBuffer> {
    const key = this.#key;
    const group = section === "b2" ? 2 : 1;
    const points = key[section].subarray(from * POINT[group], to * POINT[group]);
    if (section === "ic") return this.#engine.msm(1, points, witness.subarray(from * SCALAR, to * SCALAR));
    const first = 1 + key.publics + key.committed;
    if (section === "k")
      return this.#engine.msm(1, points, witness.subarray((first + from) * SCALAR, (first + to) * SCALAR));
    const wires = (section === "a" ? key.aWires : key.bWires).subarray(from, to);
    return this.#engine.msm(group, points, gather(witness, wires));
  }

  #quotient(from: number, to: number, values: readonly [Uint8Array, Uint8Array, Uint8Array]): Uint8Array<ArrayBuffer> {
    const engine = this.#engine;
    const scalars = engine.scoped(() => {
      const [a, b, c] = [engine.put(values[0]), engine.put(values[1]), engine.put(values[2])];
      const out = engine.take((to - from) * SCALAR);
      engine.core.quotientScalars(out, a, b, c, to - from);
      return engine.read(out, (to - from) * SCALAR);
    });
    return engine.msm(1, this.#key.h.subarray(from * POINT[1], to * POINT[1]), scalars);
  }
}

/** Addresses of the transforms' tables: roots of the inverse, factors of the coset with 1 / n, roots. */
interface Tables {
  readonly down: number;
  readonly shift: number;
  readonly up: number;
}

function prepare(engine: Engine, log: number): Tables {
  const size = 2 ** log;
  const root = rootOfUnity(log);
  const table = (base: bigint, first: bigint, count: number) => {
    const out = engine.take(count * ELEMENT);
    engine.scoped(() => {
      engine.core.powers(out, engine.putScalars(toBytes([base])), engine.putScalars(toBytes([first])), count);
    });
    return out;
  };
  const shift = table(rootOfUnity(log + 1), inverse(BigInt(size)), size);
  engine.core.reverseBits(shift, log);
  return { down: table(inverse(root), 1n, size / 2), shift, up: table(root, 1n, size / 2) };
}

function gather(witness: Uint8Array, wires: Uint32Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(wires.length * SCALAR);
  for (let i = 0; i < wires.length; i++) {
    const at = (wires[i] ?? 0) * SCALAR;
    for (let k = 0; k < SCALAR; k++) out[i * SCALAR + k] = witness[at + k] ?? 0;
  }
  return out;
}
