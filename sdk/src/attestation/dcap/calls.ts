import { Interface, keccak256 } from "ethers";
import { dcapCollateralAbi } from "../../abis/index.js";
import { fromHex, type Hex, isHex, toHex } from "../../hex.js";
import { QuoteError } from "./errors.js";
import type { DcapCollateralText } from "./opinion.js";
import { certificatesOfPem } from "./pem.js";
import { parseQuote } from "./quote.js";
import { pckOf } from "./trim.js";

/** A call of DcapCollateral. Anybody may make it; one whose content is known already reverts with `AlreadyKnown` or `NotNewer`. */
export interface CollateralCall {
  readonly method:
    | "updateRootCrl"
    | "addIssuer"
    | "updatePckCrl"
    | "addPck"
    | "refreshPck"
    | "linkPem"
    | "updateTcbInfo"
    | "updateQeIdentity";
  readonly args: readonly Hex[];
  /** The arguments behind the method's selector: `data` of a transaction to DcapCollateral. */
  readonly data: Hex;
}

const methods = new Interface(dcapCollateralAbi);

/** A call with its arguments encoded. */
export const collateralCall = (method: CollateralCall["method"], ...args: readonly Hex[]): CollateralCall => ({
  method,
  args,
  data: methods.encodeFunctionData(method, args) as Hex,
});

/** Id of a certificate that the root issued, as DcapCollateral names it: the first ten bytes of its keccak256. */
export const issuerIdOf = (der: Uint8Array): Hex => keccak256(der).slice(0, 22) as Hex;

/**
 * The calls that bring Intel's collateral to the chain, in the order in which they have to come: the root's revocation list, the certificates of
 * issuers, the list of the PCK CA, TCB info and the identity of the quoting enclave. Verifies nothing: the contract does. Throws `BAD_PEM` for a
 * chain without certificates, `BAD_COLLATERAL` for lists and signatures that are not hex.
 */
export function collateralCalls(collateral: DcapCollateralText): CollateralCall[] {
  const authority = firstOf(collateral.pck_crl_issuer_chain);
  const infoSigner = firstOf(collateral.tcb_info_issuer_chain);
  const identitySigner = firstOf(collateral.qe_identity_issuer_chain);
  const issuers = new Map([authority, infoSigner, identitySigner].map((der) => [issuerIdOf(der), toHex(der)]));
  const body = (text: string) => toHex(new TextEncoder().encode(text));
  const { tcb_info, qe_identity } = collateral;
  return [
    collateralCall("updateRootCrl", hexOf(collateral, "root_ca_crl")),
    ...[...issuers.values()].map((der) => collateralCall("addIssuer", der)),
    collateralCall("updatePckCrl", hexOf(collateral, "pck_crl"), issuerIdOf(authority)),
    collateralCall(
      "updateTcbInfo",
      body(tcb_info),
      hexOf(collateral, "tcb_info_signature", 64),
      issuerIdOf(infoSigner),
    ),
    collateralCall(
      "updateQeIdentity",
      body(qe_identity),
      hexOf(collateral, "qe_identity_signature", 64),
      issuerIdOf(identitySigner),
    ),
  ];
}

/**
 * The calls that make the platform of a raw quote known: its certificate, held against the revocation list that the chain has now, and its chain
 * as it stands in the quote (for raw quotes; trimmed ones do without). Throws `BAD_QUOTE`, `BAD_PEM`, `BAD_COLLATERAL`.
 */
export function platformCalls(quote: Uint8Array, collateral: DcapCollateralText): CollateralCall[] {
  const der = toHex(pckOf(quote));
  const issuer = issuerIdOf(firstOf(collateral.pck_crl_issuer_chain));
  return [
    collateralCall("addPck", der, issuer, hexOf(collateral, "pck_crl")),
    collateralCall("linkPem", toHex(parseQuote(quote).certification), der),
  ];
}

/** The call that holds a known certificate against the revocation list that the chain has now: it lives on, or falls for good. */
export function refreshCall(pck: Uint8Array, pckCrl: Uint8Array): CollateralCall {
  return collateralCall("refreshPck", toHex(pck), toHex(pckCrl));
}

const firstOf = (pem: string): Uint8Array => certificatesOfPem(pem)[0]!;

/** A field of hex without `0x`, as Intel serves it. */
function hexOf(collateral: DcapCollateralText, field: keyof DcapCollateralText, length?: number): Hex {
  const hex = `0x${collateral[field]}`;
  if (!isHex(hex, length)) {
    throw new QuoteError("BAD_COLLATERAL", `${field} is not ${length === undefined ? "" : `${length} bytes of `}hex`, {
      details: { field },
    });
  }
  return toHex(fromHex(hex));
}
