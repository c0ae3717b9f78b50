import { expect } from "chai";
import { hexlify, keccak256 } from "ethers";
import {
  dcapAux,
  dcapBasis,
  dcapRecheck,
  measureQuote,
  parseQuote,
  pckOf,
  secondOpinion,
  trimQuote,
} from "../../../sdk/dist/attestation/index.js";
import type { Hex } from "../../../sdk/dist/index.js";
import { type Bundle, bundle, bundleNames, collateralText } from "./utils/bundle.ts";
import { type Dcap, deployDcap, type FrozenChain, frozenChain, loadBundle } from "./utils/dcap.ts";

/** Places of TcbStatus. */
const STATUS = [
  "UpToDate",
  "SWHardeningNeeded",
  "ConfigurationNeeded",
  "ConfigurationAndSWHardeningNeeded",
  "OutOfDate",
  "OutOfDateConfigurationNeeded",
] as const;

/** By Intel's rule, section 3 of the vectors' MANIFEST: a status, or the error by which the quote is refused. */
const VERDICTS: Readonly<Record<string, string>> = {
  "phala-sgx-v3": "ConfigurationAndSWHardeningNeeded",
  "automata-solana-sgx": "DcapVerifier_DebugMode",
  "phala-tdx-v4": "UpToDate",
  "phala-tdx-2": "DcapStatus_NotSupported",
  "phala-tdx-tappd": "DcapStatus_NotSupported",
  "google-tdx-v5": "UpToDate",
  "automata-tdx-v5": "DcapStatus_NotSupported",
  "automata-godcap-1": "DcapStatus_NotSupported",
  "automata-godcap-0": "SWHardeningNeeded",
  "automata-tdx-v4": "OutOfDate",
  "google-cos113-tdx": "UpToDate",
  "google-tdx-v4-SPR-E4": "DcapStatus_NotSupported",
};

/** What the kept library says where Intel's rule differs. */
const OPINIONS: Readonly<Record<string, string>> = {
  "google-cos113-tdx": "OutOfDate",
  "automata-solana-sgx": "refused",
  "phala-tdx-2": "refused",
  "phala-tdx-tappd": "refused",
  "automata-tdx-v5": "refused",
  "automata-godcap-1": "refused",
  "google-tdx-v4-SPR-E4": "refused",
};

describe("attestation: genuine quotes of Intel SGX and TDX", function () {
  this.timeout(240_000);

  before(function () {
    if (bundleNames.length === 0) this.skip();
  });

  it("has a verdict for every bundle there is", () => {
    expect([...bundleNames].sort()).to.deep.equal(Object.keys(VERDICTS).sort());
  });

  const judge = async (dcap: Dcap, quote: Uint8Array, aux: string) => {
    try {
      const report = await dcap.verifier.getFunction("verify").staticCall(quote, aux);
      return { verdict: STATUS[Number(report.tcbStatus)] ?? "?", report };
    } catch (error) {
      const { data } = error as { data?: string };
      return { verdict: (data && dcap.verifier.interface.parseError(data)?.name) || String(error), report: undefined };
    }
  };

  for (const name of Object.keys(VERDICTS)) {
    describe(name, () => {
      let genuine: Bundle;
      const expected = VERDICTS[name]!;
      const open: FrozenChain[] = [];

      const chainAt = async (time: number) => {
        const chain = await frozenChain(time);
        open.push(chain);
        return { chain, dcap: await deployDcap(chain, genuine.root) };
      };

      before(function () {
        if (!bundleNames.includes(name)) this.skip();
        genuine = bundle(name);
      });
      afterEach(async () => {
        for (const { connection } of open.splice(0)) await connection.close();
      });

      for (const moment of ["first", "middle", "last"] as const) {
        it(`is ${expected} at the ${moment} second, raw and trimmed`, async () => {
          const { validFrom, validTo, suggested } = genuine;
          const time = { first: validFrom, middle: suggested, last: validTo }[moment];
          const { chain, dcap } = await chainAt(time);
          const { aux } = await loadBundle(dcap, genuine);
          await chain.at(time);
          const raw = await judge(dcap, genuine.quote, aux);
          const trimmed = await judge(dcap, trimQuote(genuine.quote), aux);
          expect([raw.verdict, trimmed.verdict]).to.deep.equal([expected, expected]);
          expect(trimmed.report).to.deep.equal(raw.report);
          if (raw.report === undefined) return;

          const measured = measureQuote(genuine.quote);
          expect(raw.report.measurementId).to.equal(measured.measurementId);
          expect(raw.report.binding).to.equal(hexlify(measured.reportData.subarray(0, 32)));
          expect(raw.report.teeType).to.equal(measured.family === "IntelSgx" ? 2n : 3n);
          expect(raw.report.validUntil).to.equal(BigInt(validTo));
          expect(raw.report.issuedAt).to.equal(0n);
          expect(raw.report.evidenceId).to.equal(keccak256(parseQuote(genuine.quote).signed));
          expect(raw.report.basisId).to.equal(keccak256(dcapBasis(genuine.quote)));
        });
      }

      it("is refused one second after the last: by time alone", async () => {
        const { chain, dcap } = await chainAt(genuine.validTo);
        const { aux } = await loadBundle(dcap, genuine);
        await chain.at(genuine.validTo + 1);
        expect((await judge(dcap, genuine.quote, aux)).verdict).to.equal("DcapVerifier_OutOfDate");
        expect((await judge(dcap, trimQuote(genuine.quote), aux)).verdict).to.equal("DcapVerifier_OutOfDate");
      });

      it("cannot be loaded one second before the first: part of it is of the future", async () => {
        const { dcap } = await chainAt(genuine.validFrom - 1);
        const error = await loadBundle(dcap, genuine).then(
          () => undefined,
          (cause: unknown) => cause as { data?: string },
        );
        const parsed = error?.data === undefined ? null : dcap.collateral.interface.parseError(error.data);
        expect(parsed?.name).to.equal("DcapCollateral_OutOfDate");
      });

      it("is judged anew from its basis alone, by anybody", async () => {
        const { chain, dcap } = await chainAt(genuine.suggested);
        const { identity, info } = await loadBundle(dcap, genuine);
        await chain.at(genuine.suggested);
        const packed = { identity: identity as Hex, tcbInfo: info as Hex };
        const { basisId, aux } = dcapRecheck(genuine.quote, packed);
        const recheck = dcap.verifier.getFunction("recheck");
        const [validUntil, status] = await recheck.staticCall(basisId, aux);
        const isKnown = expected !== "DcapStatus_NotSupported";
        expect(validUntil).to.equal(isKnown ? BigInt(genuine.validTo) : 0n);
        if (STATUS.includes(expected as never)) expect(STATUS[Number(status)]).to.equal(expected);

        // Neither a basis of another quote, nor other collateral, makes a sound platform fall.
        const foreign = `0x${"11".repeat(32)}`;
        await expect(recheck.staticCall(foreign, aux)).to.be.revertedWithCustomError(
          dcap.verifier,
          "DcapVerifier_InvalidAux",
        );
        const other = dcapRecheck(genuine.quote, { ...packed, tcbInfo: `${packed.tcbInfo}00` }).aux;
        await expect(recheck.staticCall(basisId, other)).to.be.revertedWithCustomError(
          dcap.verifier,
          "DcapVerifier_InvalidAux",
        );
        await chain.at(genuine.validTo + 1);
        expect((await recheck.staticCall(basisId, aux))[0]).to.equal(0n);
      });

      it("has a second opinion that agrees, or differs where it is known to", async () => {
        const opinion = await secondOpinion(genuine.quote, collateralText(name), genuine.suggested).then(
          ({ status }) => status,
          (error: { code?: string }) => (error.code === "OPINION_REFUSED" ? "refused" : String(error)),
        );
        expect(opinion).to.equal(OPINIONS[name] ?? expected);
      });

      it("is trimmed without a change to what is signed, once and for all", () => {
        const trimmed = trimQuote(genuine.quote);
        const [before, after] = [parseQuote(genuine.quote), parseQuote(trimmed)];
        for (const part of ["signed", "signature", "key", "qeReport", "qeSignature", "authData"] as const) {
          expect(hexlify(after[part])).to.equal(hexlify(before[part]));
        }
        expect(hexlify(after.certification)).to.equal(keccak256(pckOf(genuine.quote)));
        expect(hexlify(trimQuote(trimmed))).to.equal(hexlify(trimmed));
        expect(dcapAux({ identity: "0x0102", tcbInfo: "0x03" })).to.equal("0x0002010203");
      });
    });
  }
});
