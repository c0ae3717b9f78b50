import { FreeholdError, type FreeholdErrorOptions } from "../errors/base.js";

/** Why an inference was refused or failed. Whatever does not verify is refused. */
export type InferenceErrorCode =
  // The caller's side
  /** Not an http(s) URL. */
  | "INVALID_ENDPOINT"
  /** The channel's signer is another account. */
  | "CHANNEL_NOT_YOURS"
  /** The channel closes or is closed. */
  | "CHANNEL_CLOSING"
  /** The channel's close delay is under the payer's own minimum. */
  | "CLOSE_DELAY_TOO_SHORT"
  /** The channel, or its deposit, has not got enough confirmations yet. */
  | "CHANNEL_UNCONFIRMED"
  /** As many requests as allowed are under way on the channel. */
  | "CHANNEL_BUSY"
  /** The channel's deposit does not cover the next inference. */
  | "INSUFFICIENT_DEPOSIT"
  /** The next inference needs a deposit that the budget does not allow any more. */
  | "BUDGET_EXCEEDED"
  /** The caller's own strategy refused a deposit. */
  | "DEPOSIT_REFUSED"
  /** Whether a deposit was made is not known yet. */
  | "DEPOSIT_UNSETTLED"
  // The offer
  /** Not in the form of docs/protocol.md 4.1. */
  | "ATTESTATION_MALFORMED"
  /** For another chain, escrow, registry or ledger. */
  | "ATTESTATION_WRONG_DEPLOYMENT"
  /** For another line than the one that was asked for. */
  | "ATTESTATION_WRONG_LINE"
  /** The chain knows no enclave with this receipt key. */
  | "ATTESTATION_UNKNOWN_ENCLAVE"
  /** The enclave is another node's, or the node is not the one that was asked for. */
  | "ATTESTATION_WRONG_NODE"
  /** The HPKE key is not the one that was attested. */
  | "ATTESTATION_KEY_MISMATCH"
  /** Something else in it is not what the chain says. */
  | "ATTESTATION_MISMATCH"
  /** Not signed by the receipt key. */
  | "ATTESTATION_BAD_SIGNATURE"
  /** The line does not accept this enclave now: expired, revoked, or not in its policy. */
  | "ATTESTATION_NOT_PAYABLE"
  /** The version offered, or answered from, is not the line's active one. */
  | "VERSION_MISMATCH"
  /** The price is over the caller's limit. */
  | "PRICE_TOO_HIGH"
  // The answer
  /** Not in the form of docs/protocol.md 4.3. */
  | "RESPONSE_MALFORMED"
  | "RESPONSE_TOO_LARGE"
  /** The receipt holds, but its response cannot be opened. */
  | "RESPONSE_UNREADABLE"
  | "RECEIPT_BAD_SIGNATURE"
  /** For another node or channel. */
  | "RECEIPT_WRONG_CHANNEL"
  /** A replay, or one was left out that no request explains. */
  | "RECEIPT_WRONG_SEQ"
  /** Another price, or another sum. */
  | "RECEIPT_WRONG_AMOUNT"
  /** For another request. */
  | "RECEIPT_WRONG_REQUEST"
  /** The response was changed on its way. */
  | "RECEIPT_WRONG_RESPONSE"
  /** Work at a time that is not the chain's. */
  | "RECEIPT_WRONG_TIME"
  /** The receipt holds, but its commitments are not of this request and this answer. */
  | "COMMITMENT_MISMATCH"
  // The node
  | "NODE_TIMEOUT"
  | "NODE_UNREACHABLE"
  /** It refused with a code of docs/protocol.md 4.6: `details.code`. */
  | "NODE_REFUSED"
  /** What it says contradicts what was signed, or the chain. */
  | "NODE_LIED";

/** Thrown when an inference was refused or failed. */
export class InferenceError extends FreeholdError {
  declare readonly code: InferenceErrorCode;

  constructor(code: InferenceErrorCode, message: string, options?: FreeholdErrorOptions) {
    super(code, message, options);
  }
}
