import {
  channelsOf,
  FreeholdError,
  type Hex,
  hashRows,
  Lane,
  MAX_CHANNELS,
  packOptimisticRows,
  packVoucherRows,
  ROW_BYTES,
  skippedRows,
  unpackOptimisticRows,
  unpackVoucherRows,
} from "@freehold/sdk";
import { expect } from "chai";
import { concat, dataLength, dataSlice, keccak256, toBeHex } from "ethers";
import { seeded } from "../worker/harness/random.ts";

const SIGNATURE = concat([`0x${"11".repeat(32)}`, `0x${"22".repeat(32)}`, "0x1c"]);
const row = (channel: bigint, changes: object = {}) => ({
  channel,
  signed: 5n,
  metered: 4n,
  signature: SIGNATURE,
  ...changes,
});

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    expect(error, String(error)).to.be.instanceOf(FreeholdError);
    return (error as FreeholdError).code;
  }
  throw new Error("nothing was thrown");
}

describe("sdk: packed rows", () => {
  it("are laid out as ISettlements says", () => {
    // The parity is the highest bit of s (EIP-2098).
    const voucher = concat([`0x${"11".repeat(32)}`, `0xa2${"22".repeat(31)}`, toBeHex(5, 8), toBeHex(4, 8)]);
    expect(packVoucherRows([row(9n), row(8n), row(2n)])).to.equal(
      concat(["0x00000004", voucher, "0x00000203", voucher, voucher]),
    );
    const amounts = [
      { channel: 3n, amount: 7n },
      { channel: MAX_CHANNELS - 1n, amount: 2n ** 32n - 1n },
    ];
    expect(packOptimisticRows(amounts)).to.equal("0x0000000800000007ffffff08ffffffff");
    expect(packOptimisticRows([])).to.equal("0x");
    expect(hashRows("0x")).to.equal(keccak256("0x"));
  });

  it("name their channels again, whatever their number", () => {
    const random = seeded(13);
    for (const lane of Object.values(Lane)) {
      const channels = new Set<bigint>();
      while (channels.size < 3_000) channels.add(BigInt(Math.floor(random() * 2 ** 26)));
      const all = [...channels];
      const rows =
        lane === Lane.Voucher
          ? packVoucherRows(all.map((channel) => row(channel)))
          : packOptimisticRows(all.map((channel) => ({ channel, amount: 1n })));
      expect(channelsOf(lane, rows)).to.deep.equal(all.toSorted((a, b) => Number(a - b)));
    }
  });

  it("come out of their bytes as they went in", () => {
    const vouchers = [2n, 8n, 9n, MAX_CHANNELS - 1n].map((channel) =>
      row(channel, { signed: 2n ** 64n - channel - 1n }),
    );
    expect(unpackVoucherRows(packVoucherRows(vouchers))).to.deep.equal(vouchers);
    const amounts = [0n, 3n, 4n, MAX_CHANNELS - 1n].map((channel) => ({
      channel,
      amount: 2n ** 32n - 1n - channel / 2n ** 20n,
    }));
    expect(unpackOptimisticRows(packOptimisticRows(amounts))).to.deep.equal(amounts);
    expect(unpackOptimisticRows("0x")).to.deep.equal([]);
    // Any bytes may stand where a signature should: both parities, and more than any signature has.
    const odd = concat(["0x00000101", `0x${"ff".repeat(80)}`]);
    expect(unpackVoucherRows(odd)).to.deep.equal([
      {
        channel: 4n,
        signed: 2n ** 64n - 1n,
        metered: 2n ** 64n - 1n,
        signature: `0x${"ff".repeat(32)}7f${"ff".repeat(31)}1c`,
      },
    ]);
    expect(codeOf(() => unpackVoucherRows("0x0"))).to.equal("INVALID_HEX");
  });

  it("are refused when they do not fit", () => {
    for (const changes of [{ channel: -1n }, { channel: MAX_CHANNELS }, { signed: 2n ** 64n }, { metered: -1n }]) {
      expect(
        codeOf(() => packVoucherRows([row(1n, changes)])),
        Object.keys(changes).join(),
      ).to.equal("INVALID_ROW");
    }
    expect(codeOf(() => packVoucherRows([row(1n), row(1n)]))).to.equal("INVALID_ROW");
    expect(codeOf(() => packVoucherRows([row(1n, { signature: "0x12" })]))).to.equal("BAD_SIGNATURE");
    expect(codeOf(() => packOptimisticRows([{ channel: 1n, amount: 2n ** 32n }]))).to.equal("INVALID_ROW");
  });

  it("of another form are refused", () => {
    const good = packOptimisticRows([
      { channel: 1n, amount: 1n },
      { channel: 9n, amount: 1n },
    ]);
    const group = (slot: number, mask: number, rows: number) =>
      concat([toBeHex(slot, 3), toBeHex(mask, 1), `0x${"00".repeat(rows * ROW_BYTES[Lane.Optimistic])}`]);
    for (const [what, rows] of [
      ["a header cut off", concat([good, "0x000001"])],
      ["a row cut off", dataSlice(good, 0, dataLength(good) - 1)],
      ["a byte too much", concat([good, "0x00"])],
      ["no row", group(3, 0, 0)],
      ["a mask over 15", group(3, 16, 1)],
      ["a slot twice", concat([group(3, 1, 1), group(3, 2, 1)])],
      ["slots that fall", concat([group(3, 1, 1), group(2, 1, 1)])],
    ] as const) {
      expect(
        codeOf(() => channelsOf(Lane.Optimistic, rows as Hex)),
        what,
      ).to.equal("MALFORMED_ROWS");
      expect(
        codeOf(() => unpackOptimisticRows(rows)),
        what,
      ).to.equal("MALFORMED_ROWS");
    }
    expect(
      codeOf(() => channelsOf(Lane.Voucher, good)),
      "of the other lane",
    ).to.equal("MALFORMED_ROWS");
  });

  it("that paid nothing are named by their bits", () => {
    expect(skippedRows("0x")).to.deep.equal([]);
    expect(skippedRows("0x0180")).to.deep.equal([0, 15]);
  });
});
