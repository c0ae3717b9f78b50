import { utf8 } from "../bytes.js";
import type { Hex } from "../hex.js";

/** What a sealed request is bound to when a token transfer pays for it (docs/x402.md). */
export interface ExactBinding {
  chainId: bigint;
  escrow: string;
  node: string;
  lineId: Hex;
  versionHash: Hex;
  /** 32 lower-case hex digits, new for every inference. */
  idempotencyKey: string;
  /** Whose tokens pay, and the nonce of his EIP-3009 authorisation. */
  payer: string;
  paymentNonce: Hex;
  /** The token. */
  asset: string;
  payTo: string;
  /** In the token's smallest unit. */
  amount: bigint;
}

/** Additional data of a sealed request that a token transfer pays for: another payment, node or version opens nothing. */
export function exactAad(b: ExactBinding): Uint8Array<ArrayBuffer> {
  return utf8(
    JSON.stringify([
      "freehold/exact/v1",
      b.chainId.toString(),
      b.escrow.toLowerCase(),
      b.node.toLowerCase(),
      b.lineId.toLowerCase(),
      b.versionHash.toLowerCase(),
      b.idempotencyKey,
      b.payer.toLowerCase(),
      b.paymentNonce.toLowerCase(),
      b.asset.toLowerCase(),
      b.payTo.toLowerCase(),
      b.amount.toString(),
    ]),
  );
}
