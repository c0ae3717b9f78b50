import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import * as sdk from "@freehold/sdk";
import { expect } from "chai";
import { id, keccak256, TypedDataEncoder, verifyTypedData } from "ethers";
import { network } from "hardhat";
import * as viem from "viem";
import { goldenVectors, type Vector } from "../../../scripts/lib/eip712-vectors.ts";
import {
  commitmentsOf,
  domainOf,
  type Fields,
  fieldsOf,
  idsOf,
  signer,
  TEXT,
  vectorOf,
  vectors,
} from "./utils/golden.ts";

const ROOT = new URL("../../..", import.meta.url).pathname;

const connection = await network.create("local");
const harness = await connection.ethers.deployContract("HashesHarness");
const show = (name: string, ...args: unknown[]): Promise<string> => harness.getFunction(name).staticCall(...args);

/** What the SDK makes of each struct: the digest, or the struct hash where there is no domain. */
const SDK: Record<string, (vector: Vector, fields: Fields) => string> = {
  Voucher: (v, f) => sdk.hashVoucher(domainOf(v), f),
  Receipt: (v, f) => sdk.hashReceipt(domainOf(v), f),
  Batch: (v, f) => sdk.hashBatch(domainOf(v), f),
  ReceiptSet: (v, f) => sdk.hashReceiptSet(domainOf(v), f),
  Offer: (v, f) => sdk.hashOffer(domainOf(v), f),
  ExactReceipt: (v, f) => sdk.hashExactReceipt(domainOf(v), f),
  Open: (v, f) => sdk.hashOpen(domainOf(v), f),
  TopUp: (v, f) => sdk.hashTopUp(domainOf(v), f),
  CloseRequest: (v, f) => sdk.hashCloseRequest(domainOf(v), f),
  Close: (v, f) => sdk.hashClose(domainOf(v), f),
  Challenge: (v, f) => sdk.hashChallenge(domainOf(v), f),
  Append: (v, f) => sdk.hashAppend(domainOf(v), f),
  Consent: (v, f) => sdk.hashConsent(domainOf(v), f),
  Permit: (v, f) => sdk.hashTokenPermit(domainOf(v), f),
  ReceiveWithAuthorization: (v, f) =>
    sdk.hashTokenAuthorization(domainOf(v), { ...f, nonce: String(f.nonce) as sdk.Hex }),
  ModelAnchor: (_, f) => sdk.hashModelAnchor({ ...f, commitments: commitmentsOf(f) }),
  Version: (_, { parent, delta }) => sdk.versionHash(parent, delta),
};

/** The SDK's functions that say whose signature it is. */
const RECOVER: Record<string, (vector: Vector, fields: Fields, signature: string) => string> = {
  Voucher: (v, f, s) => sdk.recoverVoucher(domainOf(v), f, s),
  Receipt: (v, f, s) => sdk.recoverReceipt(domainOf(v), f, s),
  Batch: (v, f, s) => sdk.recoverBatch(domainOf(v), f, s),
  ReceiptSet: (v, f, s) => sdk.recoverReceiptSet(domainOf(v), f, s),
  Offer: (v, f, s) => sdk.recoverOffer(domainOf(v), f, s),
  ExactReceipt: (v, f, s) => sdk.recoverExactReceipt(domainOf(v), f, s),
  Challenge: (v, f, s) => sdk.recoverChallenge(domainOf(v), f, s),
  Append: (v, f, s) => sdk.recoverAppend(domainOf(v), f, s),
  Consent: (v, f, s) => sdk.recoverConsent(domainOf(v), f, s),
};

/** What the libraries of the contracts make of each struct. */
const LIBRARIES: Record<string, (fields: Fields) => Promise<string>> = {
  Voucher: (f) => show("voucher", f.node, f.channel, f.lineId, f.cumulative),
  Receipt: (f) => show("receipt", f),
  Batch: (f) => show("batch", f, f.rowsHash),
  ReceiptSet: (f) => show("receiptSet", f.batchHash, f),
  Open: (f) => show("open", f, f.salt, f.deadline),
  TopUp: (f) => show("topUp", f.node, f.lineId, f.channel, f.amount, f.salt),
  CloseRequest: (f) => show("closeRequest", f.node, f.lineId, f.channel, f.deadline),
  Close: (f) => show("close", f.node, f.lineId, f.channel, f.cumulative, f.issuedAt),
  Challenge: (f) => show("challenge", f.node, f.lineId, f.channel, f.asserted, f.deadline),
  ModelAnchor: (f) => show("modelAnchor", f.weightsRoot, f.byteLength, f.architectureHash, commitmentsOf(f)),
  DeltaAnchor: (f) => show("deltaAnchor", { ...f, commitments: commitmentsOf(f) }, f.datasetsHash),
  Version: (f) => show("version", f.parent, f.delta),
};

/** The SDK's functions that make a public input of a proof of a struct. */
const CONTEXTS: Record<string, (fields: Fields) => bigint> = {
  Registration: (f) => sdk.registrationContext(f),
  Delta: (f) => sdk.deltaContext(f),
  Inference: (f) => sdk.inferenceContext(f),
};

/** Hashed in the contracts that use them, or by nobody on chain: see eip712-golden-contracts.ts. */
const NO_LIBRARY = [
  "Offer",
  "ExactReceipt",
  "Append",
  "Consent",
  "DevelopmentReport",
  "Permit",
  "ReceiveWithAuthorization",
  ...Object.keys(CONTEXTS),
];

describe("sdk: golden vectors of EIP-712", () => {
  after(() => connection.close());

  it("are what the type strings give", () => {
    expect(TEXT).to.equal(`${JSON.stringify(goldenVectors(), null, 2)}\n`);
  });

  it("hold every struct of the contracts and of the SDK, with zeros and the largest values", async () => {
    const known = new Map(vectors.map(({ typeString, struct }) => [typeString, struct]));
    for (const edge of ["plain", "zero", "max"]) {
      const structs = vectors.filter((vector) => vector.edge === edge).map(({ struct }) => struct);
      expect(structs).to.have.members([...new Set(known.values())]);
    }
    const files = (await readdir(join(ROOT, "contracts"), { recursive: true })).filter((name) => name.endsWith(".sol"));
    const found = new Set<string>();
    for (const file of files) {
      const text = await readFile(join(ROOT, "contracts", file), "utf8");
      for (const [, literal = ""] of text.matchAll(/"([A-Z]\w*\((?:[a-z]+\d* \w+,?)+\))"/g)) found.add(literal);
    }
    found.delete("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    for (const [name, types] of Object.entries(sdk)) {
      if (name.endsWith("_TYPES")) found.add(typeStringOf(types as sdk.TypedFields));
    }
    expect([...found]).to.have.members([...known.keys()]);
  });

  it("hash long bytes where a field is the hash of some", async () => {
    const long = vectors.filter(({ preimages }) => preimages !== undefined);
    expect(long.map(({ struct }) => struct)).to.have.members(["Receipt", "Batch", "Offer", "DeltaAnchor"]);
    for (const { message, preimages = {} } of long) {
      for (const [name, bytes] of Object.entries(preimages)) expect(message[name]).to.equal(keccak256(bytes));
    }
    const rows = vectorOf("Batch", "long");
    const ids = vectorOf("DeltaAnchor", "long");
    expect(rows.message.rowsHash).to.equal(sdk.hashRows(rows.preimages?.rowsHash ?? ""));
    expect(ids.message.datasetsHash).to.equal(sdk.datasetsHash(idsOf(ids)));
    expect(ids.message.datasetsHash).to.equal(await show("datasets", idsOf(ids)));
  });

  for (const vector of vectors) {
    const { struct, edge, types, message, typeString, typeHash, structHash, digest } = vector;
    it(`${struct}, ${edge}: ethers, viem, the SDK and the contracts agree`, async () => {
      const fields = fieldsOf(vector);
      expect(id(TypedDataEncoder.from(types).encodeType(struct)), "type hash").to.equal(typeHash);
      expect(typeString).to.equal(TypedDataEncoder.from(types).encodeType(struct));
      expect(TypedDataEncoder.hashStruct(struct, types, message), "ethers").to.equal(structHash);
      expect(viem.hashStruct({ primaryType: struct, types, data: { ...fields } }), "viem").to.equal(structHash);
      const library = LIBRARIES[struct];
      if (library) expect(await library(fields), "library").to.equal(structHash);
      else expect(NO_LIBRARY).to.include(struct);

      if (digest === undefined) {
        const context = CONTEXTS[struct];
        if (context) expect(context(fields), "SDK").to.equal(BigInt(structHash) % sdk.SCALAR_FIELD);
        else if (struct !== "DeltaAnchor") expect(SDK[struct]?.(vector, fields), "SDK").to.equal(structHash);
        return;
      }
      const domain = domainOf(vector);
      expect(TypedDataEncoder.hash(domain, types, message), "ethers").to.equal(digest);
      const viemDomain = { ...domain, verifyingContract: domain.verifyingContract as sdk.Hex };
      const typed = { domain: viemDomain, types, primaryType: struct, message: { ...fields } };
      expect(viem.hashTypedData(typed), "viem").to.equal(digest);
      if (struct !== "DevelopmentReport") expect(SDK[struct]?.(vector, fields), "SDK").to.equal(digest);

      const signature = vector.signature ?? "";
      expect(verifyTypedData(domain, types, message, signature), "ethers").to.equal(signer);
      const recovered = await viem.recoverTypedDataAddress({ ...typed, signature: signature as sdk.Hex });
      expect(recovered, "viem").to.equal(signer);
      if (RECOVER[struct]) expect(RECOVER[struct]?.(vector, fields, signature), "SDK").to.equal(signer);
    });
  }

  it("DeltaAnchor: the SDK hashes the datasets itself", () => {
    const vector = vectorOf("DeltaAnchor", "long");
    const { fields } = vector;
    const ours = sdk.hashDeltaAnchor({ ...fields, commitments: commitmentsOf(fields) }, idsOf(vector));
    expect(ours).to.equal(vector.structHash);
  });
});

function typeStringOf(types: sdk.TypedFields): string {
  const [name = ""] = Object.keys(types);
  return TypedDataEncoder.from(structuredClone(types) as Record<string, sdk.TypedField[]>).encodeType(name);
}
