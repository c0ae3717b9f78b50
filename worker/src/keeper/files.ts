import { readFileSync } from "node:fs";
import { certificatesOfPem, parseNitroDocument, platformOfQuote, type QuotePlatform } from "@freehold/sdk/attestation";
import { reason, UsageError } from "../errors.js";

/** The platforms of files that hold raw quotes. Throws `USAGE`. */
export function platformsOf(files: readonly string[] = []): QuotePlatform[] {
  return files.map((file) => read("--quote", file, platformOfQuote));
}

/** The chains of files that hold attestation documents of AWS, or certificates in PEM, the root's first. Throws `USAGE`. */
export function chainsOf(files: readonly string[] = []): (readonly Uint8Array[])[] {
  return files.map((file) =>
    read("--nitro", file, (bytes) => {
      const text = new TextDecoder().decode(bytes);
      return text.includes("-----BEGIN CERTIFICATE-----") ? certificatesOfPem(text) : parseNitroDocument(bytes).chain;
    }),
  );
}

function read<T>(option: string, file: string, parse: (bytes: Uint8Array) => T): T {
  try {
    return parse(new Uint8Array(readFileSync(file)));
  } catch (cause) {
    throw new UsageError(`${option} ${file} cannot be used (${reason(cause)})`, { cause });
  }
}
