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

/**
 * Sections by number.
 * @throws CircuitError `BAD_FILE` when the file is of another kind, ends too early or too late, or has a section twice
 */
export function readSections(bytes: Uint8Array, magic: string, version: number): Map<number, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || new TextDecoder().decode(bytes.slice(0, 4)) !== magic) throw badFile(`no .${magic} file`);
  if (view.getUint32(4, true) !== version) throw badFile(`no .${magic} file of version ${version}`);
  const sections = new Map<number, Uint8Array>();
  let at = 12;
  for (let i = view.getUint32(8, true); i > 0; i--) {
    if (at + 12 > bytes.length) throw badFile("the file ends too early");
    const id = view.getUint32(at, true);
    const length = Number(view.getBigUint64(at + 4, true));
    at += 12;
    if (at + length > bytes.length) throw badFile("the file ends too early");
    if (sections.has(id)) throw badFile(`section ${id} comes twice`);
    sections.set(id, bytes.subarray(at, at + length));
    at += length;
  }
  if (at !== bytes.length) throw badFile("the file is longer than its sections");
  return sections;
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
