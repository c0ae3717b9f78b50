import { CircuitError } from "../errors.js";
import { mod } from "../field.js";
import { FIELD } from "../r1cs.js";
import { constant, type Linear, ONE, subtract } from "./linear.js";
import { Rows } from "./rows.js";

/** Gives a wire's value; called only when a witness is computed. */
export type Hint = () => bigint;

/**
 * What a circuit is written against. The same circuit function is run twice: once to record constraints, once to compute values;
 * it cannot tell which, except by its hints being called. So it must not branch on values.
 */
export class Builder {
  /** Where constraints are recorded; absent when a witness is computed. */
  readonly rows: Rows | undefined;
  /** Values of the wires so far; absent when constraints are recorded. */
  readonly values: bigint[] | undefined;
  /** Wires that have names of their own: the first wire of each name. */
  readonly labels: [first: number, label: string][] = [[0, "one"]];
  wires = 1;
  publics = 0;
  committed = 0;

  constructor(purpose: "constraints" | "witness") {
    if (purpose === "constraints") this.rows = new Rows();
    else this.values = [1n];
  }

  /** A public wire. All of them come first, and their order is the statement's. `bind` gives it a value later if none is given. */
  public(label: string, hint: Hint = () => 0n): Linear {
    if (this.committed > 0) throw new CircuitError("BAD_CIRCUIT", `public wire ${label} comes after committed ones`);
    const wire = this.#first(label, this.publics, hint);
    this.publics++;
    return wire;
  }

  /** A committed wire (tier 2): after the public ones, before all others. */
  commit(label: string, hint: Hint): Linear {
    const wire = this.#first(label, this.publics + this.committed, hint);
    this.committed++;
    return wire;
  }

  /** A private wire. Nothing constrains it yet. */
  wire(label: string, hint: Hint): Linear {
    const [wire] = this.allocate(label, 1);
    if (this.values !== undefined) this.values[wire as number] = mod(hint());
    return { wires: [wire as number], coefficients: [1n] };
  }

  /** Private wires without values, for gadgets that write rows and values themselves. */
  allocate(label: string, count: number): number[] {
    this.labels.push([this.wires, label]);
    return Array.from({ length: count }, () => {
      this.values?.push(0n);
      return this.wires++;
    });
  }

  /** a * b = c. @throws CircuitError `UNSATISFIED` when a witness is computed for which it is not */
  enforce(a: Linear, b: Linear, c: Linear, what: string): void {
    this.rows?.add(a, b, c);
    if (this.values === undefined) return;
    if (mod(this.value(a) * this.value(b) - this.value(c)) !== 0n) {
      throw new CircuitError("UNSATISFIED", `the values contradict a constraint: ${what}`);
    }
  }

  equal(a: Linear, b: Linear, what: string): void {
    this.enforce(subtract(a, b), ONE, constant(0n), what);
  }

  /** A wire that is a * b. */
  product(a: Linear, b: Linear, label: string): Linear {
    const wire = this.wire(label, () => this.value(a) * this.value(b));
    this.enforce(a, b, wire, label);
    return wire;
  }

  /** Sets a public wire to what the circuit computed, and constrains it so. */
  bind(wire: Linear, computed: Linear, what: string): void {
    if (this.values !== undefined) this.values[wire.wires[0] as number] = this.value(computed);
    this.equal(computed, wire, what);
  }

  /** Value in [0, FIELD) of a linear combination; only from hints, and from gadgets that computed it. */
  value({ wires, coefficients }: Linear): bigint {
    const values = this.values;
    if (values === undefined)
      throw new CircuitError("BAD_CIRCUIT", "a circuit looks at values while it is being built");
    let total = 0n;
    for (let i = 0; i < wires.length; i++)
      total += (coefficients[i] as bigint) * (values[wires[i] as number] as bigint);
    return mod(total);
  }

  /** The same as an integer in (-FIELD / 2, FIELD / 2): for hints about signed sums. */
  signed(linear: Linear): bigint {
    const value = this.value(linear);
    return value > FIELD >> 1n ? value - FIELD : value;
  }

  #first(label: string, before: number, hint: Hint): Linear {
    if (this.wires !== 1 + before) {
      throw new CircuitError("BAD_CIRCUIT", `${label} must come before all private wires`);
    }
    return this.wire(label, hint);
  }
}
