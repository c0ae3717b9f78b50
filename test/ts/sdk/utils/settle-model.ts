import {
  type Channel,
  FreeholdError,
  hashVoucher,
  Lane,
  optimisticPay,
  unpackOptimisticRows,
  unpackVoucherRows,
  voucherPay,
} from "@freehold/sdk";
import { recoverAddress, toBeHex } from "ethers";
import type { TestBook } from "./book.ts";

/** What `settle` must do with some rows: refuse them, refuse what they sum to, or pay. */
export type Prediction =
  | { remaining: number }
  | { overflow: bigint }
  | { unbacked: bigint }
  | { total: bigint; skipped: string; paid: ReadonlyMap<bigint, bigint>; rows: number };

/** Order of secp256k1. */
const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** Most units that a book holds of one kind. */
const MOST = 2n ** 56n - 1n;

/** A book's channels, in order, and what its node has, at a time. */
export interface BookState {
  readonly channels: readonly Channel[];
  readonly earned: bigint;
  readonly vesting: bigint;
  readonly held: bigint;
  /** Of `vesting` and `held` together. */
  readonly limit: bigint;
  readonly time: bigint;
}

/** What the contract must make of these bytes. */
export function predict(book: TestBook, state: BookState, lane: Lane, bytes: string): Prediction {
  const { channels, time } = state;
  try {
    const pays =
      lane === Lane.Voucher
        ? unpackVoucherRows(bytes).map(({ channel, signed, metered, signature }) => {
            const of = channels[Number(channel)];
            const pay = of ? voucherPay(of, signed, metered, time) : 0n;
            const good = pay > 0n && recover(book, channel, signed, signature) === of?.signer;
            return { channel, pay: good ? pay : 0n };
          })
        : unpackOptimisticRows(bytes).map(({ channel, amount }) => {
            const of = channels[Number(channel)];
            return { channel, pay: of ? optimisticPay(of, amount) : 0n };
          });
    const total = pays.reduce((sum, { pay }) => sum + pay, 0n);
    const sum = total + (lane === Lane.Voucher ? state.earned : state.vesting);
    if (sum > MOST) return { overflow: sum };
    const unvested = sum + state.held;
    if (lane === Lane.Optimistic && unvested > state.limit) return { unbacked: unvested };
    return {
      total,
      skipped: bitmap(pays.map(({ pay }) => pay === 0n)),
      paid: new Map(pays.filter(({ pay }) => pay > 0n).map(({ channel, pay }) => [channel, pay])),
      rows: pays.length,
    };
  } catch (error) {
    if (!(error instanceof FreeholdError) || error.code !== "MALFORMED_ROWS") throw error;
    return { remaining: Number(error.details.remaining) };
  }
}

/** One bit a row, the lowest first, without the zero bytes at the end. */
function bitmap(bits: readonly boolean[]): string {
  const bytes = new Uint8Array(Math.ceil(bits.length / 8));
  for (const [i, bit] of bits.entries()) if (bit) bytes[i >> 3] = (bytes[i >> 3] ?? 0) | (1 << (i & 7));
  const length = bytes.findLastIndex((byte) => byte !== 0) + 1;
  return `0x${Buffer.from(bytes.subarray(0, length)).toString("hex")}`;
}

const signers = new Map<string, string | undefined>();

/** Who signed a voucher, by the rules of the chain's own precompile, which takes a high s too; undefined for nobody. */
function recover({ node, lineId, domain }: TestBook, channel: bigint, cumulative: bigint, signature: string) {
  const key = `${channel} ${cumulative} ${signature}`;
  if (!signers.has(key)) {
    const s = BigInt(`0x${signature.slice(66, 130)}`);
    const parity = Number.parseInt(signature.slice(130), 16) - 27;
    // The same key signs with n - s and the other parity: ethers takes only the lower of the two.
    const [low, flip] = 2n * s > N ? [N - s, 1 - parity] : [s, parity];
    let signer: string | undefined;
    try {
      const digest = hashVoucher(domain, { node, channel, lineId, cumulative });
      signer = recoverAddress(digest, { r: signature.slice(0, 66), s: toBeHex(low, 32), v: 27 + flip });
    } catch {
      // r or s of no signature.
    }
    signers.set(key, signer);
  }
  return signers.get(key);
}
