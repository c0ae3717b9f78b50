import { Engine } from "./engine.js";
import type { Group } from "./layout.js";

/** A piece of a set-up, for any thread: it brings all that it needs. Points are as in keys, scalars 32 bytes each. */
export type SetupTask =
  /** The points scalars[i] * base. */
  | { readonly kind: "multiples"; readonly group: Group; readonly base: Uint8Array; readonly scalars: Uint8Array }
  /** For every g the sum of scalars[i] * points[i], i from starts[g] to starts[g + 1] - 1. */
  | {
      readonly kind: "columns";
      readonly group: Group;
      readonly points: Uint8Array;
      readonly scalars: Uint8Array;
      readonly starts: Uint32Array;
    };

/** Runs tasks of set-ups, one after the other. */
export class SetupSession {
  readonly #engine: Engine;

  private constructor(engine: Engine) {
    this.#engine = engine;
  }

  static async open(): Promise<SetupSession> {
    return new SetupSession(await Engine.create());
  }

  run(task: SetupTask): Uint8Array<ArrayBuffer> {
    switch (task.kind) {
      case "multiples":
        return this.#engine.multiples(task.group, task.base, task.scalars);
      case "columns":
        return this.#engine.columns(task.group, task.points, task.scalars, task.starts);
    }
  }
}
