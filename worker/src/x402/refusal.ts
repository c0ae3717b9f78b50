/** Why a payment is refused; where @x402/evm has a word for it, that word. */
export type PaymentReason =
  | "payment_required"
  | "invalid_payload"
  | "invalid_x402_version"
  | "unsupported_scheme"
  | "invalid_network"
  | "invalid_asset"
  | "payment_already_used"
  | "settlement_pending"
  | "invalid_exact_evm_recipient_mismatch"
  | "invalid_exact_evm_payload_authorization_value_mismatch"
  | "invalid_exact_evm_payload_authorization_valid_before"
  | "invalid_exact_evm_payload_authorization_valid_after"
  | "invalid_exact_evm_nonce_already_used"
  | "invalid_exact_evm_insufficient_balance"
  | (string & {});

/** A payment that is not taken: nothing was moved for it, or (`settlement_pending`) it is not known yet whether it was. */
export class PaymentRefusal extends Error {
  readonly reason: PaymentReason;
  readonly status: 400 | 402 | 503;
  /** Whose tokens, where it is known: then a transfer was tried. */
  readonly payer: string | undefined;

  constructor(reason: PaymentReason, detail: string, options: { status?: 400 | 402 | 503; payer?: string } = {}) {
    super(detail);
    this.name = "PaymentRefusal";
    this.reason = reason;
    this.status = options.status ?? 402;
    this.payer = options.payer;
  }
}
