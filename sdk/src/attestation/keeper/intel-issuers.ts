import type { Contracts } from "../../contracts.js";
import { type Hex, toHex } from "../../hex.js";
import { collateralCall, issuerIdOf } from "../dcap/calls.js";
import { certificatesOfPem } from "../dcap/pem.js";
import { malformed } from "./errors.js";
import type { CollateralItem } from "./keeper.js";
import { submit } from "./submit.js";

export type Collateral = Contracts["DcapCollateral"];

/** What each of Intel's items is made with. */
export type IntelItem = (collateral: Collateral) => CollateralItem;

/** Sends a call of DcapCollateral; see {@link submit}. */
export function send(collateral: Collateral, ...call: Parameters<typeof collateralCall>): AsyncGenerator<Hex> {
  return submit("DcapCollateral", collateral, collateralCall(...call).data);
}

/** Makes an issuer's certificate known, unless it is. */
export async function* addIssuer(collateral: Collateral, der: Uint8Array): AsyncGenerator<Hex> {
  const { role } = await collateral.issuerOf(issuerIdOf(der));
  if (role === 0n) yield* send(collateral, "addIssuer", toHex(der));
}

/** Who signed: the first certificate of a chain in PEM. Throws `COLLATERAL_MALFORMED`. */
export function signerOf(issuerChain: string, what: string): Uint8Array {
  try {
    return certificatesOfPem(issuerChain)[0] as Uint8Array;
  } catch (cause) {
    throw malformed(`${what} came without a readable certificate of its issuer`, cause);
  }
}
