import { concat } from "../prover/engine.js";
import { runJobs, type SetupJob, type SetupOptions } from "../prover/jobs.js";
import { type Group, POINT, SCALAR } from "../prover/layout.js";
import { sharedCopy } from "./key.js";
import { GENERATOR1, GENERATOR2, writePoint } from "./points.js";

/** Scalars of one task at most: each makes a table of the generator, which takes as long as a thousand points. */
const SCALARS = 1 << 14;
/** Milliseconds of a point, and of a table. */
const COSTS = { 1: 0.013, 2: 0.04 } as const;

type Lists = Readonly<Record<string, Uint8Array>>;

/**
 * The generators' multiples: for each list of scalars, 32 bytes each, a list of points as in keys. All of one group are worked on as
 * one list, for the sake of the tables.
 * @throws RangeError for wrong `threads`, the signal's reason
 */
export async function multiplesOf<One extends Lists, Two extends Lists>(
  one: One,
  two: Two,
  options: SetupOptions,
): Promise<Record<keyof One | keyof Two, Uint8Array>> {
  const groups = [
    { group: 2, base: writePoint(GENERATOR2), lists: Object.entries(two) },
    { group: 1, base: writePoint(GENERATOR1), lists: Object.entries(one) },
  ] as const;
  const parts = groups.map(({ group, base, lists }) => {
    const scalars = concat(lists.map(([, list]) => list));
    return { group, base, scalars, lists, out: new Uint8Array((scalars.length / SCALAR) * POINT[group]) };
  });
  const total = parts.reduce((sum, { group, scalars }) => sum + COSTS[group] * (scalars.length / SCALAR), 0);
  await runJobs(jobsOf(parts, total), total, options);
  const points: Record<string, Uint8Array> = {};
  for (const { group, lists, out } of parts) {
    let at = 0;
    for (const [name, { length }] of lists) {
      const end = at + (length / SCALAR) * POINT[group];
      points[name] = sharedCopy(out.subarray(at, end));
      at = end;
    }
  }
  return points as Record<keyof One | keyof Two, Uint8Array>;
}

interface Part {
  readonly group: Group;
  readonly base: Uint8Array;
  readonly scalars: Uint8Array;
  readonly out: Uint8Array;
}

function* jobsOf(parts: readonly Part[], total: number): Generator<SetupJob> {
  for (const { group, base, scalars, out } of parts) {
    const count = scalars.length / SCALAR;
    // An even number: two threads have the same to do.
    const tasks = count < SCALARS / 8 ? 1 : 2 * Math.ceil(count / (2 * SCALARS));
    for (let i = 0; i < tasks; i++) {
      const from = Math.floor((count * i) / tasks);
      const to = Math.floor((count * (i + 1)) / tasks);
      const task = { kind: "multiples", group, base, scalars: scalars.slice(from * SCALAR, to * SCALAR) } as const;
      const share = (COSTS[group] * (to - from)) / total;
      yield { task, share, take: (points) => out.set(points, from * POINT[group]) };
    }
  }
}
