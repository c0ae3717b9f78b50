import {
  isNitroDebug,
  MeasurementError,
  measureQuote,
  nitroMeasurementId,
  QuoteError,
  reportDataOf,
  sgxMeasurementId,
  tdxMeasurementId,
} from "@freehold/sdk/attestation";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { expect } from "chai";
import { genuine } from "../utils/vectors.ts";

/** The definitions anew, with nothing but a hash function. */
const keccak = (...parts: Uint8Array[]) => keccak_256(Buffer.concat(parts));
const idOf = (family: string, ...parts: Uint8Array[]) =>
  `0x${Buffer.from(keccak(keccak(Buffer.from(`Freehold measurement ${family} v1`)), keccak(...parts))).toString("hex")}`;
/** Bytes that are all different in each field. */
const ramp = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8)) & 0xff);
const refuses = (work: () => unknown, message: RegExp) =>
  expect(work).to.throw(MeasurementError, message).with.property("code", "BAD_EVIDENCE");
const noQuote = (work: () => unknown, message: RegExp) =>
  expect(work).to.throw(QuoteError, message).with.property("code", "BAD_QUOTE");

describe("attestation: measurement ids", () => {
  it("hashes PCR0 to PCR2 of a Nitro enclave", () => {
    const [pcr0, pcr1, pcr2] = [ramp(48), ramp(48).reverse(), new Uint8Array(48).fill(9)];
    expect(nitroMeasurementId({ pcr0, pcr1, pcr2 })).to.equal(idOf("AwsNitro", pcr0, pcr1, pcr2));
    expect(nitroMeasurementId({ pcr0: pcr1, pcr1: pcr0, pcr2 })).not.to.equal(nitroMeasurementId({ pcr0, pcr1, pcr2 }));
    refuses(() => nitroMeasurementId({ pcr0: pcr0.subarray(1), pcr1, pcr2 }), /PCR0 has 47 bytes/);
    refuses(() => nitroMeasurementId({ pcr0, pcr1, pcr2: new Uint8Array(64) }), /PCR2 has 64 bytes/);
  });

  it("takes zero registers for debug mode", () => {
    const [zero, pcr] = [new Uint8Array(48), ramp(48)];
    expect(isNitroDebug({ pcr0: pcr, pcr1: pcr, pcr2: pcr })).to.equal(false);
    expect(isNitroDebug({ pcr0: zero, pcr1: zero, pcr2: zero })).to.equal(true);
    expect(isNitroDebug({ pcr0: zero, pcr1: pcr, pcr2: pcr })).to.equal(true);
  });

  it("hashes all registers of a TD, and MRSERVICETD as zeros where TDX 1.0 has none", () => {
    const body = ramp(648);
    const registers = body.subarray(120, 520);
    expect(tdxMeasurementId(body)).to.equal(idOf("IntelTdx", registers, body.subarray(600)));
    expect(tdxMeasurementId(body.subarray(0, 584))).to.equal(idOf("IntelTdx", registers, new Uint8Array(48)));
    refuses(() => tdxMeasurementId(body.subarray(0, 585)), /584 or 648 bytes, not 585/);
    const flipped = (at: number) => body.map((byte, i) => (i === at ? byte ^ 1 : byte));
    for (let at = 0; at < body.length; at++) {
      const measured = (at >= 120 && at < 520) || at >= 600;
      expect(tdxMeasurementId(flipped(at)) !== tdxMeasurementId(body), `byte ${at}`).to.equal(measured);
    }
  });

  it("hashes the identity of an SGX enclave, and neither its processor nor its report data", () => {
    const body = ramp(384);
    const at = (offset: number, length: number) => body.subarray(offset, offset + length);
    const fields = [at(64, 32), at(128, 32), at(256, 2), at(258, 2), at(48, 8), at(16, 4), at(192, 64), at(260, 2)];
    expect(sgxMeasurementId(body)).to.equal(idOf("IntelSgx", ...fields));
    refuses(() => sgxMeasurementId(body.subarray(1)), /384 bytes, not 383/);
    const measured = body.map((_, i) =>
      Number(fields.some((field) => i >= field.byteOffset && i < field.byteOffset + field.length)),
    );
    for (let i = 0; i < body.length; i++) {
      const changed = sgxMeasurementId(body.map((byte, j) => (j === i ? byte ^ 1 : byte))) !== sgxMeasurementId(body);
      expect(Number(changed), `byte ${i}`).to.equal(measured[i]);
    }
  });

  for (const [name, family, start, length, debug] of [
    ["automata-godcap-0", "IntelSgx", 48, 384, false],
    ["phala-sgx-v3", "IntelSgx", 48, 384, false],
    ["automata-solana-sgx", "IntelSgx", 48, 384, true],
    ["phala-tdx-v4", "IntelTdx", 48, 584, false],
    ["google-cos113-tdx", "IntelTdx", 48, 584, false],
    ["google-tdx-v4-SPR-E4", "IntelTdx", 48, 584, false],
    ["google-tdx-v5", "IntelTdx", 54, 648, false],
    ["automata-tdx-v5", "IntelTdx", 54, 648, false],
  ] as const) {
    it(`measures the genuine quote ${name}`, function () {
      const quote = genuine(this, `intel/quotes/${name}.bin`);
      const body = quote.subarray(start, start + length);
      const expected = family === "IntelTdx" ? tdxMeasurementId(body) : sgxMeasurementId(body);
      const reportData = family === "IntelTdx" ? body.slice(520, 584) : body.slice(320);
      expect(measureQuote(quote)).to.deep.equal({ family, measurementId: expected, debug, reportData });
      // The same bytes by their place in a quote of version 4.
      if (length === 584) expect(expected).to.equal(idOf("IntelTdx", quote.subarray(168, 568), new Uint8Array(48)));
      for (const end of [0, 5, 53, start + length - 1]) {
        noQuote(() => measureQuote(quote.subarray(0, end)), /ends after/);
      }
    });
  }

  it("tells apart what TDX 1.5 measures by another service TD", function () {
    const quote = genuine(this, "intel/quotes/automata-tdx-v5.bin");
    const changed = Uint8Array.from(quote);
    changed[54 + 600] = (changed[54 + 600] ?? 0) ^ 1;
    expect(measureQuote(changed).measurementId).not.to.equal(measureQuote(quote).measurementId);
  });

  it("refuses quotes of another version, TEE or body, and never reads past their end", function () {
    const [v4, v5] = ["phala-tdx-v4", "google-tdx-v5"].map((name) => genuine(this, `intel/quotes/${name}.bin`));
    const changed = (quote: Uint8Array | undefined, at: number, value: number) => {
      const copy = Uint8Array.from(quote ?? []);
      copy[at] = value;
      return copy;
    };
    noQuote(() => measureQuote(changed(v4, 0, 2)), /version 2/);
    noQuote(() => measureQuote(changed(v4, 0, 6)), /version 6/);
    noQuote(() => measureQuote(changed(v4, 4, 1)), /TEE type 0x1/);
    noQuote(() => measureQuote(changed(v5, 48, 4)), /body type 4/);
    noQuote(() => measureQuote(changed(v5, 50, 0)), /body of type 3 has 648 bytes/);
    noQuote(() => measureQuote(changed(v5, 4, 0)), /body type 3 is not of a quote for SGX/);
    expect(measureQuote(changed(v4, 168, 1)).debug, "TDATTRIBUTES.DEBUG").to.equal(true);
  });

  it("puts binding and HPKE key into report data", () => {
    const key = ramp(32);
    const data = reportDataOf(`0x${"ab".repeat(32)}`, `0x${Buffer.from(key).toString("hex")}`);
    const suite = Buffer.from("48504b45002000010003", "hex");
    expect(Buffer.from(data)).to.deep.equal(Buffer.concat([Buffer.alloc(32, 0xab), keccak(suite, key)]));
    expect(() => reportDataOf("0x00", "0x00")).to.throw();
  });
});
