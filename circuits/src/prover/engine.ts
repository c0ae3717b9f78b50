import { CORE } from "./core.js";
import { Lanes } from "./lanes.js";
import { type Group, POINT, SCALAR } from "./layout.js";
import { decodeBase64 } from "./wasm.js";
import { cheapestTable, cheapestWindow } from "./window.js";

/** Exports of the core (assembly/index.ts): all arguments are addresses or counts. */
type Call = (...args: number[]) => number;
interface Core {
  readonly memory: WebAssembly.Memory;
  readonly heap: Call;
  readonly addMultiple: Call;
  readonly invertAll: Call;
  readonly multiply: Call;
  readonly multiplyAll: Call;
  readonly powers: Call;
  readonly quotientScalars: Call;
  readonly reverseBits: Call;
  readonly subtractFrom: Call;
  readonly timesTransposed: Call;
  readonly timesVector: Call;
  readonly transformDown: Call;
  readonly transformUp: Call;
  readonly frFromBytes: Call;
  readonly frToBytes: Call;
  readonly fqFromBytes: Call;
  readonly fqToBytes: Call;
  readonly fqMul: Call;
  readonly fqSqr: Call;
  readonly frMul: Call;
  readonly frSqr: Call;
  readonly frInv: Call;
  readonly fqRoot: Call;
  readonly gather: Call;
  readonly msmScratch1: Call;
  readonly msmScratch2: Call;
  readonly msm1: Call;
  readonly msm2: Call;
  readonly weigh1: Call;
  readonly weigh2: Call;
  readonly toAffine1: Call;
  readonly toAffine2: Call;
  readonly tableBytes1: Call;
  readonly tableBytes2: Call;
  readonly fixedScratch1: Call;
  readonly fixedScratch2: Call;
  readonly table1: Call;
  readonly table2: Call;
  readonly fixed1: Call;
  readonly fixed2: Call;
  readonly columnsScratch1: Call;
  readonly columnsScratch2: Call;
  readonly columns1: Call;
  readonly columns2: Call;
  readonly scale1: Call;
  readonly scale2: Call;
}

/** Bytes of a field element in the core's memory. */
export const ELEMENT = 36;
/** Points of which fewer are the plain core's: inversions cost the lanes more than they save. */
const FEW = 64;
/** Points of one multi-scalar multiplication at most: bounds the memory, whatever the circuit. */
export const CHUNK = 1 << 15;

let compiled: Promise<WebAssembly.Module> | undefined;

/** The core's bytes. */
export function coreBytes(): Uint8Array<ArrayBuffer> {
  return decodeBase64(CORE);
}

/**
 * One instance of the core and its memory. Space is taken from a stack: {@link Engine.scoped} gives back what its function took.
 * The memory never shrinks, and does not grow once the largest task has run.
 */
export class Engine {
  readonly core: Core;
  readonly #lanes: Lanes | undefined;
  #top: number;

  private constructor(core: Core, lanes: Lanes | undefined) {
    this.core = core;
    this.#lanes = lanes;
    this.#top = (core.heap() + 15) & ~15;
  }

  /** @param lanes false: without relaxed SIMD, as where there is none */
  static async create({ lanes = true } = {}): Promise<Engine> {
    compiled ??= WebAssembly.compile(coreBytes());
    const { exports } = await WebAssembly.instantiate(await compiled, {});
    return new Engine(exports as unknown as Core, lanes ? await Lanes.create() : undefined);
  }

  /** Whether sums of many points are made with relaxed SIMD. */
  get hasLanes(): boolean {
    return this.#lanes !== undefined;
  }

  /** Address of `bytes` new bytes, at a multiple of 16; what they hold is undefined. */
  take(bytes: number): number {
    const at = this.#top;
    this.#top = (at + bytes + 15) & ~15;
    const missing = this.#top - this.core.memory.buffer.byteLength;
    if (missing > 0) this.core.memory.grow(Math.ceil(missing / 65_536));
    return at;
  }

  /** Overwrites all that the memory held; the instance is of no use afterwards. */
  wipe(): void {
    this.#bytes().fill(0);
    this.#lanes?.wipe();
  }

  scoped<T>(run: () => T): T {
    const top = this.#top;
    try {
      return run();
    } finally {
      this.#top = top;
    }
  }

  put(bytes: Uint8Array): number {
    const at = this.take(bytes.length);
    this.#bytes().set(bytes, at);
    return at;
  }

  putWords(words: Uint32Array): number {
    return this.put(new Uint8Array(words.buffer, words.byteOffset, words.byteLength));
  }

  /** A copy of what stands at an address. */
  read(at: number, bytes: number): Uint8Array<ArrayBuffer> {
    return this.#bytes().slice(at, at + bytes);
  }

  zeros(bytes: number): number {
    const at = this.take(bytes);
    this.#bytes().fill(0, at, at + bytes);
    return at;
  }

  /** Elements of Fr from integers of 32 bytes. */
  putScalars(bytes: Uint8Array): number {
    const count = bytes.length / SCALAR;
    const out = this.take(count * ELEMENT);
    this.scoped(() => this.core.frFromBytes(out, this.put(bytes), count));
    return out;
  }

  readScalars(at: number, count: number): Uint8Array<ArrayBuffer> {
    return this.scoped(() => {
      const out = this.take(count * SCALAR);
      this.core.frToBytes(out, at, count);
      return this.read(out, count * SCALAR);
    });
  }

  putPoints(_group: Group, points: Uint8Array): number {
    const count = points.length / SCALAR;
    const out = this.take(count * ELEMENT);
    this.scoped(() => this.core.fqFromBytes(out, this.put(points), count, 1));
    return out;
  }

  readPoints(group: Group, at: number, count: number): Uint8Array<ArrayBuffer> {
    const coordinates = (count * POINT[group]) / SCALAR;
    return this.scoped(() => {
      const out = this.take(coordinates * SCALAR);
      this.core.fqToBytes(out, at, coordinates, 1);
      return this.read(out, coordinates * SCALAR);
    });
  }

  /** Sum of scalars[i] * points[i], in chunks. */
  msm(group: Group, points: Uint8Array, scalars: Uint8Array): Uint8Array<ArrayBuffer> {
    const count = scalars.length / SCALAR;
    if (points.length !== count * POINT[group]) throw new RangeError("as many scalars as points");
    if (count <= CHUNK) return this.#msm(group, points, scalars, count);
    const parts: Uint8Array[] = [];
    for (let i = 0; i < count; i += CHUNK) {
      const end = Math.min(i + CHUNK, count);
      const slice = points.subarray(i * POINT[group], end * POINT[group]);
      parts.push(this.#msm(group, slice, scalars.subarray(i * SCALAR, end * SCALAR), end - i));
    }
    return this.sum(group, parts);
  }

  /** Sum of points. */
  sum(group: Group, points: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
    const ones = new Uint8Array(points.length * SCALAR);
    for (let i = 0; i < points.length; i++) ones[i * SCALAR] = 1;
    return this.#msm(group, concat(points), ones, points.length);
  }

  #msm(group: Group, points: Uint8Array, scalars: Uint8Array, count: number): Uint8Array<ArrayBuffer> {
    const parts = count < FEW ? undefined : this.#lanes?.parts(group, points, scalars);
    return this.scoped(() => {
      const { core } = this;
      const sum = this.take(8 * ELEMENT);
      const affine = this.take(4 * ELEMENT);
      if (parts !== undefined) {
        const at = this.putPoints(group, parts);
        (group === 1 ? core.weigh1 : core.weigh2)(sum, at, parts.length / POINT[group]);
      } else {
        const c = cheapestWindow(count, { most: 15, perBucket: 24 });
        const at = this.putPoints(group, points);
        const scratch = this.take((group === 1 ? core.msmScratch1 : core.msmScratch2)(count, c));
        (group === 1 ? core.msm1 : core.msm2)(sum, at, this.put(scalars), count, c, scratch);
      }
      (group === 1 ? core.toAffine1 : core.toAffine2)(affine, sum);
      return this.readPoints(group, affine, 1);
    });
  }

  /** The points scalars[i] * base. */
  multiples(group: Group, base: Uint8Array, scalars: Uint8Array): Uint8Array<ArrayBuffer> {
    const count = scalars.length / SCALAR;
    const c = cheapestTable(count);
    const size = (POINT[group] * ELEMENT) / SCALAR;
    return this.scoped(() => {
      const { core } = this;
      const chunk = Math.min(count, CHUNK / 4);
      const at = this.putPoints(group, base);
      const tableBytes = (group === 1 ? core.tableBytes1 : core.tableBytes2)(c);
      const table = this.take(tableBytes);
      const scratch = this.take((group === 1 ? core.fixedScratch1 : core.fixedScratch2)(chunk));
      (group === 1 ? core.table1 : core.table2)(table, at, c, scratch);
      if (this.#lanes !== undefined && count >= FEW) {
        return this.#lanes.multiples(group, this.readPoints(group, table, tableBytes / size), c, scalars);
      }
      const out = new Uint8Array(count * POINT[group]);
      const points = this.take(chunk * size);
      for (let i = 0; i < count; i += chunk) {
        const n = Math.min(chunk, count - i);
        this.scoped(() => {
          const factors = this.put(scalars.subarray(i * SCALAR, (i + n) * SCALAR));
          (group === 1 ? core.fixed1 : core.fixed2)(points, table, c, factors, n, scratch);
          out.set(this.readPoints(group, points, n), i * POINT[group]);
        });
      }
      return out;
    });
  }

  /** The points scalar * points[i]. */
  scale(group: Group, points: Uint8Array, scalar: Uint8Array): Uint8Array<ArrayBuffer> {
    const count = points.length / POINT[group];
    if (this.#lanes !== undefined && count >= FEW) return this.#lanes.scale(group, points, scalar);
    const out = new Uint8Array(points.length);
    const chunk = CHUNK / 4;
    for (let i = 0; i < count; i += chunk) {
      const n = Math.min(chunk, count - i);
      this.scoped(() => {
        const { core } = this;
        const at = this.putPoints(group, points.subarray(i * POINT[group], (i + n) * POINT[group]));
        const to = this.take((n * POINT[group] * ELEMENT) / SCALAR);
        const scratch = this.take(group === 1 ? core.fixedScratch1(n) : core.fixedScratch2(n));
        (group === 1 ? core.scale1 : core.scale2)(to, at, this.put(scalar), n, scratch);
        out.set(this.readPoints(group, to, n), i * POINT[group]);
      });
    }
    return out;
  }

  /** For every group g the sum of scalars[i] * points[i], i from starts[g] to starts[g + 1] - 1: for many small groups. */
  columns(group: Group, points: Uint8Array, scalars: Uint8Array, starts: Uint32Array): Uint8Array<ArrayBuffer> {
    const groups = starts.length - 1;
    const terms = scalars.length / SCALAR;
    if (this.#lanes !== undefined && terms >= FEW) return this.#lanes.columns(group, points, scalars, starts);
    return this.scoped(() => {
      const { core } = this;
      const size = (POINT[group] * ELEMENT) / SCALAR;
      const at = this.putPoints(group, points);
      const addresses = this.putWords(Uint32Array.from({ length: terms }, (_, i) => at + i * size));
      const out = this.take(groups * size);
      const factors = this.put(scalars);
      const bounds = this.putWords(starts);
      const scratch = this.take((group === 1 ? core.columnsScratch1 : core.columnsScratch2)(terms, groups));
      (group === 1 ? core.columns1 : core.columns2)(out, addresses, factors, bounds, groups, scratch);
      return this.readPoints(group, out, groups);
    });
  }

  // Growing the memory detaches older views.
  #bytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.core.memory.buffer as ArrayBuffer);
  }
}

export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
