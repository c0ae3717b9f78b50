import { Builder, type Circuit, CircuitError, type Hint, type Linear } from "@freehold/circuits";

/** A prover that gives chosen wires other values and computes everything after them as the circuit says. */
export class CheatingBuilder extends Builder {
  readonly #lies: ReadonlyMap<string, bigint>;
  /** Names of wires whose values are hints, not products. */
  readonly hinted = new Map<string, bigint>();
  #inProduct = false;

  constructor(lies: ReadonlyMap<string, bigint> = new Map()) {
    super("witness");
    this.#lies = lies;
  }

  override wire(label: string, hint: Hint): Linear {
    const lie = this.#lies.get(label);
    const wire = super.wire(label, lie === undefined ? hint : () => lie);
    if (!this.#inProduct) this.hinted.set(label, this.value(wire));
    return wire;
  }

  override product(a: Linear, b: Linear, label: string): Linear {
    this.#inProduct = true;
    try {
      return super.product(a, b, label);
    } finally {
      this.#inProduct = false;
    }
  }
}

/** Public values after a lie, or undefined when some constraint refuses it. */
export function tryLie<Values>(
  circuit: Circuit<Values>,
  values: Values,
  lies: ReadonlyMap<string, bigint>,
): readonly bigint[] | undefined {
  const builder = new CheatingBuilder(lies);
  try {
    circuit.define(builder, () => values);
  } catch (error) {
    if (error instanceof CircuitError && error.code === "UNSATISFIED") return undefined;
    throw error;
  }
  return builder.values?.slice(1, 1 + builder.publics);
}
