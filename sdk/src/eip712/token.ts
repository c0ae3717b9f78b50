import type { Hex } from "../hex.js";
import type { Domain } from "./domains.js";
import { type TypedDataSigner, typedStruct } from "./struct.js";
import { field, type TypedFields } from "./types.js";

/** What a holder signs so that `spender` may take (EIP-2612); in the token's domain. */
export interface TokenPermit {
  owner: string;
  spender: string;
  /** The token's smallest unit. */
  value: bigint;
  /** The owner's present nonce in the token. */
  nonce: bigint;
  /** Unix seconds, the last at which the signature counts. */
  deadline: bigint;
}

/** What a holder signs so that `to`, and nobody else, may fetch (EIP-3009); in the token's domain. Times are Unix seconds, exclusive. */
export interface TokenAuthorization {
  from: string;
  to: string;
  /** The token's smallest unit. */
  value: bigint;
  validAfter: bigint;
  validBefore: bigint;
  /** Any 32 bytes that the holder has not used; here the digest of what the money is for. */
  nonce: Hex;
}

export const PERMIT_TYPES = {
  Permit: [
    field("address", "owner"),
    field("address", "spender"),
    field("uint256", "value"),
    field("uint256", "nonce"),
    field("uint256", "deadline"),
  ],
} as const satisfies TypedFields;

export const AUTHORIZATION_TYPES = {
  ReceiveWithAuthorization: [
    field("address", "from"),
    field("address", "to"),
    field("uint256", "value"),
    field("uint256", "validAfter"),
    field("uint256", "validBefore"),
    field("bytes32", "nonce"),
  ],
} as const satisfies TypedFields;

const permit = /* @__PURE__ */ typedStruct<TokenPermit>(PERMIT_TYPES);
const authorization = /* @__PURE__ */ typedStruct<TokenAuthorization>(AUTHORIZATION_TYPES);

type Sign<T> = (signer: TypedDataSigner, domain: Domain, value: T) => Promise<Hex>;
type Hash<T> = (domain: Domain, value: T) => Hex;

// As in structs.ts, in the token's domain.

export const hashTokenPermit: Hash<TokenPermit> = (d, v) => permit.hash(d, v);
export const signTokenPermit: Sign<TokenPermit> = (s, d, v) => permit.sign(s, d, v);

export const hashTokenAuthorization: Hash<TokenAuthorization> = (d, v) => authorization.hash(d, v);
export const signTokenAuthorization: Sign<TokenAuthorization> = (s, d, v) => authorization.sign(s, d, v);
