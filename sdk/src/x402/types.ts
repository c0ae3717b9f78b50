// The part of @x402/core's types that is needed here, so that the SDK does not depend on it.

/** One way to pay. */
export interface PaymentRequirements {
  scheme: string;
  /** CAIP-2. */
  network: `${string}:${string}`;
  /** The token. */
  asset: string;
  /** In its smallest unit. */
  amount: string;
  payTo: string;
  maxTimeoutSeconds: number;
  extra: Record<string, unknown>;
}

/** What a 402 says, in the header PAYMENT-REQUIRED. */
export interface PaymentRequired {
  x402Version: number;
  error?: string;
  resource: { url: string; description?: string; mimeType?: string };
  accepts: PaymentRequirements[];
  extensions?: Record<string, unknown>;
}

/** What pays, in the header PAYMENT-SIGNATURE. */
export interface PaymentPayload {
  x402Version: number;
  resource?: { url: string; description?: string; mimeType?: string };
  accepted: PaymentRequirements;
  payload: Record<string, unknown>;
  extensions?: Record<string, unknown>;
}

/** What became of a payment, in the header PAYMENT-RESPONSE. */
export interface SettleResponse {
  success: boolean;
  errorReason?: string;
  errorMessage?: string;
  payer?: string;
  /** Hash of the transfer's transaction; empty when there is none. */
  transaction: string;
  network: `${string}:${string}`;
  amount?: string;
}

/** The scheme of channels (docs/x402.md). */
export const CHANNEL_SCHEME = "freehold-channel";
/** The field's scheme for a token transfer. */
export const EXACT_SCHEME = "exact";
/** The version of x402 that a node speaks. */
export const X402_VERSION = 2;

export const PAYMENT_REQUIRED_HEADER = "PAYMENT-REQUIRED";
export const PAYMENT_SIGNATURE_HEADER = "PAYMENT-SIGNATURE";
export const PAYMENT_RESPONSE_HEADER = "PAYMENT-RESPONSE";
