// The negative recipes of the vectors' MANIFEST, on genuine quotes: one flipped bit in each signed part, and certificates of others.
import { expect } from "chai";
import { parseQuote, trimQuote } from "../../../sdk/dist/attestation/index.js";
import { type Bundle, bundle, bundleNames } from "./utils/bundle.ts";
import { type Dcap, deployDcap, frozenChain, issuerId, loadBundle } from "./utils/dcap.ts";
import { refusal } from "./utils/scenario.ts";

/** One of every kind that is accepted: SGX of both CAs, TDX 1.0 and 1.5. */
const QUOTES = ["phala-sgx-v3", "automata-godcap-0", "phala-tdx-v4", "google-cos113-tdx", "google-tdx-v5"];

/** Parts of a quote, and by which errors a flipped bit in them is refused. */
const PARTS = {
  signed: ["DcapVerifier_BadQuoteSignature"],
  signature: ["DcapVerifier_BadQuoteSignature"],
  key: ["DcapVerifier_KeyNotBound"],
  qeReport: ["DcapVerifier_BadQeSignature", "DcapVerifier_KeyNotBound"],
  qeSignature: ["DcapVerifier_BadQeSignature"],
  authData: ["DcapVerifier_KeyNotBound"],
} as const;

describe("attestation: genuine quotes, changed", function () {
  this.timeout(240_000);

  before(function () {
    if (bundleNames.length === 0) this.skip();
  });

  const verify = (dcap: Dcap, quote: Uint8Array, aux: string) =>
    dcap.verifier.getFunction("verify").staticCall(quote, aux);

  async function loaded(name: string) {
    const genuine: Bundle = bundle(name);
    const chain = await frozenChain(genuine.suggested);
    const dcap = await deployDcap(chain, genuine.root);
    return { genuine, chain, dcap, ...(await loadBundle(dcap, genuine)) };
  }

  for (const name of QUOTES) {
    it(`${name}: a flipped bit in each part that is signed, raw and trimmed`, async () => {
      const { genuine, chain, dcap, aux } = await loaded(name);
      const trimmed = Buffer.from(trimQuote(genuine.quote));
      for (const quote of [genuine.quote, trimmed]) {
        const parsed = parseQuote(quote);
        for (const [part, errors] of Object.entries(PARTS)) {
          const bytes = parsed[part as keyof typeof PARTS];
          const start = bytes.byteOffset - quote.byteOffset;
          // The first 48 bytes are read before they are verified; see below.
          for (const at of [part === "signed" ? 48 + 6 : 0, bytes.length >> 1, bytes.length - 1]) {
            const changed = Buffer.from(quote);
            changed[start + at]! ^= 1 << (at % 8);
            expect(await refusal(dcap, verify(dcap, changed, aux)), `${part} ${at}`).to.be.oneOf(errors);
          }
        }
        for (let at = 0; at < 48; at++) {
          const changed = Buffer.from(quote);
          changed[at]! ^= 1;
          await refusal(dcap, verify(dcap, changed, aux));
        }
      }
      // The chain is not signed by the quote, but it is a name: another text is none.
      const changed = Buffer.from(genuine.quote);
      changed[changed.indexOf("-----END")]! ^= 1;
      expect(await refusal(dcap, verify(dcap, changed, aux))).to.equal("DcapVerifier_UnknownPem");
      // What stands behind the declared end is nobody's.
      for (const tail of [Buffer.alloc(9), Buffer.from("non-zero")]) {
        expect((await verify(dcap, Buffer.concat([trimmed, tail]), aux)).platformId).to.equal(
          (await verify(dcap, trimmed, aux)).platformId,
        );
      }
      await chain.connection.close();
    });
  }

  it("a quote with the certificate of another platform, known to the same store", async () => {
    const { genuine, chain, dcap, aux } = await loaded("phala-tdx-v4");
    const foreign = bundle("phala-tdx-2");
    await dcap.call("addPck", foreign.pckChain[0], issuerId(foreign.crlIssuer), genuine.pckCrl);
    await dcap.call("linkPem", foreign.pem, foreign.pckChain[0]);
    const mine = Buffer.from(trimQuote(genuine.quote));
    const theirs = trimQuote(foreign.quote).subarray(-32);
    expect(await refusal(dcap, verify(dcap, Buffer.concat([mine.subarray(0, -32), theirs]), aux))).to.equal(
      "DcapVerifier_BadQeSignature",
    );
    const raw = Buffer.from(genuine.quote);
    foreign.pem.copy(raw, raw.indexOf(genuine.pem));
    if (foreign.pem.length === genuine.pem.length) {
      expect(await refusal(dcap, verify(dcap, raw, aux))).to.equal("DcapVerifier_BadQeSignature");
    }
    await chain.connection.close();
  });

  it("collateral of another family of platforms, or of SGX for TDX, is not what is held", async () => {
    const { genuine, chain, dcap, aux } = await loaded("phala-tdx-v4");
    const other = await loaded("google-cos113-tdx");
    expect(await refusal(dcap, verify(dcap, genuine.quote, other.aux))).to.equal("DcapVerifier_WrongCollateral");
    expect((await verify(dcap, genuine.quote, aux)).tcbStatus).to.equal(0n);
    await Promise.all([chain.connection.close(), other.chain.connection.close()]);
  });
});
