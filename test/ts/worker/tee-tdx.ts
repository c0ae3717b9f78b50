import { toHex } from "@freehold/sdk";
import { measureQuote, reportDataOf } from "@freehold/sdk/attestation";
import { expect } from "chai";
import { tdxProvider } from "../../../worker/dist/enclave/tdx/kernel.js";
import { tsmQuote } from "../../../worker/dist/enclave/tdx/tsm.js";
import { genuine } from "../utils/vectors.ts";
import { run } from "./harness/process.ts";
import { quoting } from "./harness/quoting.ts";
import { errno, FakeTsm } from "./harness/tsm.ts";

const REQUEST = {
  binding: `0x${"0a".repeat(32)}`,
  hpkePublicKey: `0x${"0b".repeat(32)}`,
  challengeHash: `0x${"0c".repeat(32)}`,
  verifier: `0x${"11".repeat(20)}`,
  chainId: 31337n,
  now: 1n,
} as const;
const DATA = Uint8Array.from({ length: 64 }, (_, i) => i);

const failure = async (work: Promise<unknown>): Promise<{ code: string; message: string }> => {
  const error: unknown = await work.then(
    () => new Error("it passed"),
    (reason: unknown) => reason,
  );
  return error as { code: string; message: string };
};

describe("worker: Intel TDX by the kernel", () => {
  let tsm: FakeTsm;
  let quote: Uint8Array;
  const options = () => ({ directory: tsm.directory, files: tsm, attempts: 4, pauseMs: 1 });

  beforeEach(function () {
    quote = genuine(this, "intel/quotes/phala-tdx-v4.bin");
    tsm = new FakeTsm(quoting(quote));
  });
  afterEach(async () => {
    expect(await tsm.left(), "reports left behind").to.deep.equal([]);
    tsm.remove();
  });

  it("writes report data, reads the quote, and removes the report", async () => {
    expect(await tsmQuote(DATA, options())).to.deep.equal(quoting(quote)(DATA));
    tsm.quote = () => quote;
    expect(await tsmQuote(DATA, options()), "a genuine quote, to the byte").to.deep.equal(quote);
  });

  it("gives each of several callers a report of its own", async () => {
    const all = Array.from({ length: 8 }, (_, i) => new Uint8Array(64).fill(i));
    let arrived = 0;
    let release = () => {};
    const together = new Promise<void>((resolve) => {
      release = resolve;
    });
    tsm.onReport = () => {
      if (++arrived === all.length) release();
      return together;
    };
    const quotes = await Promise.all(all.map((data) => tsmQuote(data, options())));
    expect(quotes.map((each) => measureQuote(each).reportData)).to.deep.equal(all);
    expect(tsm.most).to.equal(all.length);
  });

  for (const code of ["EBUSY", "EINTR", "EAGAIN"]) {
    it(`asks again after ${code}, and gives up in the end`, async () => {
      let left = 3;
      tsm.fault = (call) => (call === "outblob" && left-- > 0 ? errno(code, "read") : undefined);
      expect(await tsmQuote(DATA, options())).to.deep.equal(quoting(quote)(DATA));
      left = 4;
      const error = await failure(tsmQuote(DATA, options()));
      expect(error).to.include({ code: "TEE_FAILED" });
      expect(error.message).to.match(new RegExp(`busy \\(${code}\\) after 4 attempts`));
      left = 1;
      tsm.fault = (call) => (call === "mkdir" && left-- > 0 ? errno(code, "mkdir") : undefined);
      expect(await tsmQuote(DATA, options())).to.deep.equal(quoting(quote)(DATA));
    });
  }

  it("fails at once, and cleans up, when the module fails", async () => {
    for (const call of ["provider", "generation", "inblob", "outblob"]) {
      let calls = 0;
      tsm.fault = (name) => (name === call && ++calls > 0 ? errno("EIO", "read") : undefined);
      const error = await failure(tsmQuote(DATA, options()));
      expect(error, call).to.include({ code: "TEE_FAILED" });
      expect(error.message).to.match(/no report \(EIO/);
      expect(calls, call).to.equal(1);
      expect(await tsm.left(), call).to.deep.equal([]);
    }
    tsm.fault = (call) => (call === "rmdir" ? errno("EBUSY", "rmdir") : undefined);
    expect(await tsmQuote(DATA, options()), "a report that cannot be removed is still one").to.have.length(
      quote.length,
    );
  });

  it("refuses a report that somebody else wrote into, or that took nothing", async () => {
    tsm.onReport = (path) => tsm.raise(path);
    expect((await failure(tsmQuote(DATA, options()))).message).to.match(/written 2 times, not once/);
    tsm.onReport = async () => undefined;
    tsm.raise = async () => undefined;
    expect((await failure(tsmQuote(DATA, options()))).message).to.match(/written 0 times, not once/);
  });

  it("refuses the reports of another vendor", async () => {
    tsm.provider = "sev_guest";
    const error = await failure(tsmQuote(DATA, options()));
    expect(error).to.include({ code: "TEE_ABSENT" });
    expect(error.message).to.match(/"sev_guest", not of tdx_guest/);
  });

  it("attests with binding and HPKE key in the report data, as the own quote measures it", async () => {
    const provider = await tdxProvider(options());
    const { measurementId } = measureQuote(quote);
    expect(provider).to.include({ kind: "tdx", seals: false, measurementId });
    const raw = quoting(quote)(reportDataOf(REQUEST.binding, REQUEST.hpkePublicKey));
    expect(await provider.attest(REQUEST)).to.deep.equal({ evidence: toHex(raw), aux: "0x" });
    const contexts: unknown[] = [];
    const preparing = await tdxProvider(options(), async (given, context) => {
      contexts.push([given, context]);
      return { evidence: "0x01", aux: "0x02" };
    });
    expect(await preparing.attest(REQUEST)).to.deep.equal({ evidence: "0x01", aux: "0x02" });
    expect(contexts).to.deep.equal([[raw, { ...REQUEST, kind: "tdx" }]]);
  });

  it("refuses a quote over other data, of other code, of an SGX enclave, and none at all", async function () {
    const provider = await tdxProvider(options());
    const sgx = genuine(this, "intel/quotes/phala-sgx-v3.bin");
    const extended = Uint8Array.from(quote);
    extended[567] = (extended[567] ?? 0) ^ 1;
    for (const [answer, code, message] of [
      [() => quote, "EVIDENCE_MISMATCH", /report data/],
      [quoting(extended), "MEASUREMENT_CHANGED", /extended an RTMR/],
      [() => sgx, "TEE_FAILED", /of an SGX enclave/],
      [() => new Uint8Array(), "TEE_FAILED", /no quote/],
    ] as const) {
      tsm.quote = answer;
      const error = await failure(provider.attest(REQUEST));
      expect(error).to.include({ code });
      expect(error.message).to.match(message);
    }
  });

  it("does not start in debug mode", async () => {
    const debug = Uint8Array.from(quote);
    debug[168] = 1;
    tsm.quote = quoting(debug);
    expect(await failure(tdxProvider(options()))).to.include({ code: "TEE_DEBUG" });
  });

  it("is refused loudly outside of a domain", async () => {
    const { code, stderr } = await run(["measure", "--tee", "tdx", "--tee-path", "/sys/freehold-has-no-tsm"]);
    expect(stderr).to.match(
      /^error: --tee tdx: no Intel TDX domain here: \/sys\/freehold-has-no-tsm .*; run the worker in a TDX guest.*\n$/,
    );
    expect(code).to.equal(1);
  });
});
