import { type Hex, isHex } from "@freehold/sdk";
import {
  CHANNEL_SCHEME,
  decodeHeader,
  EXACT_SCHEME,
  PAYMENT_SIGNATURE_HEADER,
  type PaymentRequirements,
  X402_VERSION,
} from "@freehold/sdk/x402";
import { PaymentRefusal } from "./refusal.js";

/** An EIP-3009 authorisation. Hex is lower case; times are Unix seconds. */
export interface Authorization {
  readonly from: Hex;
  readonly to: Hex;
  /** In the token's smallest unit. */
  readonly value: bigint;
  readonly validAfter: bigint;
  readonly validBefore: bigint;
  readonly nonce: Hex;
}

/** What the header PAYMENT-SIGNATURE says it is; nothing of it is verified. */
export type Payment =
  | {
      readonly scheme: typeof EXACT_SCHEME;
      readonly accepted: Accepted;
      readonly authorization: Authorization;
      readonly signature: Hex;
    }
  | {
      readonly scheme: typeof CHANNEL_SCHEME;
      readonly accepted: Accepted;
      readonly channel: bigint;
      /** Units. */
      readonly cumulative: bigint;
      readonly signature: Hex;
    };

/** The part of the accepted terms that counts. */
export type Accepted = Pick<PaymentRequirements, "network" | "asset" | "amount" | "payTo">;

/** Bytes of the longest signature: contract wallets make long ones. */
const MAX_SIGNATURE = 2_048;

/** Reads the header PAYMENT-SIGNATURE. Throws {@link PaymentRefusal}: 400 for what is no payment, 402 for one of another kind. */
export function decodePayment(header: unknown): Payment {
  const json = json402(header);
  if (json.x402Version !== X402_VERSION) {
    throw new PaymentRefusal("invalid_x402_version", `x402 version ${X402_VERSION} is spoken here`, { status: 400 });
  }
  const accepted = record(json.accepted, "accepted");
  const payload = record(json.payload, "payload");
  const terms = {
    network: short(accepted.network, "accepted.network") as Accepted["network"],
    asset: short(accepted.asset, "accepted.asset"),
    amount: short(accepted.amount, "accepted.amount"),
    payTo: short(accepted.payTo, "accepted.payTo"),
  };
  if (accepted.scheme === EXACT_SCHEME) {
    const signature = hex(payload.signature, "payload.signature");
    return { scheme: EXACT_SCHEME, accepted: terms, authorization: authorizationOf(payload), signature };
  }
  if (accepted.scheme === CHANNEL_SCHEME) {
    return {
      scheme: CHANNEL_SCHEME,
      accepted: terms,
      channel: uint(payload.channel, "payload.channel", 256),
      cumulative: uint(payload.cumulative, "payload.cumulative", 64),
      signature: hex(payload.signature, "payload.signature"),
    };
  }
  throw new PaymentRefusal("unsupported_scheme", "only the schemes in `accepts` are taken");
}

function authorizationOf(payload: Record<string, unknown>): Authorization {
  const a = record(payload.authorization, "payload.authorization");
  return {
    from: hex(a.from, "authorization.from", 20),
    to: hex(a.to, "authorization.to", 20),
    value: uint(a.value, "authorization.value", 256),
    validAfter: uint(a.validAfter, "authorization.validAfter", 256),
    validBefore: uint(a.validBefore, "authorization.validBefore", 256),
    nonce: hex(a.nonce, "authorization.nonce", 32),
  };
}

function json402(header: unknown): Record<string, unknown> {
  try {
    return decodeHeader(PAYMENT_SIGNATURE_HEADER, header);
  } catch {
    throw malformed(PAYMENT_SIGNATURE_HEADER);
  }
}

function record(value: unknown, field: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw malformed(field);
}

function short(value: unknown, field: string): string {
  if (typeof value === "string" && value.length <= 100) return value;
  throw malformed(field);
}

function hex(value: unknown, field: string, length?: number): Hex {
  const isShort = typeof value === "string" && value.length <= 2 + 2 * MAX_SIGNATURE;
  if (isShort && isHex(value, length)) return value.toLowerCase() as Hex;
  throw malformed(field);
}

function uint(value: unknown, field: string, bits: number): bigint {
  if (typeof value === "string" && /^(?:0|[1-9][0-9]{0,77})$/.test(value)) {
    const number = BigInt(value);
    if (number >> BigInt(bits) === 0n) return number;
  }
  throw malformed(field);
}

function malformed(field: string): PaymentRefusal {
  return new PaymentRefusal("invalid_payload", `${field} is not what x402 and docs/x402.md say`, { status: 400 });
}
