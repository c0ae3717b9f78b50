import { AbiCoder, concat, id, keccak256 } from "ethers";
import { FreeholdError } from "../errors/base.js";
import type { Hex } from "../hex.js";
import { parseQuoteBody, SGX_BODY, TD10_BODY, TD15_BODY } from "./dcap/quote.js";

/** Thrown when bytes are not what a measurement is taken of. */
export class MeasurementError extends FreeholdError {
  constructor(message: string) {
    super("BAD_EVIDENCE", message);
  }
}

/** Platform configuration registers of an AWS Nitro enclave that say what runs in it; SHA-384, 48 bytes each. */
export interface NitroRegisters {
  /** Hash of the whole enclave image file. */
  readonly pcr0: Uint8Array;
  /** Hash of kernel and boot ramdisk. */
  readonly pcr1: Uint8Array;
  /** Hash of the application's ramdisks. */
  readonly pcr2: Uint8Array;
}

/** Bytes of a SHA-384 register. */
const REGISTER = 48;

/**
 * Measurement id of an AWS Nitro enclave, as NitroVerifier reports it:
 * keccak256(abi.encode(keccak256("Freehold measurement AwsNitro v1"), keccak256(pcr0 ‖ pcr1 ‖ pcr2))).
 * PCR3, 4 and 8 (IAM role, instance, signer) are the operator's and are left out: anybody computes the id from what `nitro-cli
 * build-enclave` prints. Throws `BAD_EVIDENCE` for a register that is not 48 bytes.
 */
export function nitroMeasurementId({ pcr0, pcr1, pcr2 }: NitroRegisters): Hex {
  for (const [index, register] of [pcr0, pcr1, pcr2].entries()) {
    if (register.length !== REGISTER) {
      throw new MeasurementError(`PCR${index} has ${register.length} bytes, not ${REGISTER} of SHA-384`);
    }
  }
  return measurementId("AwsNitro", [pcr0, pcr1, pcr2]);
}

/** Whether the registers are those of an enclave in debug mode: AWS zeroes them, and its console can be read from outside. */
export function isNitroDebug({ pcr0, pcr1, pcr2 }: NitroRegisters): boolean {
  return [pcr0, pcr1, pcr2].some((register) => register.every((byte) => byte === 0));
}

/** Where TDATTRIBUTES begin and RTMR3 ends, and MRSERVICETD and REPORTDATA lie, in a TD report body. */
const TD_REGISTERS = [120, 520] as const;
const TD_REPORT_DATA = [520, 584] as const;
const TD_SERVICE = [600, 648] as const;

/**
 * Measurement id of an Intel TDX domain, as DcapVerifier reports it:
 * keccak256(abi.encode(keccak256("Freehold measurement IntelTdx v1"), keccak256(TDATTRIBUTES ‖ XFAM ‖ MRTD ‖ MRCONFIGID ‖ MROWNER ‖
 * MROWNERCONFIG ‖ RTMR0 ‖ RTMR1 ‖ RTMR2 ‖ RTMR3 ‖ MRSERVICETD))): bytes 120 to 520 of the report body, then 48 bytes that are
 * zero for TDX 1.0. RTMR3 is in it: what the guest extends it with (dstack: application, compose file, instance id, key provider) must be
 * the same on all machines that are to have one id. Layout: Intel TDX DCAP Quoting Library API, A.3.
 * @param body 584 bytes (TDX 1.0) or 648 (TDX 1.5). Throws `BAD_EVIDENCE` otherwise.
 */
export function tdxMeasurementId(body: Uint8Array): Hex {
  if (body.length !== TD10_BODY && body.length !== TD15_BODY) {
    throw new MeasurementError(`a TD report body has ${TD10_BODY} or ${TD15_BODY} bytes, not ${body.length}`);
  }
  const service = body.length === TD15_BODY ? body.subarray(...TD_SERVICE) : new Uint8Array(REGISTER);
  return measurementId("IntelTdx", [body.subarray(...TD_REGISTERS), service]);
}

/** Fields of an SGX report body that are measured, as [offset, bytes], in the order of the hash. */
const SGX_FIELDS = {
  mrEnclave: [64, 32],
  mrSigner: [128, 32],
  isvProdId: [256, 2],
  isvSvn: [258, 2],
  attributeFlags: [48, 8],
  miscSelect: [16, 4],
  configId: [192, 64],
  configSvn: [260, 2],
} as const;

/**
 * Measurement id of an Intel SGX enclave, as DcapVerifier reports it:
 * keccak256(abi.encode(keccak256("Freehold measurement IntelSgx v1"), keccak256(MRENCLAVE ‖ MRSIGNER ‖ ISVPRODID ‖ ISVSVN ‖
 * ATTRIBUTES.FLAGS ‖ MISCSELECT ‖ CONFIGID ‖ CONFIGSVN))), all as they stand in the report (little-endian). ATTRIBUTES.XFRM is left out: it follows
 * the processor. Layout: Intel SDM 3D, table 38-21.
 * @param body 384 bytes. Throws `BAD_EVIDENCE` otherwise.
 */
export function sgxMeasurementId(body: Uint8Array): Hex {
  if (body.length !== SGX_BODY) {
    throw new MeasurementError(`an SGX report body has ${SGX_BODY} bytes, not ${body.length}`);
  }
  const fields = Object.values(SGX_FIELDS).map(([offset, length]) => body.subarray(offset, offset + length));
  return measurementId("IntelSgx", fields);
}

/** What a DCAP quote says of its environment, before anything of it is verified. */
export interface QuoteMeasurement {
  readonly family: "IntelSgx" | "IntelTdx";
  readonly measurementId: Hex;
  /** A debug environment: its memory can be read from outside, and every verifier refuses it. */
  readonly debug: boolean;
  /** 64 bytes that the environment chose. */
  readonly reportData: Uint8Array;
}

/**
 * Reads a DCAP quote of version 3, 4 or 5 as far as the measurement. It verifies nothing. Throws `BAD_QUOTE` for other bytes.
 */
export function measureQuote(quote: Uint8Array): QuoteMeasurement {
  const { isTdx, body } = parseQuoteBody(quote);
  if (isTdx) {
    return {
      family: "IntelTdx",
      measurementId: tdxMeasurementId(body),
      // TDATTRIBUTES.TUD: any bit of the first byte makes a TD that is not trusted, DEBUG is the lowest.
      debug: body[TD_REGISTERS[0]] !== 0,
      reportData: body.slice(...TD_REPORT_DATA),
    };
  }
  const debug = ((body[SGX_FIELDS.attributeFlags[0]] ?? 0) & 2) !== 0;
  return { family: "IntelSgx", measurementId: sgxMeasurementId(body), debug, reportData: body.slice(320, 384) };
}

function measurementId(family: string, parts: readonly Uint8Array[]): Hex {
  const values = [id(`Freehold measurement ${family} v1`), keccak256(concat(parts))];
  return keccak256(AbiCoder.defaultAbiCoder().encode(["bytes32", "bytes32"], values)) as Hex;
}
