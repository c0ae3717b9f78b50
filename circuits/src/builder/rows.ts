import type { R1cs, SparseMatrix } from "../r1cs.js";
import type { Linear } from "./linear.js";
import { normalise } from "./linear.js";

/** Unsigned 32-bit numbers that grow. */
class Numbers {
  #array = new Uint32Array(1024);
  length = 0;

  push(value: number): void {
    if (this.length === this.#array.length) {
      const larger = new Uint32Array(2 * this.length);
      larger.set(this.#array);
      this.#array = larger;
    }
    this.#array[this.length++] = value;
  }

  take(): Uint32Array {
    return this.#array.slice(0, this.length);
  }
}

/** One of the three matrices, row by row. */
export class Matrix {
  readonly #starts = new Numbers();
  readonly #wires = new Numbers();
  readonly #coefficients = new Numbers();

  constructor() {
    this.#starts.push(0);
  }

  /** A term of the row that {@link end} will end: wires ascending, each once. */
  term(wire: number, coefficient: number): void {
    this.#wires.push(wire);
    this.#coefficients.push(coefficient);
  }

  end(): void {
    this.#starts.push(this.#wires.length);
  }

  take(): SparseMatrix {
    return { starts: this.#starts.take(), wires: this.#wires.take(), coefficients: this.#coefficients.take() };
  }
}

/** The rows of a constraint system while it is built. */
export class Rows {
  readonly a = new Matrix();
  readonly b = new Matrix();
  readonly c = new Matrix();
  count = 0;
  readonly #indices = new Map<bigint, number>();

  /** Index of a coefficient in [1, FIELD). */
  coefficient(value: bigint): number {
    let index = this.#indices.get(value);
    if (index === undefined) {
      index = this.#indices.size;
      this.#indices.set(value, index);
    }
    return index;
  }

  add(a: Linear, b: Linear, c: Linear): void {
    this.#write(this.a, a);
    this.#write(this.b, b);
    this.#write(this.c, c);
    this.count++;
  }

  #write(matrix: Matrix, linear: Linear): void {
    const { wires, coefficients } = normalise(linear);
    for (const [i, wire] of wires.entries()) matrix.term(wire, this.coefficient(coefficients[i] as bigint));
    matrix.end();
  }

  take(wires: number, publics: number, committed: number): R1cs {
    return {
      wires,
      publics,
      committed,
      constraints: this.count,
      coefficients: [...this.#indices.keys()],
      a: this.a.take(),
      b: this.b.take(),
      c: this.c.take(),
    };
  }
}
