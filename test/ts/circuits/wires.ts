import { FIELD, type R1cs, type SparseMatrix } from "@freehold/circuits";

/** Rows in which each wire occurs. */
export function rowsOfWires(system: R1cs): number[][] {
  const rows: number[][] = Array.from({ length: system.wires }, () => []);
  for (let row = 0; row < system.constraints; row++) {
    for (const wire of wiresOfRow(system, row)) rows[wire]?.push(row);
  }
  return rows;
}

/** Wires of a row, the constant not counted. */
export function wiresOfRow(system: R1cs, row: number): Set<number> {
  const wires = new Set<number>();
  for (const { starts, wires: all } of [system.a, system.b, system.c]) {
    for (let at = starts[row] as number; at < (starts[row + 1] as number); at++) wires.add(all[at] as number);
  }
  wires.delete(0);
  return wires;
}

export function inverse(value: bigint): bigint {
  let result = 1n;
  let square = value;
  for (let rest = FIELD - 2n; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % FIELD;
    square = (square * square) % FIELD;
  }
  return result;
}

function dot(
  system: R1cs,
  { starts, wires, coefficients }: SparseMatrix,
  row: number,
  values: readonly bigint[],
): bigint {
  let total = 0n;
  for (let at = starts[row] as number; at < (starts[row + 1] as number); at++) {
    total += (system.coefficients[coefficients[at] as number] as bigint) * (values[wires[at] as number] as bigint);
  }
  return total % FIELD;
}

/** A B - C of a row. */
export function residue(system: R1cs, row: number, values: readonly bigint[]): bigint {
  const [a, b, c] = [system.a, system.b, system.c].map((matrix) => dot(system, matrix, row, values)) as [
    bigint,
    bigint,
    bigint,
  ];
  return (((a * b - c) % FIELD) + FIELD) % FIELD;
}

/** Derivatives of a row's residue by its wires. */
function derivatives(system: R1cs, row: number, values: readonly bigint[]): Map<number, bigint> {
  const found = new Map<number, bigint>();
  const add = ({ starts, wires, coefficients }: SparseMatrix, factor: bigint) => {
    for (let at = starts[row] as number; at < (starts[row + 1] as number); at++) {
      const wire = wires[at] as number;
      const coefficient = system.coefficients[coefficients[at] as number] as bigint;
      found.set(wire, ((found.get(wire) ?? 0n) + coefficient * factor) % FIELD);
    }
  };
  add(system.a, dot(system, system.b, row, values));
  add(system.b, dot(system, system.a, row, values));
  add(system.c, FIELD - 1n);
  return found;
}

/**
 * Wires that the constraints do not determine in first order at a witness, the given ones held fast: the kernel of the Jacobian.
 * Rows with one unknown wire are used up first; what they leave is eliminated as a dense matrix. 0 means full rank.
 */
export function undetermined(system: R1cs, values: readonly bigint[], given: ReadonlySet<number>): number {
  const unknown = new Set<number>();
  for (let wire = 1; wire < system.wires; wire++) if (!given.has(wire)) unknown.add(wire);
  const jacobian = Array.from({ length: system.constraints }, (_, row) => {
    const entries = [...derivatives(system, row, values)].filter(([wire, value]) => value !== 0n && unknown.has(wire));
    return new Map(entries);
  });
  const users = new Map<number, number[]>([...unknown].map((wire) => [wire, []]));
  for (const [row, entries] of jacobian.entries()) for (const wire of entries.keys()) users.get(wire)?.push(row);
  const queue = jacobian.flatMap((entries, row) => (entries.size === 1 ? [row] : []));
  for (let row = queue.pop(); row !== undefined; row = queue.pop()) {
    const [wire] = jacobian[row]?.keys() ?? [];
    if (wire === undefined) continue;
    unknown.delete(wire);
    for (const user of users.get(wire) ?? []) {
      jacobian[user]?.delete(wire);
      if (jacobian[user]?.size === 1) queue.push(user);
    }
  }
  return unknown.size - rank(jacobian.filter(({ size }) => size > 0));
}

function rank(rows: readonly Map<number, bigint>[]): number {
  const pivots = new Map<number, Map<number, bigint>>();
  for (const row of rows) {
    let rest = new Map(row);
    while (rest.size > 0) {
      const wire = Math.min(...rest.keys());
      const pivot = pivots.get(wire);
      const factor = rest.get(wire) as bigint;
      if (pivot === undefined) {
        const scale = inverse(factor);
        pivots.set(wire, new Map([...rest].map(([each, value]) => [each, (value * scale) % FIELD])));
        break;
      }
      const next = new Map(rest);
      for (const [each, value] of pivot) {
        const left = ((next.get(each) ?? 0n) + (FIELD - factor) * value) % FIELD;
        if (left === 0n) next.delete(each);
        else next.set(each, left);
      }
      rest = next;
    }
  }
  return pivots.size;
}
