import { keccak_256 } from "@noble/hashes/sha3.js";
import type { Command } from "commander";
import { checkAbsent, createFileOf } from "../ceremony/files.js";
import { writeR1cs } from "../formats/system.js";
import { encodeKey, type ProvingKey } from "../groth16/key.js";
import { checkVerifyingKey, encodeVerifyingKey, verifyingKey, verifyingKeyToJson } from "../groth16/verify.js";
import type { R1cs } from "../r1cs.js";
import { hex } from "./program.js";

/** What commander makes of the options that name files of keys. */
export interface KeyFiles {
  readonly key?: string;
  readonly vk?: string;
  readonly vkBytes?: string;
  readonly r1csOut?: string;
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
