import { compactSignature } from "../../eip712/struct.js";
import type { Claim } from "../../eip712/types.js";
import type { Row } from "../../types.js";
import type { VoucherPart } from "../../wire/voucher.js";

/** A row of a settlement from a voucher as it came in: splits its signature (EIP-2098). */
export function rowOf(params: { channel: bigint; metered: bigint; voucher: VoucherPart }): Row {
  const { channel, metered, voucher } = params;
  return { channel, metered, signed: voucher.cumulative, ...compactSignature(voucher.signature) };
}

/** Claims of a batch, in the order of its rows: what the enclave signs. */
export function claimsOf(rows: readonly Row[]): Claim[] {
  return rows.map(({ channel, metered }) => ({ channel, metered }));
}
