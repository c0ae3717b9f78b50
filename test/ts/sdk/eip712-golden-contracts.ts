import * as sdk from "@freehold/sdk";
import { expect } from "chai";
import { AbiCoder, keccak256, Signature, toBeHex } from "ethers";
import { network } from "hardhat";
import { deployFreehold } from "../utils/deployment.ts";
import {
  commitmentsOf,
  domainOf,
  type Fields,
  fieldsOf,
  idsOf,
  signer,
  vectorOf,
  vectors,
  vectorsOf,
} from "./utils/golden.ts";

const connection = await network.create("local");
const { ethers, networkHelpers } = connection;
const deployment = await deployFreehold(connection);
const deployed = (name: string) => deployment.contracts[name]?.address ?? "";

/** Where the domains say that these stand. */
const placeOf = (struct: string) => domainOf(vectorOf(struct, "plain")).verifyingContract;
const escrow = sdk.contractAt("InferenceEscrow", placeOf("Voucher"), ethers.provider);
const ledger = sdk.contractAt("DeltaLedger", placeOf("Append"), ethers.provider);
const datasets = sdk.contractAt("DatasetRegistry", placeOf("Consent"), ethers.provider);
const verifier = sdk.contractAt("DevelopmentTeeVerifier", placeOf("DevelopmentReport"), ethers.provider);
const token = sdk.contractAt("Token", placeOf("Permit"), ethers.provider);
const arbiter = sdk.contractAt("InferenceArbiter", deployed("InferenceArbiter"), ethers.provider);

/** Storage places: see the contracts' own fields, and those of OpenZeppelin's EIP712 and Nonces before them. */
const DATASETS_SLOT = 3n;
const DATASET_NONCES_SLOT = 2n;
const TOKEN_NONCES_SLOT = 7n;
const ARBITER_ESCROWS_SLOT = 0n;

const placeIn = (slot: bigint, key: string) =>
  keccak256(AbiCoder.defaultAbiCoder().encode(["bytes32", "uint256"], [toBeHex(key, 32), slot]));

async function write(target: { getAddress(): Promise<string> }, slot: bigint, key: string, value: bigint | string) {
  await networkHelpers.setStorageAt(await target.getAddress(), placeIn(slot, key), toBeHex(value, 32));
}

/** Name and values of the error that a call is refused with; undefined when it passes. */
async function refusal(call: Promise<unknown>): Promise<sdk.ContractRevertError | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    const typed = sdk.decodeError(error, "the contract");
    if (typed instanceof sdk.ContractRevertError) return typed;
    throw typed;
  }
}

/** A signature that was made for something else. */
const FOREIGN = vectorOf("Offer", "plain").signature;

describe("contracts: golden vectors of EIP-712", () => {
  // The vectors name places of their own: the deployed code is copied there, and finds its domain anew.
  before(async () => {
    for (const [name, to] of [
      ["InferenceEscrow", escrow],
      ["DeltaLedger", ledger],
      ["DatasetRegistry", datasets],
      ["DevelopmentTeeVerifier", verifier],
      ["Token", token],
    ] as const) {
      await networkHelpers.setCode(await to.getAddress(), await ethers.provider.getCode(deployed(name)));
    }
  });

  after(() => connection.close());

  it("digests equal those that the deployed code gives", async () => {
    const given: Record<string, (fields: Fields) => Promise<string>> = {
      Voucher: (f) => escrow.voucherDigest(f.node, f.lineId, f.channel, f.cumulative),
      Batch: (f) => escrow.batchDigest(f, f.rowsHash),
      TopUp: (f) => escrow.topUpHash(f.node, f.lineId, f.channel, f.amount, f.salt),
      DevelopmentReport: (f) => verifier.reportDigest(f),
    };
    for (const vector of vectors) {
      const digest = given[vector.struct];
      if (digest) expect(await digest(fieldsOf(vector)), vector.struct).to.equal(vector.digest);
    }
    // An opening of an authorisation never ends, as that of the largest values.
    const { fields, digest } = vectorOf("Open", "max");
    expect(await escrow.openingHash(fields, fields.salt)).to.equal(digest);
  });

  it("the arbiter recovers the signer of receipts and batches, for the domain of an escrow", async () => {
    await write(arbiter, ARBITER_ESCROWS_SLOT, await escrow.getAddress(), 1n);
    expect(await arbiter.isEscrow(escrow)).to.equal(true);
    for (const { fields, signature } of vectorsOf("Receipt")) {
      const refused = await refusal(arbiter.proveLateReceipt.staticCall(escrow, fields, signature));
      expect(refused?.errorName).to.equal("InferenceArbiter_NotAnEnclave");
      expect(refused?.args.signer).to.equal(signer);
    }
    for (const { fields: f, signature } of vectorsOf("Batch")) {
      const same = [f, f.rowsHash, signature] as const;
      const refused = await refusal(arbiter.proveDoubleBatch.staticCall(escrow, ...same, ...same));
      expect(refused?.errorName).to.equal("InferenceArbiter_NotAnEnclave");
      expect(refused?.args.signer).to.equal(signer);
    }
  });

  it("the ledger takes the signature of an append, and no other", async () => {
    const anchor = vectorOf("DeltaAnchor", "long");
    const delta = { ...anchor.fields, commitments: commitmentsOf(anchor.fields) };
    for (const { fields: f, signature } of vectorsOf("Append")) {
      const args = [f.account, f.modelId, f.parent, delta, idsOf(anchor)] as const;
      const foreign = await refusal(ledger.appendFor.staticCall(...args, f.deadline, FOREIGN));
      expect(foreign?.errorName).to.equal("DeltaLedger_BadSignature");
      // It goes on to the model, which is none.
      const refused = await refusal(ledger.appendFor.staticCall(...args, f.deadline, signature));
      expect(refused?.errorName).to.equal("ModelRegistry_UnknownModel");
    }
  });

  it("the dataset registry takes the signature of a consent, and no other", async () => {
    for (const { fields: f, signature } of vectorsOf("Consent")) {
      await write(datasets, DATASETS_SLOT, f.datasetId, signer);
      await write(datasets, DATASET_NONCES_SLOT, signer, f.nonce);
      expect(await datasets.nonces(signer)).to.equal(f.nonce);
      expect((await datasets.datasetOf(f.datasetId)).owner).to.equal(signer);
      const args = [f.datasetId, f.lineId, f.until, f.deadline] as const;
      const foreign = await refusal(datasets.consentFor.staticCall(...args, FOREIGN));
      expect(foreign?.errorName).to.equal("DatasetRegistry_BadSignature");
      const refused = await refusal(datasets.consentFor.staticCall(...args, signature));
      expect(refused?.errorName, "taken, or out of time").to.be.oneOf([undefined, "DatasetRegistry_InvalidUntil"]);
    }
  });

  it("the token takes the signatures of permits and authorisations, and no other", async () => {
    for (const { fields: f, signature } of vectorsOf("Permit")) {
      await write(token, TOKEN_NONCES_SLOT, signer, f.nonce);
      expect(await token.nonces(signer)).to.equal(f.nonce);
      const permit = (bytes: string) => {
        const { v, r, s } = Signature.from(bytes);
        return refusal(token.permit.staticCall(f.owner, f.spender, f.value, f.deadline, v, r, s));
      };
      expect((await permit(FOREIGN))?.errorName).to.equal("ERC2612InvalidSigner");
      expect((await permit(signature))?.errorName).to.be.oneOf([undefined, "ERC20InvalidSpender"]);
    }
    for (const { fields: f, signature } of vectorsOf("ReceiveWithAuthorization")) {
      const receive = (bytes: string) => {
        const { v, r, s } = Signature.from(bytes);
        const args = [f.from, f.to, f.value, f.validAfter, f.validBefore, String(f.nonce), v, r, s] as const;
        return refusal(token.receiveWithAuthorization.staticCall(...args, { from: f.to }));
      };
      expect((await receive(FOREIGN))?.errorName).to.equal("ERC3009InvalidSignature");
      // The signature was good: now the money is missing, or nobody gets it.
      expect((await receive(signature))?.errorName).to.be.oneOf(["ERC20InsufficientBalance", "ERC20InvalidReceiver"]);
    }
  });
});
