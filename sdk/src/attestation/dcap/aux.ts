import { concat, getBytes, hexlify, keccak256 } from "ethers";
import type { Hex } from "../../hex.js";
import { parseQuote } from "./quote.js";
import { trimQuote } from "./trim.js";

/** Packed collateral, as DcapCollateral emitted it: QeIdentityUpdated and TcbInfoUpdated. */
export interface PackedCollateral {
  readonly identity: Hex;
  readonly tcbInfo: Hex;
}

/** `aux` of DcapVerifier.verify. */
export function dcapAux({ identity, tcbInfo }: PackedCollateral): Hex {
  return concat([part(identity), tcbInfo]) as Hex;
}

/**
 * What a quote's verdict depends on, besides collateral (DcapStatus): its keccak256 is the `basisId` of the report, and it stands before the
 * collateral in the `aux` of DcapVerifier.recheck.
 */
export function dcapBasis(quote: Uint8Array): Hex {
  const trimmed = parseQuote(trimQuote(quote));
  const { isTdx, qeReport, body, certification } = trimmed;
  const quoting = [qeReport.subarray(16, 20), qeReport.subarray(48, 64), qeReport.subarray(128, 160)];
  const domain = isTdx ? [body.subarray(0, 16), body.subarray(64, 120)] : [];
  return concat([isTdx ? "0x01" : "0x00", certification, ...quoting, qeReport.subarray(256, 260), ...domain]) as Hex;
}

/** `basisId` and `aux` with which anybody has the enclave of this quote judged again: NodeRegistry.recheck. */
export function dcapRecheck(quote: Uint8Array, collateral: PackedCollateral): { basisId: Hex; aux: Hex } {
  const basis = dcapBasis(quote);
  return { basisId: keccak256(basis) as Hex, aux: concat([part(basis), dcapAux(collateral)]) as Hex };
}

/** Bytes behind their length, two bytes. */
function part(bytes: Hex): Hex {
  const { length } = getBytes(bytes);
  return concat([Uint8Array.of(length >>> 8, length & 0xff), hexlify(bytes)]) as Hex;
}
