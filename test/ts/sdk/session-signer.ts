import {
  escrowDomain,
  generateSessionKey,
  type Hex,
  hashReceipt,
  hashVoucher,
  RECEIPT_TYPES,
  type Receipt,
  recoverVoucher,
  sessionSigner,
  signVoucher,
  type TypedField,
  VOUCHER_TYPES,
} from "@freehold/sdk";
import { expect } from "chai";
import { getAddress, hexlify, randomBytes, TypedDataEncoder, toBigInt, Wallet } from "ethers";

const CASES = 200;
const bytes32 = () => hexlify(randomBytes(32)) as Hex;
const address = () => hexlify(randomBytes(20));
const uint64 = () => toBigInt(randomBytes(8));
const newDomain = () => Object.freeze(escrowDomain(uint64(), getAddress(address())));
const fieldsOf = (types: object) => types as Record<string, TypedField[]>;

function someVoucher() {
  return { node: address(), channel: toBigInt(randomBytes(32)), lineId: bytes32(), cumulative: uint64() };
}

function someReceipt(): Receipt {
  const hashes = { lineId: bytes32(), versionHash: bytes32(), requestHash: bytes32(), responseHash: bytes32() };
  const commitments = { inputCommitment: bytes32(), outputCommitment: bytes32() };
  const amounts = { seq: uint64(), cumulative: uint64(), price: uint64(), workedAt: toBigInt(randomBytes(5)) };
  return { node: getAddress(address()), channel: uint64(), ...amounts, ...hashes, ...commitments };
}

describe("sdk: session signer", () => {
  it(`hashes as ethers does: ${CASES} vouchers and receipts of as many domains`, () => {
    for (let i = 0; i < CASES; i++) {
      const domain = newDomain();
      const [voucher, receipt] = [someVoucher(), someReceipt()];
      expect(hashVoucher(domain, voucher)).to.equal(TypedDataEncoder.hash(domain, fieldsOf(VOUCHER_TYPES), voucher));
      expect(hashReceipt(domain, receipt)).to.equal(TypedDataEncoder.hash(domain, fieldsOf(RECEIPT_TYPES), receipt));
    }
  });

  it(`signs the bytes that ethers signs, and recovers to its address: ${CASES} times`, async () => {
    for (let i = 0; i < CASES; i++) {
      const key = generateSessionKey();
      const [session, wallet] = [sessionSigner(key), new Wallet(key)];
      const [domain, voucher] = [newDomain(), someVoucher()];
      expect(session.address).to.equal(wallet.address);
      const signature = await signVoucher(session, domain, voucher);
      expect(signature).to.equal(await wallet.signTypedData(domain, fieldsOf(VOUCHER_TYPES), voucher));
      expect(await session.signTypedData(domain, fieldsOf(VOUCHER_TYPES), voucher)).to.equal(signature);
      expect(recoverVoucher(domain, voucher, signature)).to.equal(wallet.address);
    }
  });

  it("refuses as ethers does what is in no form of its type", () => {
    const [domain, voucher] = [newDomain(), someVoucher()];
    for (const changes of [
      { node: "0x12" },
      {
        node: getAddress(address())
          .replace(/[a-f]/, (c) => c.toUpperCase())
          .replace(/[A-F]/, (c) => c.toLowerCase()),
      },
      { cumulative: 2n ** 64n },
      { cumulative: -1n },
      { lineId: `0x${"11".repeat(31)}` },
      { channel: undefined },
    ]) {
      const value = { ...voucher, ...changes } as never;
      let theirs: unknown;
      try {
        theirs = TypedDataEncoder.hash(domain, fieldsOf(VOUCHER_TYPES), value);
      } catch {
        theirs = undefined;
      }
      if (theirs === undefined)
        expect(() => hashVoucher(domain, value), JSON.stringify(Object.keys(changes))).to.throw();
      else expect(hashVoucher(domain, value)).to.equal(theirs);
    }
  });

  it("takes numbers in every form that ethers takes", () => {
    const [domain, voucher] = [newDomain(), someVoucher()];
    const same = {
      ...voucher,
      cumulative: voucher.cumulative.toString(),
      channel: `0x${voucher.channel.toString(16)}`,
    };
    expect(hashVoucher(domain, same as never)).to.equal(hashVoucher(domain, voucher));
  });

  it("forgets no domain that changes, and mistakes none for another", () => {
    const voucher = someVoucher();
    const domain = { ...newDomain() };
    const before = hashVoucher(domain, voucher);
    domain.chainId += 1n;
    const after = hashVoucher(domain, voucher);
    expect(after).not.to.equal(before);
    expect(after).to.equal(TypedDataEncoder.hash(domain, fieldsOf(VOUCHER_TYPES), voucher));
  });

  it("refuses what is no private key, and does not repeat it", () => {
    const order = "0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
    for (const key of ["0x", `0x${"00".repeat(32)}`, order, "0xsecret", `${generateSessionKey()}00`]) {
      try {
        sessionSigner(key as Hex);
        expect.fail(`took ${key}`);
      } catch (error) {
        expect(error).to.include({ code: "INVALID_PRIVATE_KEY" });
        if (key.length > 4) expect(JSON.stringify(error) + String(error)).not.to.contain(key);
      }
    }
  });
});
