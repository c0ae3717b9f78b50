import { inverse, randomScalar, toBytes } from "../field.js";
import { concat, Engine } from "../prover/engine.js";
import { part, step, type WorkOptions } from "../work.js";
import { encodeKey, type ProvingKey, sharedCopy } from "./key.js";
import {
  areOnCurve,
  equalBytes,
  type G2Point,
  GENERATOR1,
  GENERATOR2,
  PointError,
  readG1,
  readG2,
  toG1,
  toG2,
  writePoint,
} from "./points.js";
import { pairingIsOne } from "./verify.js";

/** Points that are scaled at once: a fraction of a second. */
const POINTS = 2_048;

/** What contributions change in a key. */
export type Phase2 = Pick<ProvingKey, "delta1" | "delta2" | "gamma2" | "k" | "h" | "blinder">;

/** A party's secrets: uniform, not 0, forgotten afterwards. */
export interface Phase2Secrets {
  readonly delta: bigint;
  /** Of tier 2's blinder. */
  readonly eta: bigint;
}

/**
 * A party's part of the second phase: delta and eta (tier 2's blinder) times secrets that it then forgets. One honest party is enough.
 * @param secrets default: fresh ones
 */
export async function contribute<Key extends Phase2>(
  key: Key,
  secrets: Phase2Secrets = { delta: randomScalar(), eta: randomScalar() },
  options: WorkOptions = {},
): Promise<Key> {
  const engine = await Engine.create();
  const [delta, eta] = [toBytes([secrets.delta]), toBytes([secrets.eta])];
  const over = toBytes([inverse(secrets.delta)]);
  const all = (key.k.length + key.h.length) / 64;
  const divided = async (points: Uint8Array, work: WorkOptions) => {
    const out = sharedCopy(points);
    for (let at = 0; at < points.length; at += 64 * POINTS) {
      out.set(engine.scale(1, points.subarray(at, at + 64 * POINTS), over), at);
      await step(work, (at + 64 * POINTS) / points.length);
    }
    return out;
  };
  try {
    const share = key.k.length / 64 / all;
    const k = await divided(key.k, part(options, 0, share));
    const h = await divided(key.h, part(options, share, 1));
    const blinder = engine.scale(1, key.blinder, eta);
    return {
      ...key,
      delta1: sharedCopy(engine.scale(1, key.delta1, delta)),
      delta2: sharedCopy(engine.scale(2, key.delta2, delta)),
      ...{ k, h },
      blinder: sharedCopy(concat([blinder.subarray(0, 64), engine.scale(1, blinder.subarray(64), over)])),
    };
  } finally {
    for (const bytes of [delta, eta, over]) bytes.fill(0);
    engine.wipe();
  }
}

/**
 * Whether a key is another one with contributions, and nothing else: what must stay has stayed, and delta divides all that it
 * must. Anybody can check a transcript so, key after key, from the first one.
 */
export async function checkContribution(before: ProvingKey, after: ProvingKey): Promise<boolean> {
  const { delta1, delta2, k, h, blinder } = before;
  const same = encodeKey({ ...after, delta1, delta2, k, h, blinder });
  if (!equalBytes(same, encodeKey(before)) || after.blinder.length !== blinder.length) return false;
  return (await findBadPhase2(before, after)) === undefined;
}

/** Part of a key that is not what its delta says. */
export type Phase2Part = "delta" | "k" | "h" | "blinder";

/** The first part of a key whose delta does not divide it, when `before` is a good key of the same circuit and powers. */
export async function findBadPhase2(before: Phase2, after: Phase2): Promise<Phase2Part | undefined> {
  let newer: Group2;
  try {
    newer = toG2(readG2(after.delta2));
    // A coordinate that is not below p would be another form of the same point.
    if (!equalBytes(writePoint(readG2(after.delta2)), after.delta2)) return "delta";
    if (newer.is0() || !isRatio(after.delta1, newer)) return "delta";
  } catch (error) {
    if (error instanceof PointError) return "delta";
    throw error;
  }
  const older = toG2(readG2(before.delta2));
  const engine = await Engine.create();
  const isDivided = (dividend: Uint8Array, quotient: Uint8Array) => {
    const factors = toBytes(Array.from({ length: dividend.length / 64 }, randomScalar));
    const sum = (points: Uint8Array) => toG1(readG1(engine.msm(1, points, factors)));
    return pairingIsOne([
      [sum(quotient), newer],
      [sum(dividend).negate(), older],
    ]);
  };
  const names = ["k", "h"] as const;
  for (const name of names) {
    if (after[name].length !== before[name].length || !areOnCurve(after[name])) return name;
  }
  // Both at once; which of them, only when it matters.
  if (!isDivided(concat([before.k, before.h]), concat([after.k, after.h])))
    return isDivided(before.k, after.k) ? "h" : "k";
  return isBlinder(after, readG2(after.gamma2), newer) ? undefined : "blinder";
}

type Group2 = ReturnType<typeof toG2>;

/** Whether a point of G1 is to its generator what one of G2 is to its. */
function isRatio(left: Uint8Array, right: Group2): boolean {
  return pairingIsOne([
    [toG1(readG1(left)), toG2(GENERATOR2)],
    [toG1(GENERATOR1).negate(), right],
  ]);
}

/** Whether a blinder is eta / gamma and eta / delta for some eta, or there is none. */
function isBlinder({ blinder }: Phase2, gamma: G2Point, delta: Group2): boolean {
  if (blinder.length === 0) return true;
  if (!areOnCurve(blinder)) return false;
  const [x, y] = [toG1(readG1(blinder.subarray(0, 64))), toG1(readG1(blinder.subarray(64)))];
  return (
    !x.is0() &&
    pairingIsOne([
      [x, toG2(gamma)],
      [y.negate(), delta],
    ])
  );
}
