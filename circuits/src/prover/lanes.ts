import { LANES } from "./core-lanes.js";
import type { Group } from "./engine.js";
import { decodeBase64 } from "./wasm.js";
import { cheapestWindow } from "./window.js";

type Call = (...args: number[]) => number;
interface Core {
  readonly memory: WebAssembly.Memory;
  readonly heap: Call;
  readonly isFused: Call;
  readonly windowsOf: Call;
  readonly fromBytes: Call;
  readonly toBytes: Call;
  readonly mul: Call;
  readonly scratch1: Call;
  readonly scratch2: Call;
  readonly parts1: Call;
  readonly parts2: Call;
}

/** Bytes of a coordinate in this core's memory, and outside of it. */
const ELEMENT = 40;
const SCALAR = 32;

let compiled: Promise<WebAssembly.Module | undefined> | undefined;

/** The fast core's bytes. */
export function laneBytes(): Uint8Array<ArrayBuffer> {
  return decodeBase64(LANES);
}

/** Parts of a sum: the sum of points[i] * 2^i, affine, infinity all zero. */
export type Parts = Uint8Array<ArrayBuffer>;

/**
 * Multi-scalar multiplications with relaxed SIMD, about twice as fast as the plain core's (assembly/lanes). Its memory never shrinks, and
 * does not grow once the largest multiplication has run.
 */
export class Lanes {
  readonly core: Core;

  private constructor(core: Core) {
    this.core = core;
  }

  /** undefined: this machine's WebAssembly has no relaxed SIMD, or rounds twice. */
  static async create(): Promise<Lanes | undefined> {
    compiled ??= compile();
    const module = await compiled;
    if (module === undefined) return undefined;
    const { exports } = await WebAssembly.instantiate(module, {});
    const core = exports as unknown as Core;
    return core.isFused() === 1 ? new Lanes(core) : undefined;
  }

  /** Points whose sum, each times a power of two, is the sum of scalars[i] * points[i]. */
  parts(group: Group, points: Uint8Array, scalars: Uint8Array): Parts {
    const { core } = this;
    const count = scalars.length / SCALAR;
    const c = cheapestWindow(count, { most: 13, perBucket: 12 });
    const outputs = core.windowsOf(c) * c;
    const coordinates = group * 2;
    const factors = align(core.heap());
    const elements = align(factors + scalars.length);
    const out = align(elements + count * coordinates * ELEMENT);
    // Bytes of points stand where the scratch will be.
    const scratch = align(out + outputs * coordinates * ELEMENT);
    const needed = (group === 1 ? core.scratch1 : core.scratch2)(count, c);
    this.#reserve(scratch + Math.max(needed, points.length, outputs * coordinates * SCALAR));
    this.#bytes().set(scalars, factors);
    this.#bytes().set(points, scratch);
    core.fromBytes(elements, scratch, count * coordinates);
    (group === 1 ? core.parts1 : core.parts2)(out, elements, factors, count, c, scratch);
    core.toBytes(scratch, out, outputs * coordinates);
    return this.#bytes().slice(scratch, scratch + outputs * coordinates * SCALAR);
  }

  /** Overwrites all that the memory held; the instance is of no use afterwards. */
  wipe(): void {
    this.#bytes().fill(0);
  }

  #reserve(end: number): void {
    const missing = end - this.core.memory.buffer.byteLength;
    if (missing > 0) this.core.memory.grow(Math.ceil(missing / 65_536));
  }

  // Growing the memory detaches older views.
  #bytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.core.memory.buffer as ArrayBuffer);
  }
}

async function compile(): Promise<WebAssembly.Module | undefined> {
  const bytes = laneBytes();
  return WebAssembly.validate(bytes) ? WebAssembly.compile(bytes) : undefined;
}

function align(at: number): number {
  return (at + 15) & ~15;
}
