import { isNitroDebug, type NitroRegisters, nitroMeasurementId } from "@freehold/sdk/attestation";
import { decode } from "cborg";
import { failed } from "../absent.js";

/** What an attestation document says; nothing of it is verified here, the chain does that. */
export interface NitroDocument extends NitroRegisters {
  readonly measurementId: `0x${string}`;
  readonly debug: boolean;
  readonly userData: Uint8Array | undefined;
  readonly nonce: Uint8Array | undefined;
  readonly publicKey: Uint8Array | undefined;
}

/** Bytes of a register: the bank of Nitro is of SHA-384. */
const REGISTER = 48;

/**
 * Reads a document: COSE_Sign1 (RFC 9052, 4.2) around a CBOR map (AWS Nitro Enclaves User Guide, "Verifying the root of trust").
 * Throws `TEE_FAILED` for anything else.
 */
export function readNitroDocument(document: Uint8Array): NitroDocument {
  const cose = decoded(document);
  const payload = Array.isArray(cose) && cose.length === 4 ? cose[2] : undefined;
  const map = payload instanceof Uint8Array ? decoded(payload) : undefined;
  const pcrs = map instanceof Map ? map.get("pcrs") : undefined;
  if (!(map instanceof Map) || !(pcrs instanceof Map)) throw failed("nitro", "the document is no attestation document");
  const [pcr0, pcr1, pcr2] = [0, 1, 2].map((index) => {
    const value = pcrs.get(index);
    if (value instanceof Uint8Array && value.length === REGISTER) return value;
    throw failed("nitro", `the document has no PCR${index} of ${REGISTER} bytes`);
  }) as [Uint8Array, Uint8Array, Uint8Array];
  const optional = (name: string) => {
    const value: unknown = map.get(name);
    return value instanceof Uint8Array ? value : undefined;
  };
  const registers = { pcr0, pcr1, pcr2 };
  return {
    ...registers,
    measurementId: nitroMeasurementId(registers),
    debug: isNitroDebug(registers),
    userData: optional("user_data"),
    nonce: optional("nonce"),
    publicKey: optional("public_key"),
  };
}

function decoded(bytes: Uint8Array): unknown {
  try {
    return decode(bytes, { useMaps: true, rejectDuplicateMapKeys: true });
  } catch (cause) {
    throw failed("nitro", "the document is no CBOR", cause);
  }
}
