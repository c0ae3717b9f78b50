import { createHash } from "node:crypto";
import { type PowersOfTau, ptauLengths, ptauPlaces, readPtauOf } from "../formats/ptau.js";
import { readSource, words } from "../formats/sections.js";
import { part, step, type WorkOptions } from "../work.js";
import { CeremonyError } from "./errors.js";
import { checkPin, createFile, withFile } from "./files.js";
import { SPARE_POWER_FROM } from "./hashes.js";
import type { Pin } from "./pins.js";

/** Bytes that are copied at once. */
const PIECE = 1 << 20;

export interface Imported {
  /** Of the copy, and of the file. */
  readonly power: number;
  readonly filePower: number;
  readonly bytes: number;
  /** Of the copy, hex: the pins of steps that read it. */
  readonly sha256: string;
  readonly blake2b512: string;
}

/**
 * Checks a prepared .ptau file against its published hash and copies as much of it as circuits of a domain up to 2^power need. The
 * same file gives the same copy, so that anybody can check a copy's hash. Memory: a few megabytes.
 *
 * A copy keeps one power more than asked for, if there is: the hash of a circuit with a domain of 2^15 or more needs it.
 * @throws CeremonyError, and CircuitError `BAD_FILE` before anything is hashed when the file is no prepared .ptau
 */
export function importPtau(
  path: string,
  { pin, out, power = 27 }: { readonly pin: Pin; readonly out: string; readonly power?: number },
  options: WorkOptions = {},
): Promise<Imported> {
  if (!Number.isInteger(power) || power < 1 || power > 27) throw new CeremonyError("USAGE", "a power is 1 to 27");
  return withFile(path, async (source) => {
    const { power: filePower, places } = await readSource(source, ptauPlaces);
    if (power > filePower && power !== 27)
      throw new CeremonyError("USAGE", `the file has powers of tau of 2^${filePower}, not 2^${power}`);
    const kept = Math.min(power + 1, filePower);
    const lengths = new Map([[1, 44], [7, places.get(7)?.length ?? 0], ...ptauLengths(kept)]);
    const wanted = [...places].filter(([id]) => lengths.has(id));
    const total = wanted.reduce((sum, [id]) => sum + 12 + (lengths.get(id) ?? 0), 12);
    await checkPin(path, source, pin, part(options, 0, source.length / (source.length + total)));

    const hashes = [createHash("sha256"), createHash("blake2b512")] as const;
    await createFile(out, async (handle) => {
      let done = 0;
      const write = async (bytes: Uint8Array) => {
        await handle.writeFile(bytes);
        for (const hash of hashes) hash.update(bytes);
        done += bytes.length;
        await step(options, (source.length + done) / (source.length + total));
      };
      const magic = new Uint8Array(12);
      magic.set(new TextEncoder().encode("ptau"));
      magic.set(words(1, wanted.length), 4);
      await write(magic);
      for (const [id, { offset }] of wanted) {
        const length = lengths.get(id) ?? 0;
        await write(words(id, length % 2 ** 32, Math.floor(length / 2 ** 32)));
        for (let at = 0; at < length; at += PIECE) {
          const piece = await source.read(offset + at, Math.min(PIECE, length - at));
          if (id === 1) piece.set(words(kept), 36);
          await write(piece);
        }
      }
    });
    const [sha256, blake2b512] = hashes.map((hash) => hash.digest("hex")) as [string, string];
    return { power: kept, filePower, bytes: total, sha256, blake2b512 };
  });
}

/**
 * The powers that a circuit of a domain of 2^log needs, from a file whose hash is checked first.
 * @throws CeremonyError `USAGE` when the file has less, `BAD_HASH`; CircuitError `BAD_FILE`
 */
export function readPinnedPtau(path: string, pin: Pin, log: number, options: WorkOptions = {}): Promise<PowersOfTau> {
  return withFile(path, async (source) => {
    const { power } = await readSource(source, ptauPlaces);
    const needed = log < SPARE_POWER_FROM ? log : log + 1;
    if (power < needed)
      throw new CeremonyError("USAGE", `the circuit needs powers of tau of 2^${needed}, the file has 2^${power}`);
    await checkPin(path, source, pin, options);
    return readPtauOf(source, log);
  });
}
