import { setTimeout as sleep } from "node:timers/promises";

type Truthy<T> = Exclude<T, false | null | undefined>;

/** Waits until `check` is true or stops throwing; fails with its last error. */
export async function until<T>(check: () => T | Promise<T>, what: string, seconds = 20): Promise<Truthy<T>> {
  const end = Date.now() + seconds * 1000;
  let failure: unknown;
  while (Date.now() < end) {
    try {
      const value = await check();
      if (value) return value as Truthy<T>;
    } catch (error) {
      failure = error;
    }
    await sleep(25);
  }
  throw new Error(`timed out: ${what}`, { cause: failure });
}
