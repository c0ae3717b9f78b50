import { LANES } from "./core-lanes.js";
import { type Group, POINT, SCALAR } from "./layout.js";
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
  readonly fixedScratch1: Call;
  readonly fixedScratch2: Call;
  readonly fixed1: Call;
  readonly fixed2: Call;
  readonly scale1: Call;
  readonly scale2: Call;
  readonly columnsScratch1: Call;
  readonly columnsScratch2: Call;
  readonly columns1: Call;
  readonly columns2: Call;
}

/** Bytes of a coordinate in this core's memory. */
const ELEMENT = 40;
/** Points whose multiples are made at once. */
const PIECE = 1 << 13;

let compiled: Promise<WebAssembly.Module | undefined> | undefined;

/** The fast core's bytes. */
export function laneBytes(): Uint8Array<ArrayBuffer> {
  return decodeBase64(LANES);
}

/** Parts of a sum: the sum of points[i] * 2^i, affine, infinity all zero. */
export type Parts = Uint8Array<ArrayBuffer>;

/**
 * Multiplications of points with relaxed SIMD, about twice as fast as the plain core's (assembly/lanes). Its memory never shrinks, and
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
    const needed = (group === 1 ? core.scratch1 : core.scratch2)(count, c);
    const place = this.#place(group, points, scalars.length, outputs, needed);
    this.#bytes().set(scalars, place.factors);
    const run = group === 1 ? core.parts1 : core.parts2;
    run(place.out, place.points, place.factors, count, c, place.scratch);
    return this.#take(group, place, outputs);
  }

  /**
   * The points scalars[i] * base.
   * @param table multiples of the base, as the plain core makes them for windows of c bits
   */
  multiples(group: Group, table: Uint8Array, c: number, scalars: Uint8Array): Uint8Array<ArrayBuffer> {
    const { core } = this;
    const most = Math.min(scalars.length / SCALAR, PIECE);
    const needed = (group === 1 ? core.fixedScratch1 : core.fixedScratch2)(most);
    const place = this.#place(group, table, most * SCALAR, most, needed);
    const run = group === 1 ? core.fixed1 : core.fixed2;
    return pieces(scalars, SCALAR, POINT[group], (piece) => {
      this.#bytes().set(piece, place.factors);
      run(place.out, place.points, c, place.factors, piece.length / SCALAR, place.scratch);
      return this.#take(group, place, piece.length / SCALAR);
    });
  }

  /** The points scalar * points[i]. */
  scale(group: Group, points: Uint8Array, scalar: Uint8Array): Uint8Array<ArrayBuffer> {
    const { core } = this;
    const run = group === 1 ? core.scale1 : core.scale2;
    return pieces(points, POINT[group], POINT[group], (piece) => {
      const count = piece.length / POINT[group];
      const needed = (group === 1 ? core.fixedScratch1 : core.fixedScratch2)(count);
      const place = this.#place(group, piece, SCALAR, count, needed);
      this.#bytes().set(scalar, place.factors);
      run(place.out, place.points, place.factors, count, place.scratch);
      return this.#take(group, place, count);
    });
  }

  /** For every group g the sum of scalars[i] * points[i], i from starts[g] to starts[g + 1] - 1. */
  columns(group: Group, points: Uint8Array, scalars: Uint8Array, starts: Uint32Array): Uint8Array<ArrayBuffer> {
    const { core } = this;
    const [terms, groups] = [scalars.length / SCALAR, starts.length - 1];
    const needed = (group === 1 ? core.columnsScratch1 : core.columnsScratch2)(terms, groups);
    const bounds = scalars.length;
    const addresses = align(bounds + starts.byteLength);
    const place = this.#place(group, points, addresses + terms * 4, groups, needed);
    const size = group * 2 * ELEMENT;
    const memory = this.#bytes();
    memory.set(scalars, place.factors);
    memory.set(new Uint8Array(starts.buffer, starts.byteOffset, starts.byteLength), place.factors + bounds);
    const references = Uint32Array.from({ length: terms }, (_, i) => place.points + i * size);
    memory.set(new Uint8Array(references.buffer), place.factors + addresses);
    const run = group === 1 ? core.columns1 : core.columns2;
    run(place.out, place.factors + addresses, place.factors, place.factors + bounds, groups, place.scratch);
    return this.#take(group, place, groups);
  }

  /** Overwrites all that the memory held; the instance is of no use afterwards. */
  wipe(): void {
    this.#bytes().fill(0);
  }

  /**
   * Lays out the memory, and points in it.
   * @param factors bytes for scalars
   * @param outputs points that will come out
   * @param needed bytes of scratch
   */
  #place(group: Group, points: Uint8Array, factors: number, outputs: number, needed: number): Places {
    const { core } = this;
    const elements = points.length / SCALAR;
    const first = align(core.heap());
    const at = align(first + factors);
    const out = align(at + elements * ELEMENT);
    const scratch = align(out + outputs * group * 2 * ELEMENT);
    // Bytes of points stand where the scratch will be, or was.
    const end = scratch + Math.max(needed, points.length, outputs * POINT[group]);
    const missing = end - core.memory.buffer.byteLength;
    if (missing > 0) core.memory.grow(Math.ceil(missing / 65_536));
    this.#bytes().set(points, scratch);
    core.fromBytes(at, scratch, elements);
    return { factors: first, points: at, out, scratch };
  }

  #take(group: Group, { out, scratch }: Places, count: number): Uint8Array<ArrayBuffer> {
    this.core.toBytes(scratch, out, count * group * 2);
    return this.#bytes().slice(scratch, scratch + count * POINT[group]);
  }

  // Growing the memory detaches older views.
  #bytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.core.memory.buffer as ArrayBuffer);
  }
}

/** Addresses. */
interface Places {
  readonly factors: number;
  readonly points: number;
  readonly out: number;
  readonly scratch: number;
}

/** Work on pieces of a list, whose memory is bounded. @param from bytes of an item @param to bytes of what becomes of it */
function pieces(
  list: Uint8Array,
  from: number,
  to: number,
  work: (piece: Uint8Array) => Uint8Array,
): Uint8Array<ArrayBuffer> {
  const count = list.length / from;
  const out = new Uint8Array(count * to);
  for (let i = 0; i < count; i += PIECE) out.set(work(list.subarray(i * from, (i + PIECE) * from)), i * to);
  return out;
}

async function compile(): Promise<WebAssembly.Module | undefined> {
  const bytes = laneBytes();
  return WebAssembly.validate(bytes) ? WebAssembly.compile(bytes) : undefined;
}

function align(at: number): number {
  return (at + 15) & ~15;
}
