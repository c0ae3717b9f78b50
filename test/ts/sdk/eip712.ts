import {
  type Batch,
  bindingOf,
  type Contracts,
  compactSignature,
  contractAt,
  DeltaFormat,
  datasetDomain,
  datasetIdOf,
  datasetsHash,
  decodeExactReceipt,
  encodeExactReceipt,
  escrowDomain,
  FreeholdError,
  type Hex,
  hashAppend,
  hashBatch,
  hashConsent,
  hashDeltaAnchor,
  hashExactReceipt,
  hashModelAnchor,
  hashOffer,
  hashReceipt,
  hashVoucher,
  ledgerDomain,
  lineIdOf,
  recoverBatch,
  recoverReceipt,
  recoverVoucher,
  signBatch,
  signReceipt,
  signVoucher,
  versionHash,
} from "@freehold/sdk";
import { expect } from "chai";
import { AbiCoder, concat, id, keccak256, Signature, TypedDataEncoder, toBeHex, Wallet } from "ethers";
import { network } from "hardhat";
import { deployFreehold } from "../utils/deployment.ts";

const connection = await network.create();
const { ethers } = connection;
const deployment = await deployFreehold(connection);

const address = (name: string) => deployment.contracts[name]?.address ?? "";
const bytes32 = (seed: string) => id(seed) as Hex;
const NODE = "0x1234567890AbcdEF1234567890aBcdef12345678";
const LINE = bytes32("line");
const VERSION = bytes32("version");
const CHAIN_ID = BigInt(deployment.chainId);
const escrow = escrowDomain(CHAIN_ID, address("InferenceEscrow"));

/** The hash of EIP-712 straight from the literal type string of docs/protocol.md, without any of the SDK's tables. */
function fromLiteral(
  domain: { name: string; version: string; chainId: bigint; verifyingContract: string },
  literal: string,
  value: Record<string, unknown>,
): string {
  const types: Record<string, { name: string; type: string }[]> = {};
  for (const [, name = "", fields = ""] of literal.matchAll(/(\w+)\(([^)]*)\)/g)) {
    types[name] = fields.split(",").map((field) => {
      const [type = "", label = ""] = field.split(" ");
      return { name: label, type };
    });
  }
  return TypedDataEncoder.hash(domain, types, value);
}

const receipt = {
  node: NODE,
  channel: 2n ** 200n + 7n,
  seq: 3n,
  cumulative: 2n ** 64n - 1n,
  price: 100n,
  lineId: LINE,
  versionHash: VERSION,
  requestHash: bytes32("request"),
  responseHash: bytes32("response"),
  inputCommitment: bytes32("input"),
  outputCommitment: bytes32("output"),
  workedAt: 2n ** 40n - 1n,
};

const batch: Batch = {
  node: NODE,
  lineId: LINE,
  versionHash: VERSION,
  lane: 1,
  nonce: 2n ** 32n - 1n,
  lastAt: 1_790_000_000n,
  rowsHash: bytes32("rows"),
};

describe("sdk: EIP-712", () => {
  describe("hashes equal those of the literal type strings, and those of the contracts", () => {
    it("Voucher", async () => {
      const voucher = { node: NODE, channel: 9n, lineId: LINE, cumulative: 12_345n };
      const literal = "Voucher(address node,uint256 channel,bytes32 lineId,uint64 cumulative)";
      const contract = contractAt("InferenceEscrow", address("InferenceEscrow"), ethers.provider);
      const ours = hashVoucher(escrow, voucher);
      expect(ours).to.equal(fromLiteral(escrow, literal, voucher));
      expect(ours).to.equal(await contract.voucherDigest(NODE, LINE, 9n, 12_345n));
    });

    it("Batch", async () => {
      const literal =
        "Batch(address node,bytes32 lineId,bytes32 versionHash,uint8 lane,uint32 nonce,uint40 lastAt,bytes32 rowsHash)";
      const contract = contractAt("InferenceEscrow", address("InferenceEscrow"), ethers.provider);
      const ours = hashBatch(escrow, batch);
      expect(ours).to.equal(fromLiteral(escrow, literal, batch as unknown as Record<string, unknown>));
      expect(ours).to.equal(await contract.batchDigest(batch, batch.rowsHash));
    });

    it("Offer", () => {
      const offer = {
        node: NODE,
        receiptKey: NODE,
        hpkeKeyHash: bytes32("key"),
        lineId: LINE,
        versionHash: VERSION,
        price: 100n,
        issuedAt: 1_790_000_000n,
      };
      const literal =
        "Offer(address node,address receiptKey,bytes32 hpkeKeyHash,bytes32 lineId,bytes32 versionHash,uint64 price,uint40 issuedAt)";
      expect(hashOffer(escrow, offer)).to.equal(fromLiteral(escrow, literal, offer));
    });

    it("Receipt", () => {
      const literal =
        "Receipt(address node,uint256 channel,uint64 seq,uint64 cumulative,uint64 price,bytes32 lineId,bytes32 versionHash,bytes32 requestHash,bytes32 responseHash,bytes32 inputCommitment,bytes32 outputCommitment,uint40 workedAt)";
      expect(hashReceipt(escrow, receipt)).to.equal(fromLiteral(escrow, literal, receipt));
    });

    it("ExactReceipt, which is no Receipt", () => {
      const { versionHash, requestHash, responseHash } = receipt;
      const exact = {
        node: NODE,
        payer: NODE,
        paymentNonce: bytes32("nonce"),
        asset: address("Token"),
        payTo: NODE,
        amount: 2n ** 256n - 1n,
        lineId: LINE,
        versionHash,
        requestHash,
        responseHash,
        workedAt: 2n ** 40n - 1n,
      };
      const literal =
        "ExactReceipt(address node,address payer,bytes32 paymentNonce,address asset,address payTo,uint256 amount,bytes32 lineId,bytes32 versionHash,bytes32 requestHash,bytes32 responseHash,uint40 workedAt)";
      expect(hashExactReceipt(escrow, exact)).to.equal(fromLiteral(escrow, literal, exact));
      expect(decodeExactReceipt(encodeExactReceipt(exact))).to.deep.equal({
        ...exact,
        node: NODE.toLowerCase(),
        payer: NODE.toLowerCase(),
        payTo: NODE.toLowerCase(),
        asset: exact.asset.toLowerCase(),
      });
    });

    it("Append, with the contract's type hash and domain", async () => {
      const domain = ledgerDomain(CHAIN_ID, address("DeltaLedger"));
      const append = { modelId: 2n ** 255n, account: NODE, parent: VERSION, delta: bytes32("delta"), deadline: 7n };
      const literal = "Append(uint256 modelId,address account,bytes32 parent,bytes32 delta,uint256 deadline)";
      const contract = contractAt("DeltaLedger", address("DeltaLedger"), ethers.provider);
      expect(await contract.APPEND_TYPEHASH()).to.equal(id(literal));
      const struct = keccak256(
        AbiCoder.defaultAbiCoder().encode(
          ["bytes32", "uint256", "address", "bytes32", "bytes32", "uint256"],
          [
            await contract.APPEND_TYPEHASH(),
            append.modelId,
            append.account,
            append.parent,
            append.delta,
            append.deadline,
          ],
        ),
      );
      const ours = hashAppend(domain, append);
      expect(ours).to.equal(fromLiteral(domain, literal, append));
      expect(ours).to.equal(keccak256(concat(["0x1901", await separator(contract), struct])));
    });

    it("Consent, with the contract's type hash and domain", async () => {
      const domain = datasetDomain(CHAIN_ID, address("DatasetRegistry"));
      const consent = { datasetId: bytes32("data"), lineId: LINE, until: 2n ** 40n - 1n, nonce: 4n, deadline: 9n };
      const literal = "Consent(bytes32 datasetId,bytes32 lineId,uint40 until,uint256 nonce,uint256 deadline)";
      const contract = contractAt("DatasetRegistry", address("DatasetRegistry"), ethers.provider);
      expect(await contract.CONSENT_TYPEHASH()).to.equal(id(literal));
      const struct = keccak256(
        AbiCoder.defaultAbiCoder().encode(
          ["bytes32", "bytes32", "bytes32", "uint40", "uint256", "uint256"],
          [await contract.CONSENT_TYPEHASH(), consent.datasetId, LINE, consent.until, consent.nonce, consent.deadline],
        ),
      );
      const ours = hashConsent(domain, consent);
      expect(ours).to.equal(fromLiteral(domain, literal, consent));
      expect(ours).to.equal(keccak256(concat(["0x1901", await separator(contract), struct])));
    });

    it("a digest is bound to chain, contract and purpose", () => {
      const voucher = { node: NODE, channel: 9n, lineId: LINE, cumulative: 1n };
      const digests = [
        hashVoucher(escrow, voucher),
        hashVoucher(escrowDomain(CHAIN_ID + 1n, address("InferenceEscrow")), voucher),
        hashVoucher(escrowDomain(CHAIN_ID, NODE), voucher),
        hashVoucher(ledgerDomain(CHAIN_ID, address("InferenceEscrow")), voucher),
      ];
      expect(new Set(digests).size).to.equal(digests.length);
    });
  });

  describe("version hashes equal those of the contracts", () => {
    const generator = { poseidonRoot: toBeHex(5n, 32) as Hex, pedersenX: 1n, pedersenY: 2n };
    const anchor = {
      weightsRoot: bytes32("weights"),
      byteLength: 123n,
      architectureHash: bytes32("architecture"),
      commitments: generator,
    };
    const delta = {
      weightsRoot: bytes32("delta"),
      byteLength: 2n ** 64n - 1n,
      format: DeltaFormat.Lora,
      commitments: generator,
    };

    it("struct hashes of anchors and versions equal those of the literal type strings", () => {
      const struct = (literal: string, types: string[], values: unknown[]) =>
        keccak256(AbiCoder.defaultAbiCoder().encode(["bytes32", ...types], [id(literal), ...values]));
      const { poseidonRoot, pedersenX, pedersenY } = generator;
      const model = struct(
        "ModelAnchor(bytes32 weightsRoot,uint64 byteLength,bytes32 architectureHash,bytes32 poseidonRoot,uint256 pedersenX,uint256 pedersenY)",
        ["bytes32", "uint64", "bytes32", "bytes32", "uint256", "uint256"],
        [anchor.weightsRoot, anchor.byteLength, anchor.architectureHash, poseidonRoot, pedersenX, pedersenY],
      );
      expect(hashModelAnchor(anchor)).to.equal(model);
      const ids = [bytes32("a"), bytes32("b")];
      const deltaHash = struct(
        "DeltaAnchor(bytes32 weightsRoot,uint64 byteLength,uint8 format,bytes32 datasetsHash,bytes32 poseidonRoot,uint256 pedersenX,uint256 pedersenY)",
        ["bytes32", "uint64", "uint8", "bytes32", "bytes32", "uint256", "uint256"],
        [delta.weightsRoot, delta.byteLength, 2, keccak256(concat(ids)), poseidonRoot, pedersenX, pedersenY],
      );
      expect(hashDeltaAnchor(delta, ids)).to.equal(deltaHash);
      expect(datasetsHash([])).to.equal(keccak256("0x"));
      expect(versionHash(model as Hex, deltaHash as Hex)).to.equal(
        struct("Version(bytes32 parent,bytes32 delta)", ["bytes32", "bytes32"], [model, deltaHash]),
      );
    });

    it("ids equal those of the contracts", async () => {
      const ledger = contractAt("DeltaLedger", address("DeltaLedger"), ethers.provider);
      const datasets = contractAt("DatasetRegistry", address("DatasetRegistry"), ethers.provider);
      expect(lineIdOf(2n ** 256n - 1n, NODE)).to.equal(await ledger.lineIdOf(2n ** 256n - 1n, NODE));
      expect(datasetIdOf(NODE, LINE)).to.equal(await datasets.datasetIdOf(NODE, LINE));
    });

    it("the binding of an enclave equals NodeRegistry.bindingOf", async () => {
      const nodes = contractAt("NodeRegistry", address("NodeRegistry"), ethers.provider);
      const challenge = await ethers.provider.getBlock("latest");
      await ethers.provider.send("evm_mine", []);
      const challengeBlock = BigInt(challenge?.number ?? 0);
      const hpkePublicKey = bytes32("hpke");
      const ours = bindingOf({
        chainId: CHAIN_ID,
        nodeRegistry: address("NodeRegistry"),
        node: NODE,
        receiptKey: address("DeltaLedger"),
        hpkePublicKey,
        versionSet: VERSION,
        challengeBlock,
        challengeHash: challenge?.hash as Hex,
      });
      expect(ours).to.equal(
        await nodes.bindingOf(NODE, address("DeltaLedger"), hpkePublicKey, VERSION, challengeBlock),
      );
    });
  });

  describe("signatures", () => {
    const wallet = new Wallet(id("a payer"));
    const voucher = { node: NODE, channel: 9n, lineId: LINE, cumulative: 1n };

    it("recover to the signer", async () => {
      expect(recoverVoucher(escrow, voucher, await signVoucher(wallet, escrow, voucher))).to.equal(wallet.address);
      expect(recoverReceipt(escrow, receipt, await signReceipt(wallet, escrow, receipt))).to.equal(wallet.address);
      expect(recoverBatch(escrow, batch, await signBatch(wallet, escrow, batch))).to.equal(wallet.address);
    });

    it("do not recover to the signer when any field changes", async () => {
      const signature = await signReceipt(wallet, escrow, receipt);
      for (const [name, value] of Object.entries(receipt)) {
        const changed = typeof value === "bigint" ? value - 1n : name === "node" ? address("DeltaLedger") : VERSION;
        const other = { ...receipt, [name]: name === "versionHash" ? LINE : changed };
        expect(recoverReceipt(escrow, other, signature), name).not.to.equal(wallet.address);
      }
    });

    it("are split as EIP-2098 says", async () => {
      const signature = await signVoucher(wallet, escrow, voucher);
      const { r, vs } = compactSignature(signature);
      expect(Signature.from(concat([r, vs])).serialized).to.equal(signature);
    });

    for (const [what, make] of [
      ["64 bytes", (s: string) => s.slice(0, -2)],
      ["66 bytes", (s: string) => `${s}00`],
      ["no hex", (s: string) => `${s.slice(0, -2)}zz`],
      ["v = 0", (s: string) => `${s.slice(0, -2)}00`],
      ["v = 29", (s: string) => `${s.slice(0, -2)}1d`],
      ["a high s", (s: string) => `${s.slice(0, 66)}${"f".repeat(64)}${s.slice(-2)}`],
      ["r = 0", (s: string) => `0x${"0".repeat(64)}${s.slice(66)}`],
    ] as const) {
      it(`with ${what} are refused`, async () => {
        const bad = make(await signVoucher(wallet, escrow, voucher));
        expect(() => recoverVoucher(escrow, voucher, bad))
          .to.throw(FreeholdError)
          .with.property("code", "BAD_SIGNATURE");
      });
    }
  });
});

type DomainHolder = Contracts["DeltaLedger"] | Contracts["DatasetRegistry"];

/** Domain separator from what the contract says of itself (ERC-5267). */
async function separator(contract: DomainHolder): Promise<string> {
  const [, name, version, chainId, verifyingContract] = await contract.eip712Domain();
  return TypedDataEncoder.hashDomain({ name, version, chainId, verifyingContract });
}
