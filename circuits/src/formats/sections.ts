import { CircuitError } from "../errors.js";

/** Files of iden3's tools: a magic of four letters, a version, sections of a number and a length. All numbers little-endian. */
export function writeSections(
  magic: string,
  version: number,
  sections: readonly (readonly [number, readonly Uint8Array[]])[],
): Uint8Array<ArrayBuffer> {
  const length = (parts: readonly Uint8Array[]) => parts.reduce((sum, part) => sum + part.length, 0);
  const out = new Uint8Array(12 + sections.reduce((sum, [, parts]) => sum + 12 + length(parts), 0));
  const view = new DataView(out.buffer);
  out.set(new TextEncoder().encode(magic));
  view.setUint32(4, version, true);
  view.setUint32(8, sections.length, true);
  let at = 12;
  for (const [id, parts] of sections) {
    view.setUint32(at, id, true);
    view.setBigUint64(at + 4, BigInt(length(parts)), true);
    at += 12;
    for (const part of parts) {
      out.set(part, at);
      at += part.length;
    }
  }
  return out;
}

/** A file that is read in pieces: reads exactly `length` bytes from `offset` on. */
export interface Source {
  readonly length: number;
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** A reader of a format: yields what it wants to read next, gets it, returns what it made of it. */
export type Reading<T> = Generator<readonly [offset: number, length: number], T, Uint8Array>;

/** Runs a reader over a file in memory; what it reads are views, not copies. */
export function readBytes<T>(bytes: Uint8Array, reader: (length: number) => Reading<T>): T {
  const reading = reader(bytes.length);
  let step = reading.next();
  while (!step.done) {
    const [offset, length] = step.value;
    step = reading.next(bytes.subarray(offset, checkedEnd(offset, length, bytes.length)));
  }
  return step.value;
}

/** Runs a reader over a file that is larger than what it reads. */
export async function readSource<T>(source: Source, reader: (length: number) => Reading<T>): Promise<T> {
  const reading = reader(source.length);
  let step = reading.next();
  while (!step.done) {
    const [offset, length] = step.value;
    checkedEnd(offset, length, source.length);
    step = reading.next(await source.read(offset, length));
  }
  return step.value;
}

function checkedEnd(offset: number, length: number, end: number): number {
  if (offset + length > end) throw badFile("the file ends too early");
  return offset + length;
}

/** Where a section lies in its file. */
export interface Place {
  readonly offset: number;
  readonly length: number;
}

/**
 * Places of sections by number.
 * @throws CircuitError `BAD_FILE` when the file is of another kind, ends too early or too late, or has a section twice
 */
export function* placesOf(length: number, magic: string, version: number): Reading<Map<number, Place>> {
  if (length < 12) throw badFile(`no .${magic} file`);
  const head = yield [0, 12];
  if (new TextDecoder().decode(head.slice(0, 4)) !== magic) throw badFile(`no .${magic} file`);
  if (viewOf(head).getUint32(4, true) !== version) throw badFile(`no .${magic} file of version ${version}`);
  const places = new Map<number, Place>();
  let at = 12;
  for (let i = viewOf(head).getUint32(8, true); i > 0; i--) {
    const view = viewOf(yield [at, 12]);
    const place = { offset: at + 12, length: Number(view.getBigUint64(4, true)) };
    const id = view.getUint32(0, true);
    at = checkedEnd(place.offset, place.length, length);
    if (places.has(id)) throw badFile(`section ${id} comes twice`);
    places.set(id, place);
  }
  if (at !== length) throw badFile("the file is longer than its sections");
  return places;
}

/** Sections by number, as views. @throws CircuitError `BAD_FILE` */
export function readSections(bytes: Uint8Array, magic: string, version: number): Map<number, Uint8Array> {
  const places = readBytes(bytes, (length) => placesOf(length, magic, version));
  return new Map([...places].map(([id, { offset, length }]) => [id, bytes.subarray(offset, offset + length)]));
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A section that must be there. @throws CircuitError `BAD_FILE` */
export function section(sections: ReadonlyMap<number, Uint8Array>, id: number, length?: number): Uint8Array {
  const found = sections.get(id);
  if (found === undefined) throw badFile(`section ${id} is missing`);
  if (length !== undefined && found.length !== length) {
    throw badFile(`section ${id} has ${found.length} bytes, not ${length}`);
  }
  return found;
}

export function words(...values: number[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(4 * values.length);
  const view = new DataView(out.buffer);
  for (const [i, value] of values.entries()) view.setUint32(4 * i, value, true);
  return out;
}

export function badFile(message: string): CircuitError {
  return new CircuitError("BAD_FILE", message);
}
