import { escrowDomain, generateSessionKey, type Hex, recoverVoucher, sessionSigner, signVoucher } from "@freehold/sdk";
import { useFastCurve } from "@freehold/sdk/node";
import { expect } from "chai";
import { hexlify, randomBytes, toBeHex, toBigInt } from "ethers";
import { setCurve } from "../../../sdk/dist/eip712/secp256k1.js";

const CASES = 300;
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const hex = (length: number) => hexlify(randomBytes(length)) as Hex;
const word = (value: bigint) => toBeHex(value, 32).slice(2);
const domain = escrowDomain(1n, hex(20));
const someVoucher = () => {
  return { node: hex(20), channel: toBigInt(randomBytes(9)), lineId: hex(32), cumulative: toBigInt(randomBytes(8)) };
};

/** What each implementation makes of the same thing. */
async function both<T>(run: () => T | Promise<T>): Promise<[plain: T, fast: T]> {
  const plain = await run();
  await useFastCurve();
  try {
    return [plain, await run()];
  } finally {
    setCurve(undefined);
  }
}

describe("sdk: fast curve", () => {
  it(`signs the same bytes, and recovers the same signer: ${CASES} keys`, async () => {
    const cases = Array.from({ length: CASES }, () => ({ key: generateSessionKey(), voucher: someVoucher() }));
    const run = () =>
      Promise.all(
        cases.map(async ({ key, voucher }) => {
          const signer = sessionSigner(key);
          const signature = await signVoucher(signer, domain, voucher);
          expect(recoverVoucher(domain, voucher, signature)).to.equal(signer.address);
          return signature;
        }),
      );
    const [plain, fast] = await both(run);
    expect(fast).to.deep.equal(plain);
    expect(new Set(fast).size).to.equal(CASES);
  });

  it("takes and refuses the same signatures", async () => {
    const voucher = someVoucher();
    const [r, s] = [toBigInt(randomBytes(32)) % ORDER, toBigInt(randomBytes(32)) % (ORDER / 2n)];
    const odd = [
      "0x",
      `0x${"00".repeat(65)}`,
      `0x${word(r)}${word(s)}`,
      ...[0, 1, 26, 27, 28, 29, 30, 255].map((v) => `0x${word(r)}${word(s)}${toBeHex(v).slice(2)}`),
      ...[ORDER - s, ORDER / 2n, ORDER / 2n + 1n, 0n].map((high) => `0x${word(r)}${word(high)}1b`),
      ...[0n, ORDER, ORDER - 1n].map((x) => `0x${word(x)}${word(s)}1b`),
      `0x${"ff".repeat(64)}1b`,
      `0x${word(r)}${word(s)}1b00`,
      `0x${"zz".repeat(65)}`,
      ...Array.from(
        { length: CASES },
        (_, i) => `${hex(32)}${word(toBigInt(randomBytes(32)) >> 1n)}${i % 2 ? "1b" : "1c"}`,
      ),
    ];
    const run = () =>
      odd.map((signature) => {
        try {
          return recoverVoucher(domain, voucher, signature);
        } catch (error) {
          return (error as { code: string }).code;
        }
      });
    const [plain, fast] = await both(run);
    expect(fast).to.deep.equal(plain);
    expect(new Set(fast)).to.include("BAD_SIGNATURE");
    expect(
      fast.some((signer) => signer.startsWith("0x")),
      "some recover to somebody",
    ).to.equal(true);
  });
});
