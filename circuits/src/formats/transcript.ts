import { badFile, viewOf, words } from "./sections.js";

// Section 10 of .zkey files (iden3, "MPC params"): a second phase's transcript. Points are as in keys.

/** What one party, or a beacon, did to delta, and the proof that it knows by what it multiplied. */
export interface Contribution {
  /** At most 64 characters. */
  readonly name: string;
  /** delta in G1 after this contribution. */
  readonly delta1: Uint8Array;
  /** A random point s, and s times the secret. */
  readonly s: Uint8Array;
  readonly sx: Uint8Array;
  /** The point of G2 that follows from `transcript`, times the secret. */
  readonly spx: Uint8Array;
  /** BLAKE2b-512 of everything before, of s and of sx. */
  readonly transcript: Uint8Array;
  /** A public value whose 2^log-fold SHA-256 gave the secret; undefined for a party. */
  readonly beacon?: { readonly value: Uint8Array; readonly log: number };
}

export interface Transcript {
  /** BLAKE2b-512 of the key that everything began with (ceremony/circuit-hash.ts). */
  readonly circuitHash: Uint8Array;
  readonly contributions: readonly Contribution[];
}

export const NO_TRANSCRIPT: Transcript = { circuitHash: new Uint8Array(64), contributions: [] };

/** Parameters of a contribution: a number, then the value, those of varying length with their length first. */
const NAME = 1;
const LOG = 2;
const VALUE = 3;

/** The section's parts. */
export function writeTranscript({ circuitHash, contributions }: Transcript): Uint8Array[] {
  const parts: Uint8Array[] = [circuitHash, words(contributions.length)];
  for (const { delta1, s, sx, spx, transcript, name, beacon } of contributions) {
    const label = new TextEncoder().encode(name);
    const parameters = [
      ...(label.length === 0 ? [] : [NAME, label.length, ...label]),
      ...(beacon === undefined ? [] : [LOG, beacon.log, VALUE, beacon.value.length, ...beacon.value]),
    ];
    const numbers = words(beacon === undefined ? 0 : 1, parameters.length);
    parts.push(delta1, s, sx, spx, transcript, numbers, Uint8Array.from(parameters));
  }
  return parts;
}

/** @throws CircuitError `BAD_FILE` */
export function readTranscript(section: Uint8Array): Transcript {
  let at = 0;
  const take = (length: number): Uint8Array => {
    if (at + length > section.length) throw badFile("the transcript ends too early");
    at += length;
    return section.subarray(at - length, at);
  };
  const byte = () => take(1)[0] ?? 0;
  const word = () => viewOf(take(4)).getUint32(0, true);
  const circuitHash = take(64);
  const contributions: Contribution[] = [];
  for (let left = word(); left > 0; left--) {
    const points = { delta1: take(64), s: take(64), sx: take(64), spx: take(128), transcript: take(64) };
    const kind = word();
    const end = word() + at;
    let last = 0;
    let name = "";
    let log: number | undefined;
    let value: Uint8Array | undefined;
    while (at < end) {
      const parameter = byte();
      if (parameter <= last) throw badFile("parameters of a contribution are out of order");
      last = parameter;
      if (parameter === NAME) name = new TextDecoder().decode(take(byte()));
      else if (parameter === LOG) log = byte();
      else if (parameter === VALUE) value = take(byte());
      else throw badFile(`a contribution has the unknown parameter ${parameter}`);
    }
    if (at !== end) throw badFile("parameters of a contribution are longer than they say");
    if (kind > 1 || (kind === 1) !== (log !== undefined && value !== undefined)) {
      throw badFile("a contribution is neither a party's nor a beacon's");
    }
    const beacon = log === undefined || value === undefined ? {} : { beacon: { log, value } };
    contributions.push({ name, ...points, ...beacon });
  }
  if (at !== section.length) throw badFile("the transcript is longer than it says");
  return { circuitHash, contributions };
}
