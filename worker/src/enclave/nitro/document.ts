import {
  isNitroDebug,
  type NitroRegisters,
  nitroMeasurementId,
  type NitroDocument as ParsedDocument,
  parseNitroDocument,
} from "@freehold/sdk/attestation";
import { failed } from "../absent.js";

/** What an attestation document says of this enclave; nothing of it is verified here, the chain does that. */
export interface NitroDocument extends NitroRegisters, Pick<ParsedDocument, "userData" | "nonce" | "publicKey"> {
  readonly measurementId: `0x${string}`;
  readonly debug: boolean;
}

/** Reads a document as strictly as the chain. Throws `TEE_FAILED` for anything else. */
export function readNitroDocument(document: Uint8Array): NitroDocument {
  const { pcrs, userData, nonce, publicKey } = parsed(document);
  const [pcr0, pcr1, pcr2] = [0, 1, 2].map((index) => {
    const value = pcrs.get(index);
    if (value === undefined) throw failed("nitro", `the document has no PCR${index}`);
    return value;
  }) as [Uint8Array, Uint8Array, Uint8Array];
  const registers = { pcr0, pcr1, pcr2 };
  return {
    ...registers,
    measurementId: nitroMeasurementId(registers),
    debug: isNitroDebug(registers),
    ...(userData && { userData }),
    ...(nonce && { nonce }),
    ...(publicKey && { publicKey }),
  };
}

function parsed(document: Uint8Array): ParsedDocument {
  try {
    return parseNitroDocument(document);
  } catch (cause) {
    throw failed("nitro", `the document is no attestation document (${(cause as Error).message})`, cause);
  }
}
