import type { Builder } from "../builder/builder.js";
import { add, constant, type Linear, ONE, pack, scale, subtract, sum } from "../builder/linear.js";
import { boolean, toBits } from "./bits.js";

/** One of a list, and the others in their order. */
export interface Pick {
  /** 1 at the chosen place, else 0. */
  readonly flags: readonly Linear[];
  /** passed[i] is 1 when the choice is at or before place i; one for each of `rest`. */
  readonly passed: readonly Linear[];
  readonly chosen: Linear;
  readonly rest: readonly Linear[];
}

/**
 * Takes one element out of a list, the greatest by the hint; that it is greatest is for the caller to prove. 2 n - 1 constraints
 * (one less for two elements, none for one).
 */
export function pick(b: Builder, list: readonly Linear[], label: string): Pick {
  const n = list.length;
  let best: number | undefined;
  const choice = () => {
    best ??= list
      .map((element) => b.value(element))
      .reduce((at, value, i, all) => (value > (all[at] as bigint) ? i : at), 0);
    return best;
  };
  const flags: Linear[] = [];
  for (let i = 0; i < n - 1; i++) flags.push(boolean(b, `${label}.flag[${i}]`, () => (choice() === i ? 1n : 0n)));
  const last = subtract(ONE, ...flags);
  // Of two, one bit's complement is a bit.
  if (n > 2) b.enforce(last, subtract(last, ONE), constant(0n), `${label}: one element is chosen`);
  flags.push(last);
  const passed = Array.from({ length: n - 1 }, (_, i) => sum(flags.slice(0, i + 1)));
  const rest = passed.map((flag, i) => {
    const step = subtract(list[i + 1] as Linear, list[i] as Linear);
    return add(list[i] as Linear, b.product(flag, step, `${label}.rest[${i}]`));
  });
  return { flags, passed, chosen: subtract(sum(list), ...rest), rest };
}

/**
 * Logits from an element of slots, plus 2^logitBits each, so that they are in 0..2^(logitBits + 1) - 1. Unique only together with
 * the range checks of {@link argmax} or {@link ranking}: these keep all of them within less than 2^(logitBits + 3), the slot's
 * width, of each other and of 0, so that no carry can be moved between slots. One constraint an element.
 */
export function logitWires(b: Builder, element: Linear, width: number, slots: number, label: string): Linear[] {
  const mask = (1n << BigInt(width)) - 1n;
  const wires = Array.from({ length: slots }, (_, c) =>
    b.wire(`${label}[${c}]`, () => (b.value(element) >> BigInt(width * c)) & mask),
  );
  b.equal(pack(wires, width), element, `${label} fill the slots`);
  return wires;
}

/** The greatest of values below 2^n, of equal ones the lowest; as flags. C (n + 1) + 2 C - 1 constraints for C values. */
export function argmax(b: Builder, values: readonly Linear[], n: number, label: string): readonly Linear[] {
  const best = pick(b, values, label);
  toBits(b, best.chosen, n, `${label}.best`);
  below(b, best, n, label);
  return best.flags;
}

/** What a statement says of an inference. */
export interface Ranking {
  readonly class: Linear;
  readonly margin: Linear;
}

/**
 * Class and coarse margin (reference.ts, marginOf) of C values below 2^n. C (n + 1) constraints for the ranges of the second
 * value, of the gap and of all below; n - 1 for the margin, about 5 C for the choices.
 */
export function ranking(b: Builder, values: readonly Linear[], n: number, label: string): Ranking {
  const best = pick(b, values, `${label}.best`);
  const second = pick(b, best.rest, `${label}.second`);
  toBits(b, second.chosen, n, `${label}.second`);
  below(b, second, n, `${label}.second`);
  const gap = toBits(b, subtract(best.chosen, second.chosen), n, `${label}.gap`);
  // reach[k]: some bit from k on is set.
  const reach = [...gap];
  for (let k = n - 2; k >= 0; k--) {
    const both = b.product(reach[k + 1] as Linear, gap[k] as Linear, `${label}.reach[${k}]`);
    reach[k] = subtract(add(reach[k + 1] as Linear, gap[k] as Linear), both);
  }
  // A second that comes before the best must be truly less: of equal ones the lowest is the class.
  const before = sum(
    second.flags.map((flag, i) => b.product(flag, subtract(ONE, best.passed[i] as Linear), `${label}.before[${i}]`)),
  );
  b.enforce(before, subtract(ONE, reach[0] as Linear), constant(0n), `${label}: of equal values the lowest is chosen`);
  return {
    class: sum(best.flags.map((flag, i) => scale(flag, BigInt(i)))),
    margin: sum(reach.filter((_, k) => k % 2 === 0)),
  };
}

/** No remaining element exceeds the chosen one; one that comes before it is less. n + 1 constraints each. */
function below(b: Builder, { chosen, rest, passed }: Pick, n: number, label: string): void {
  for (const [i, other] of rest.entries()) {
    const strict = subtract(ONE, passed[i] as Linear);
    toBits(b, subtract(chosen, other, strict), n, `${label}.below[${i}]`);
  }
}
