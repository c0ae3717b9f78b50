import { keccak_256 } from "@noble/hashes/sha3.js";
import type { Command } from "commander";
import { CeremonyError } from "../ceremony/errors.js";
import { checkAbsent, createFileOf, readFile } from "../ceremony/files.js";
import { encodeCommitKey } from "../commit/encode.js";
import { encodeLinkKey } from "../commit/file.js";
import type { LinkKey } from "../commit/link.js";
import { toBytes } from "../field.js";
import { writeR1cs } from "../formats/system.js";
import { keyFromZkey, readZkey } from "../formats/zkey.js";
import { decodeKey, encodeKey, KeyError, type ProvingKey } from "../groth16/key.js";
import { equalBytes } from "../groth16/points.js";
import { checkVerifyingKey, encodeVerifyingKey, verifyingKey, verifyingKeyToJson } from "../groth16/verify.js";
import type { R1cs, SparseMatrix } from "../r1cs.js";
import type { CircuitOptions } from "./options.js";
import { hex } from "./program.js";

/** What commander makes of the options that name files of keys. */
export interface KeyFiles {
  readonly key?: string;
  readonly vk?: string;
  readonly vkBytes?: string;
  readonly r1csOut?: string;
}

/** What commander makes of the options that name files of links. */
export interface LinkFiles {
  readonly link?: string;
  readonly commitBytes?: string;
}

/** Adds the option that names where a key of tier 2 goes. */
export function commitBytesOption(command: Command): Command {
  const text = "write verifying key and link as CommitGroth16Factory.deploy takes them: 0x and hex digits (tier 2)";
  return command.option("--commit-bytes <file>", text);
}

/** Adds the options that name files of keys. */
export function keyFileOptions(command: Command): Command {
  return command
    .option("--key <file>", "write the proving key")
    .option("--vk <file>", "write the verifying key as JSON, which snarkjs reads")
    .option("--vk-bytes <file>", "write the verifying key as Groth16Factory.deploy takes it: 0x and hex digits");
}

/** Adds the option that names where the circuit goes. */
export function r1csOutOption(command: Command): Command {
  return command.option("--r1cs-out <file>", "write the circuit as a .r1cs file");
}

/** Refuses a circuit whose committed wires have an anchor for each of two versions. @throws CeremonyError `USAGE` */
export function checkOneAnchor({ circuit }: CircuitOptions): void {
  if (circuit === "sgd")
    throw new CeremonyError("USAGE", "contracts take links of one anchor, and an sgd step has two");
}

/** Refuses early, before long work. @throws CeremonyError `EXISTS` */
export async function checkFilesAbsent(files: readonly (string | undefined)[]): Promise<void> {
  for (const file of files) if (file !== undefined) await checkAbsent(file);
}

/** Writes the files that were asked for, and says what the verifying key is. @throws VerifyingKeyError for a key that proves nothing */
export async function writeKeys(key: ProvingKey, system: R1cs, files: KeyFiles): Promise<Record<string, unknown>> {
  const verifying = verifyingKey(key);
  checkVerifyingKey(verifying);
  const bytes = encodeVerifyingKey(verifying);
  if (files.r1csOut !== undefined) await createFileOf(files.r1csOut, writeR1cs(system));
  if (files.key !== undefined) await createFileOf(files.key, encodeKey(key));
  if (files.vk !== undefined)
    await createFileOf(files.vk, `${JSON.stringify(verifyingKeyToJson(verifying), null, 2)}\n`);
  if (files.vkBytes !== undefined) await createFileOf(files.vkBytes, `0x${hex(bytes)}\n`);
  return {
    development: key.development,
    constraints: system.constraints,
    domain: `2^${key.log}`,
    publics: key.publics,
    committed: key.committed,
    keyHash: `0x${hex(keccak_256(bytes))}`,
  };
}

/** Writes the link's files that were asked for, and says what the key is that governance pins. @throws KeyError */
export async function writeLink(link: LinkKey, key: ProvingKey, files: LinkFiles): Promise<Record<string, unknown>> {
  const bytes = encodeCommitKey(verifyingKey(key), link);
  if (files.link !== undefined) await createFileOf(files.link, encodeLinkKey(link));
  if (files.commitBytes !== undefined) await createFileOf(files.commitBytes, `0x${hex(bytes)}\n`);
  return { commitKeyHash: `0x${hex(keccak_256(bytes))}` };
}

/**
 * The proving key of a circuit from a file of either format: the package's own, or a ceremony's .zkey.
 * @throws KeyError when it is of another circuit, CircuitError `BAD_FILE`, CeremonyError `NO_FILE`
 */
export async function readKeyOf(file: string, system: R1cs): Promise<ProvingKey> {
  const bytes = await readFile(file);
  if (String.fromCharCode(...bytes.subarray(0, 4)) === "zkey") return keyFromZkey(readZkey(bytes), system);
  const key = decodeKey(bytes);
  const words = (of: readonly SparseMatrix[]) => of.flatMap((m) => [m.starts, m.wires, m.coefficients]);
  const known = words([system.a, system.b, system.c]);
  const isSame =
    (["wires", "publics", "committed", "constraints"] as const).every((name) => key[name] === system[name]) &&
    equalBytes(key.coefficients, toBytes(system.coefficients)) &&
    words(key.matrices).every(
      (list, i) => list.length === known[i]?.length && list.every((w, j) => w === known[i]?.[j]),
    );
  if (!isSame) throw new KeyError(`${file} is a proving key of another circuit`);
  return key;
}
