import { createHash } from "node:crypto";
import { decodeLinkKey, encodeLinkKey } from "../commit/file.js";
import {
  contributeLink,
  emptyLinkKey,
  findBadLink,
  isDevelopmentLink,
  type LinkKey,
  type LinkPart,
  sumLinkKeys,
} from "../commit/link.js";
import { decodeVerifyingKey } from "../groth16/decode-key.js";
import { KeyError, type ProvingKey } from "../groth16/key.js";
import { equalBytes } from "../groth16/points.js";
import { encodeVerifyingKey, verifyingKey } from "../groth16/verify.js";
import { part, step, type WorkOptions } from "../work.js";
import { freshScalar } from "./entropy.js";
import { CeremonyError } from "./errors.js";
import type { Pin } from "./pins.js";

/**
 * What is wrong with a link's key, a party's or the sum.
 * - `FILE`: the bytes are no link's key.
 * - `NOT_COMMITTED`: a party's key is under none of the published hashes. It was changed, or made after others' keys were known:
 *   such a key can take theirs away.
 * - `MISSING`: there is no key under a published hash, or none at all.
 * - `REPEATED`: a hash or a party's key is there twice.
 * - `DEVELOPMENT`: secrets of the key are public, whatever its flag says.
 * - `CIRCUIT`: the key is of another circuit, or of another key of it.
 * - `K`: a k is infinity, off the curve, outside of the group or the generator, or two are equal.
 * - `POINTS`: a point for provers is off the curve.
 * - `SUM`: the key is not the sum of the parties' keys.
 */
export type LinkFaultCode =
  | "FILE"
  | "NOT_COMMITTED"
  | "MISSING"
  | "REPEATED"
  | "DEVELOPMENT"
  | "CIRCUIT"
  | "K"
  | "POINTS"
  | "SUM";

export interface LinkFault {
  readonly code: LinkFaultCode;
  /** Says what, and of which file. */
  readonly message: string;
}

/** A link's key as it was found: `encodeLinkKey`, and by what messages call it. */
export interface LinkFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface CheckedLink {
  /** Empty: the key is safe if one of its parties was honest, and hashes were published before keys. */
  readonly faults: readonly LinkFault[];
  /** The parties' files, each with its hash (BLAKE2b-512). */
  readonly parties: readonly { readonly name: string; readonly hash: Uint8Array }[];
  /** The sum of the parties' keys; undefined where there are faults. */
  readonly link: LinkKey | undefined;
}

/** By which a party's key is published before the key itself: BLAKE2b-512 of its file, 64 bytes. */
export function linkHash(bytes: Uint8Array): Uint8Array {
  return createHash("blake2b512").update(bytes).digest();
}

/**
 * A party's key of a circuit's link, with one anchor: secrets that are then forgotten, as in `contributeToZkey`. The party publishes
 * the hash now, and the key when all parties' hashes are there.
 * @param key from the end of the second phase: a contribution after this one would change tier 2's blinder
 * @param entropy mixed in: does no harm when it is known, helps when the platform's generator is bad
 * @throws as {@link checkLinkable}
 */
export async function contributeToLink(
  key: ProvingKey,
  { entropy = "" }: { readonly entropy?: string } = {},
  options: WorkOptions = {},
): Promise<{ readonly link: LinkKey; readonly hash: Uint8Array }> {
  checkLinkable(key);
  const empty = await emptyLinkKey(key, [key.committed]);
  await step(options, 0.1);
  const link = await contributeLink(
    empty,
    key,
    empty.k.map(() => freshScalar(entropy)),
  );
  await step(options, 1);
  return { link, hash: linkHash(encodeLinkKey(link)) };
}

/**
 * Whether a circuit's key can be linked: it commits to wires, is none of development, and its second phase was not skipped.
 * @throws KeyError, VerifyingKeyError, CeremonyError `REFUSED`
 */
export function checkLinkable(key: ProvingKey): void {
  if (key.committed === 0) throw new KeyError("the circuit commits to no wires: links are of tier 2");
  const { development } = decodeVerifyingKey(encodeVerifyingKey(verifyingKey(key)), key.committed);
  if (key.development || development)
    throw new CeremonyError(
      "REFUSED",
      "the circuit's key is of the development set-up, so a link of it is worth nothing",
    );
}

/**
 * Adds up the parties' keys.
 * @param hashes of all parties, each published before its party saw another's key
 */
export async function sumLinks(
  files: readonly LinkFile[],
  hashes: readonly Pin[],
  key: ProvingKey,
  options: WorkOptions = {},
): Promise<CheckedLink> {
  const faults = findUncommitted(files, hashes);
  const links: LinkKey[] = [];
  for (const [i, file] of files.entries()) {
    const found = await readLink(file, key);
    faults.push(...found.faults);
    if (found.link !== undefined) {
      const twin = links.findIndex(({ k }) => String(k) === String(found.link?.k));
      if (twin >= 0) faults.push({ code: "REPEATED", message: `${file.name} is a key that is there already` });
      links.push(found.link);
    }
    await step(options, (0.9 * (i + 1)) / files.length);
  }
  const link = faults.length === 0 ? await sumLinkKeys(links, key) : undefined;
  await step(options, 1);
  return { faults, parties: files.map(({ name, bytes }) => ({ name, hash: linkHash(bytes) })), link };
}

/**
 * Checks a link's key and the keys of its parties: that it is their sum, and each of them and the sum sound, of this circuit's key and
 * none of development.
 * @param hashes of all parties, each published before its party saw another's key
 */
export async function verifyLinks(
  sum: LinkFile,
  files: readonly LinkFile[],
  hashes: readonly Pin[],
  key: ProvingKey,
  options: WorkOptions = {},
): Promise<CheckedLink> {
  const found = await readLink(sum, key);
  const checked = await sumLinks(files, hashes, key, part(options, 0.1, 1));
  const faults = [...found.faults, ...checked.faults];
  if (checked.link !== undefined && !equalBytes(encodeLinkKey(checked.link), sum.bytes))
    faults.push({ code: "SUM", message: `${sum.name} is not the sum of the parties' keys` });
  return { ...checked, faults, link: faults.length === 0 ? checked.link : undefined };
}

const REASONS: Readonly<Record<LinkPart, readonly [LinkFaultCode, string]>> = {
  wires: ["CIRCUIT", "is for another number of committed wires than the circuit has"],
  k: ["K", "has a k that is no secret's: infinity, outside of the group, the generator, or equal to the other"],
  points: ["POINTS", "has a point that is off the curve"],
  circuit: ["CIRCUIT", "is not of this circuit's key, or damaged"],
};

/** A link's key from a file, and all that is wrong with it. */
export async function readLink(
  { name, bytes }: LinkFile,
  key: ProvingKey,
): Promise<{ readonly link: LinkKey | undefined; readonly faults: readonly LinkFault[] }> {
  let link: LinkKey;
  try {
    link = decodeLinkKey(bytes);
  } catch (error) {
    if (error instanceof KeyError)
      return { link: undefined, faults: [{ code: "FILE", message: `${name}: ${error.message}` }] };
    throw error;
  }
  const faults: LinkFault[] = [];
  if (isDevelopmentLink(link))
    faults.push({
      code: "DEVELOPMENT",
      message: `${name} has secrets of the development set-up, which everybody knows`,
    });
  const bad = await findBadLink(link, key);
  if (bad !== undefined) {
    const [code, reason] = REASONS[bad];
    faults.push({ code, message: `${name} ${reason}` });
  } else if (link.segments.length !== 1)
    faults.push({ code: "CIRCUIT", message: `${name} has ${link.segments.length} anchors, and contracts take one` });
  return { link, faults };
}

/** Each key has its hash, each hash its key. */
function findUncommitted(files: readonly LinkFile[], hashes: readonly Pin[]): LinkFault[] {
  const faults: LinkFault[] = [];
  if (files.length === 0) faults.push({ code: "MISSING", message: "there is no party's key" });
  const text = ({ algorithm, hash }: Pin) => `${algorithm === "sha256" ? "sha256" : "blake2b"}:${hash}`;
  const isOf = ({ bytes }: LinkFile, { algorithm, hash }: Pin) =>
    createHash(algorithm).update(bytes).digest("hex") === hash;
  for (const file of files) {
    if (!hashes.some((pin) => isOf(file, pin)))
      faults.push({
        code: "NOT_COMMITTED",
        message: `${file.name} is under none of the published hashes: it was changed, or made when others' keys were known`,
      });
  }
  for (const [i, pin] of hashes.entries()) {
    if (!files.some((file) => isOf(file, pin)))
      faults.push({ code: "MISSING", message: `no key is given for the published hash ${text(pin)}` });
    if (hashes.slice(0, i).some((other) => text(other) === text(pin)))
      faults.push({ code: "REPEATED", message: `the published hash ${text(pin)} is given twice` });
  }
  return faults;
}
