import {
  decodeCloseAsk,
  decodeCloseWord,
  decodeIdempotencyKey,
  decodeOffer,
  decodeOutput,
  decodeProblem,
  decodeReceipt,
  decodeRecovery,
  decodeRequest,
  decodeResponse,
  encodeCloseAsk,
  encodeCloseWord,
  encodeInput,
  encodeOffer,
  encodeOutput,
  encodeReceipt,
  encodeRecovery,
  encodeRequest,
  encodeResponse,
  type Hex,
  newIdempotencyKey,
  problem,
  WireError,
} from "@freehold/sdk";
import { expect } from "chai";
import { id } from "ethers";

const ADDRESS: Hex = "0x1234567890abcdef1234567890abcdef12345678";
const SIGNATURE: Hex = `0x${"ab".repeat(65)}`;
const hash = (seed: string) => id(seed) as Hex;

const offer = {
  chainId: 2n ** 255n,
  escrow: ADDRESS,
  nodeRegistry: ADDRESS,
  deltaLedger: ADDRESS,
  node: ADDRESS,
  receiptKey: ADDRESS,
  hpkePublicKey: hash("hpke"),
  measurementId: hash("measurement"),
  validUntil: 2n ** 40n - 1n,
  modelId: 2n ** 256n - 1n,
  lineId: hash("line"),
  version: 3,
  versionHash: hash("version"),
  price: 2n ** 64n - 1n,
  issuedAt: 1n,
  signature: SIGNATURE,
};
const receipt = {
  node: ADDRESS,
  channel: 0n,
  seq: 1n,
  cumulative: 100n,
  price: 100n,
  lineId: hash("line"),
  versionHash: hash("version"),
  requestHash: hash("request"),
  responseHash: hash("response"),
  inputCommitment: hash("input"),
  outputCommitment: hash("output"),
  workedAt: 1_790_000_000n,
};
const request = {
  channel: 0n,
  lineId: hash("line"),
  versionHash: hash("version"),
  voucher: { cumulative: 100n, signature: SIGNATURE },
  enc: new Uint8Array(32).fill(0xfb),
  ciphertext: new Uint8Array(70_001).fill(0xff),
};
const response = { receipt, signature: SIGNATURE, nonce: new Uint8Array(32), ciphertext: new Uint8Array(17) };
const recovery = { channel: 0n, seq: 1n, metered: 100n, voucher: request.voucher, receipt, signature: SIGNATURE };
const closeAsk = { lineId: hash("line"), channel: 3n, deadline: 2n ** 255n, signature: `0x${"cd".repeat(300)}` as Hex };
const closeWord = {
  node: ADDRESS,
  lineId: hash("line"),
  channel: 3n,
  cumulative: 2n ** 64n - 1n,
  issuedAt: 2n ** 40n - 1n,
  signature: SIGNATURE,
};
const fresh = { channel: 0n, seq: 0n, metered: 0n, voucher: null, receipt: null, signature: null };

function fieldOf(decode: () => unknown): string {
  try {
    decode();
  } catch (error) {
    expect(error).to.be.instanceOf(WireError).with.property("code", "MALFORMED");
    return (error as WireError).field;
  }
  throw new Error("nothing was thrown");
}

/** Every path to a value inside a JSON object. */
function paths(value: object, prefix: string[] = []): string[][] {
  return Object.entries(value).flatMap(([key, inner]) =>
    typeof inner === "object" && inner !== null
      ? [[...prefix, key], ...paths(inner, [...prefix, key])]
      : [[...prefix, key]],
  );
}

function withValue(json: object, path: readonly string[], value: unknown): unknown {
  const copy = structuredClone(json) as Record<string, unknown>;
  let holder = copy;
  for (const key of path.slice(0, -1)) holder = holder[key] as Record<string, unknown>;
  const last = path.at(-1) ?? "";
  if (value === undefined) delete holder[last];
  else holder[last] = value;
  return copy;
}

describe("sdk: wire formats", () => {
  const formats = [
    ["offer", offer, encodeOffer, decodeOffer],
    ["receipt", receipt, encodeReceipt, decodeReceipt],
    ["request", request, encodeRequest, decodeRequest],
    ["response", response, encodeResponse, decodeResponse],
    ["recovery", recovery, encodeRecovery, decodeRecovery],
    ["request for a close", closeAsk, encodeCloseAsk, decodeCloseAsk],
    ["word of a close", closeWord, encodeCloseWord, decodeCloseWord],
  ] as const;

  for (const [name, value, encode, decode] of formats) {
    describe(name, () => {
      const json = (encode as (v: unknown) => object)(value);

      it("survives encoding, JSON and decoding", () => {
        expect(decode(JSON.parse(JSON.stringify(json)))).to.deep.equal(value);
      });

      it("is refused, by the name of the field, when any field is missing, of another type, or too much", () => {
        for (const path of paths(json)) {
          const field = path.join(".");
          for (const bad of [undefined, true, ["x"], "0x", "", -1, 1.5, "1e3", "01", "-1", "0xZZ", `${2n ** 256n}`]) {
            // Both are base64, which is all that the form of a ciphertext is.
            if ((bad === "" || bad === "0xZZ") && path.at(-1) === "ciphertext") continue;
            // A wallet that is a contract decides itself what a signature of its own is.
            if (bad === "0x" && path.at(-1) === "signature" && value === closeAsk) continue;
            expect(
              fieldOf(() => decode(withValue(json, path, bad))),
              `${field} = ${String(bad)}`,
            ).to.equal(field);
          }
          const extra = [...path.slice(0, -1), "surplus"];
          expect(fieldOf(() => decode(withValue(json, extra, "1")))).to.equal(extra.join("."));
        }
      });

      it("is refused when it is no object", () => {
        for (const bad of [null, undefined, 1, "{}", [json]]) expect(fieldOf(() => decode(bad))).to.equal("body");
      });
    });
  }

  it("a recovery before the first request has nulls, all of them", () => {
    expect(decodeRecovery(encodeRecovery(fresh))).to.deep.equal(fresh);
    expect(fieldOf(() => decodeRecovery({ ...encodeRecovery(fresh), signature: SIGNATURE }))).to.equal("signature");
  });

  it("hex is lower case, addresses too; encoders see to it", () => {
    const json = encodeOffer({ ...offer, node: ADDRESS.toUpperCase().replace("0X", "0x") as Hex });
    expect(decodeOffer(json)).to.deep.equal(offer);
    expect(fieldOf(() => decodeOffer({ ...json, node: ADDRESS.toUpperCase().replace("0X", "0x") }))).to.equal("node");
  });

  it("base64 is canonical", () => {
    const json = encodeRequest(request);
    for (const bad of ["AA", "AB==", "AA=A", "A A=", "AAA-", "AA==\n"]) {
      expect(fieldOf(() => decodeRequest({ ...json, ciphertext: bad }))).to.equal("ciphertext");
    }
    for (const length of [0, 31, 33]) {
      const enc = Buffer.alloc(length).toString("base64");
      expect(fieldOf(() => decodeRequest({ ...json, enc }))).to.equal("enc");
    }
    const { ciphertext } = encodeRequest(request);
    expect(ciphertext).to.equal(Buffer.from(request.ciphertext).toString("base64"));
  });

  it("idempotency keys are 32 random lower-case hex digits", () => {
    const key = newIdempotencyKey();
    expect(decodeIdempotencyKey(key)).to.equal(key);
    expect(newIdempotencyKey()).not.to.equal(key);
    for (const bad of [undefined, "", key.toUpperCase().replace(/[0-9]/g, "A"), `${key}0`, key.slice(1)]) {
      expect(fieldOf(() => decodeIdempotencyKey(bad))).to.equal("Idempotency-Key");
    }
  });

  it("plaintexts are JSON with one member, and stay out of errors", () => {
    expect(new TextDecoder().decode(encodeInput({ text: "headline" }))).to.equal('{"input":{"text":"headline"}}');
    expect(decodeOutput(encodeOutput({ label: "positive" }))).to.deep.equal({ label: "positive" });
    for (const secret of ["secret", '{"input":"secret"}', '{"output":1,"secret":2}']) {
      try {
        decodeOutput(new TextEncoder().encode(secret));
        expect.fail("nothing was thrown");
      } catch (error) {
        expect(error).to.be.instanceOf(WireError);
        expect((error as Error).message).not.to.contain('"secret"');
      }
    }
  });

  it("problems carry the status of their code; what is none is none", () => {
    const busy = problem("busy", "try later", { waiting: 3 });
    expect(busy).to.include({ status: 429, type: "about:blank" });
    expect(decodeProblem(JSON.parse(JSON.stringify(busy)))).to.deep.equal(busy);
    for (const bad of [undefined, null, "busy", {}, { code: "toString" }, { code: 7 }]) {
      expect(decodeProblem(bad)).to.equal(undefined);
    }
    expect(decodeProblem({ ...busy, detail: "x".repeat(10_000) })?.detail).to.have.length(500);
  });
});
