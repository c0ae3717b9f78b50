// Mistakes that other verifiers of DCAP made, and what no genuine document shows: with an authority that is Intel's in all but its key.
import { expect } from "chai";
import { dcapRecheck, trimQuote } from "../../../sdk/dist/attestation/index.js";
import type { Hex } from "../../../sdk/dist/index.js";
import type { Dcap } from "./utils/dcap.ts";
import { issuerId, loadBundle } from "./utils/dcap.ts";
import { type IntelCa, keyIdOf, newKey } from "./utils/intel-ca.ts";
import { NOW, refusal, scenarios } from "./utils/scenario.ts";
import {
  identityText,
  quoteOf,
  type SyntheticOptions,
  signBody,
  syntheticBundle,
  tcbInfoText,
} from "./utils/synthetic.ts";

const DAY = 24 * 60 * 60;
const STATUS = { UpToDate: 0n, OutOfDate: 4n, OutOfDateConfigurationNeeded: 5n, Revoked: 6n };
const REVOKED = { status: "Revoked" };

describe("attestation: what other DCAP verifiers got wrong", function () {
  this.timeout(120_000);
  const { start, close } = scenarios();
  afterEach(close);

  const verify = (dcap: Dcap, quote: Uint8Array, aux: string) =>
    dcap.verifier.getFunction("verify").staticCall(quote, aux);

  /** A scenario with a bundle in it. */
  async function loaded(options: SyntheticOptions | ((ca: IntelCa) => SyntheticOptions) = {}) {
    const scenario = await start();
    const bundle = syntheticBundle(scenario.ca, typeof options === "function" ? options(scenario.ca) : options);
    const { aux, info, identity } = await loadBundle(scenario.dcap, bundle);
    return { ...scenario, bundle, aux, packed: { tcbInfo: info as Hex, identity: identity as Hex } };
  }

  /** Verdict over a bundle: status, or the error's name; of the raw quote and of the trimmed one, which must agree. */
  async function verdict(options: Parameters<typeof loaded>[0]): Promise<bigint | string> {
    const { dcap, bundle, aux } = await loaded(options);
    const judge = async (quote: Uint8Array) => {
      const report = verify(dcap, quote, aux);
      return report.then(
        ({ tcbStatus }: { tcbStatus: bigint }) => tcbStatus,
        () => refusal(dcap, report),
      );
    };
    const raw = await judge(bundle.quote);
    expect(await judge(trimQuote(bundle.quote))).to.equal(raw);
    return raw;
  }

  describe("a sound quote of every kind is accepted, so that what follows tests one thing", () => {
    for (const kind of ["sgx3", "sgx4", "sgx5", "tdx4", "tdx5", "tdx15"] as const) {
      it(kind, async () => {
        expect(await verdict({ quote: { kind, trailing: Buffer.from("trailing") } })).to.equal(STATUS.UpToDate);
      });
    }

    it("by a root that is not Intel's: said by isDevelopment and IS_GENUINE", async () => {
      const { dcap, ca } = await start();
      expect(await dcap.verifier.getFunction("isDevelopment")()).to.equal(true);
      expect(await dcap.collateral.getFunction("IS_GENUINE")()).to.equal(false);
      expect(await dcap.collateral.getFunction("isRoot")(ca.root.der)).to.equal(true);
      expect(await dcap.collateral.getFunction("isRoot")(ca.issue({ ...ca.root }).der)).to.equal(true);
      expect(await dcap.collateral.getFunction("isRoot")(ca.platformCa.der)).to.equal(false);
    });
  });

  describe("(a) a chain without a signature passes where the key identifiers do not match", () => {
    const refused = async (make: (ca: IntelCa) => { readonly der: Buffer }) => {
      const { ca, dcap } = await start();
      await dcap.call("updateRootCrl", ca.rootCrl());
      await dcap.call("addIssuer", ca.platformCa.der);
      const crl = ca.pckCrl();
      await dcap.call("updatePckCrl", crl, issuerId(ca.platformCa.der));
      return refusal(dcap, dcap.call("addPck", make(ca).der, issuerId(ca.platformCa.der), crl));
    };

    it("another key signs, under the CA's name and identifier", async () => {
      const forger = newKey();
      // Its own identifier in the certificate: another issuer. The CA's: no signature of the CA's.
      expect(await refused((ca) => ca.pck({}, {}, { ...ca.platformCa, key: forger }))).to.equal(
        "DcapCollateral_WrongIssuer",
      );
      expect(
        await refused((ca) =>
          ca.pck({}, { authorityKeyId: keyIdOf(ca.platformCa.key) }, { ...ca.platformCa, key: forger }),
        ),
      ).to.equal("DcapCollateral_BadSignature");
    });

    it("the identifier names another key, or is empty, or absent", async () => {
      for (const authorityKeyId of [Buffer.alloc(20, 1), Buffer.alloc(0), null]) {
        expect(await refused((ca) => ca.pck({}, { authorityKeyId }))).to.equal("DcapCollateral_WrongIssuer");
      }
    });

    it("empty equals empty: an issuer without an identifier issues nothing", async () => {
      for (const empty of [Buffer.alloc(0), null]) {
        const { ca, dcap } = await start();
        await dcap.call("updateRootCrl", ca.rootCrl());
        const issuer = ca.issue({ ...ca.platformCa, subjectKeyId: empty });
        await dcap.call("addIssuer", issuer.der);
        const crl = ca.pckCrl({ authorityKeyId: empty }, issuer);
        expect(await refusal(dcap, dcap.call("updatePckCrl", crl, issuerId(issuer.der)))).to.equal(
          "DcapCollateral_WrongIssuer",
        );
        const pck = ca.pck({}, { authorityKeyId: empty }, issuer);
        expect(await refusal(dcap, dcap.call("addPck", pck.der, issuerId(issuer.der), crl))).to.equal(
          "DcapCollateral_WrongIssuer",
        );
      }
    });

    it("the issuer has another name", async () => {
      expect(await refused((ca) => ca.pck({}, { issuer: "Intel SGX PCK Processor CA" }))).to.equal(
        "DcapCollateral_WrongIssuer",
      );
    });

    it("usage: an authority, a key that may not sign, or a certificate of something else is no PCK", async () => {
      for (const options of [{ isCa: true, usage: 0xc0 }, { usage: 0x06 }, { subject: "Intel SGX TCB Signing" }]) {
        expect(await refused((ca) => ca.pck({}, options))).to.equal("DcapCollateral_WrongUsage");
      }
      // Nor does a signer of TCB info issue one, nor an authority sign TCB info.
      const { ca, dcap } = await loaded();
      const [authority, signer] = [issuerId(ca.platformCa.der), issuerId(ca.signer.der)];
      const pck = ca.pck({}, {}, ca.signer);
      expect(await refusal(dcap, dcap.call("addPck", pck.der, signer, ca.pckCrl()))).to.equal(
        "DcapCollateral_WrongUsage",
      );
      const info = signBody(ca.platformCa, tcbInfoText(NOW, { issued: NOW }));
      expect(await refusal(dcap, dcap.call("updateTcbInfo", info.body, info.signature, authority))).to.equal(
        "DcapCollateral_WrongUsage",
      );
    });

    it("issuers: another root, another name, another usage", async () => {
      const { ca, dcap } = await start();
      const key = newKey();
      for (const [options, error] of [
        [{ subject: "Intel SGX PCK Somewhere CA", key, isCa: true }, "DcapCollateral_WrongUsage"],
        [{ subject: "Intel SGX PCK Platform CA", key }, "DcapCollateral_WrongUsage"],
        [{ subject: "Intel SGX PCK Platform CA", key, isCa: true, usage: 0x04 }, "DcapCollateral_WrongUsage"],
        [{ subject: "Intel SGX TCB Signing", key, isCa: true }, "DcapCollateral_WrongUsage"],
        [{ subject: "Intel SGX TCB Signing", key, authorityKeyId: null }, "DcapCollateral_WrongIssuer"],
        [{ subject: "Intel SGX TCB Signing", key, notBefore: NOW + 1 }, "DcapCollateral_OutOfDate"],
        [{ subject: "Intel SGX TCB Signing", key, notAfter: NOW - 1 }, "DcapCollateral_OutOfDate"],
      ] as const) {
        expect(await refusal(dcap, dcap.call("addIssuer", ca.issue(options).der))).to.equal(error);
      }
      const other = await start();
      expect(await refusal(dcap, dcap.call("addIssuer", other.ca.signer.der))).to.equal("DcapCollateral_WrongIssuer");
    });
  });

  describe("(b) a revoked quoting enclave ends the check early, as a success", () => {
    const identity = { levels: [{ isvSvn: 4, ...REVOKED }] };

    it("is refused by name", async () => {
      for (const kind of ["sgx3", "tdx4", "tdx15"] as const) {
        expect(await verdict({ quote: { kind }, identity })).to.equal("DcapVerifier_TcbRevoked");
      }
    });

    it("does not keep signatures from being checked", async () => {
      const { dcap, bundle, aux } = await loaded({ identity });
      const quote = Buffer.from(bundle.quote);
      quote[200]! ^= 1;
      expect(await refusal(dcap, verify(dcap, quote, aux))).to.equal("DcapVerifier_BadQuoteSignature");
    });

    it("that is another enclave, another product or in debug mode is none of Intel's", async () => {
      for (const qe of [{ signer: Buffer.alloc(32, 9) }, { product: 1 }, { flags: 0x13 }]) {
        expect(await verdict({ quote: { qe } })).to.equal("DcapStatus_QeMismatch");
      }
      expect(await verdict({ quote: { qe: { isvSvn: 3 } } })).to.equal("DcapStatus_NotSupported");
      // Bits outside of the mask are not compared.
      expect(await verdict({ quote: { qe: { flags: 0x15 } } })).to.equal(STATUS.UpToDate);
    });

    it("with any other weakness makes the platform out of date", async () => {
      for (const status of ["OutOfDate", "ConfigurationNeeded", "SWHardeningNeeded", "OutOfDateConfigurationNeeded"]) {
        expect(await verdict({ identity: { levels: [{ isvSvn: 4, status }] } }), status).to.equal(STATUS.OutOfDate);
      }
      expect(
        await verdict({
          info: { levels: [{ status: "ConfigurationNeeded" }] },
          identity: { levels: [{ isvSvn: 4, status: "OutOfDate" }] },
        }),
      ).to.equal(STATUS.OutOfDateConfigurationNeeded);
    });
  });

  describe("(c) a revoked TCB level is a success", () => {
    for (const kind of ["sgx3", "sgx4", "tdx4", "tdx15"] as const) {
      it(`of ${kind} is refused by name`, async () => {
        expect(await verdict({ quote: { kind }, info: { levels: [REVOKED] } })).to.equal("DcapVerifier_TcbRevoked");
      });
    }

    it("of the TDX module likewise", async () => {
      const modules = [{ version: 1, levels: [{ isvSvn: 4, ...REVOKED }] }];
      expect(await verdict({ info: { modules } })).to.equal("DcapVerifier_TcbRevoked");
    });
  });

  describe("(d) a TD that was launched by an outdated module counts as up to date after the module was updated", () => {
    const modules = [
      {
        version: 1,
        levels: [
          { isvSvn: 6, status: "UpToDate" },
          { isvSvn: 4, status: "OutOfDate" },
        ],
      },
    ];
    const tail = Array<number>(13).fill(0);

    it("is out of date until it is launched anew: what Intel calls relaunch advised", async () => {
      const quote = { kind: "tdx15", teeTcbSvn: [5, 1, 2, ...tail], teeTcbSvn2: [6, 1, 2, ...tail] } as const;
      expect(await verdict({ quote, info: { modules } })).to.equal(STATUS.OutOfDate);
      expect(await verdict({ quote, info: { modules, levels: [{ status: "ConfigurationNeeded" }] } })).to.equal(
        STATUS.OutOfDateConfigurationNeeded,
      );
    });

    it("and is up to date when launched by the new one", async () => {
      const quote = { kind: "tdx15", teeTcbSvn: [6, 1, 2, ...tail] } as const;
      expect(await verdict({ quote, info: { modules } })).to.equal(STATUS.UpToDate);
    });
  });

  describe("(e) the SVNs of TDX are compared from index 0 where the module has levels of its own", () => {
    const levels = [{ tdxSvns: [7, 0, 2, ...Array<number>(13).fill(0)], status: "UpToDate" }, { status: "OutOfDate" }];
    const modules = [{ version: 1, levels: [{ isvSvn: 3, status: "UpToDate" }] }];
    const tail = Array<number>(13).fill(0);

    it("from index 2 with a module version", async () => {
      expect(await verdict({ quote: { teeTcbSvn: [4, 1, 2, ...tail] }, info: { levels, modules } })).to.equal(
        STATUS.UpToDate,
      );
      expect(await verdict({ quote: { teeTcbSvn: [9, 1, 1, ...tail] }, info: { levels, modules } })).to.equal(
        STATUS.OutOfDate,
      );
    });

    it("from index 0 without one", async () => {
      expect(await verdict({ quote: { teeTcbSvn: [4, 0, 2, ...tail] }, info: { levels, modules } })).to.equal(
        STATUS.OutOfDate,
      );
      expect(await verdict({ quote: { teeTcbSvn: [7, 0, 2, ...tail] }, info: { levels, modules } })).to.equal(
        STATUS.UpToDate,
      );
    });

    it("a module that is unknown, too old or of another signer is refused", async () => {
      expect(await verdict({ quote: { teeTcbSvn: [4, 2, 2, ...tail] }, info: { modules } })).to.equal(
        "DcapStatus_ModuleMismatch",
      );
      expect(await verdict({ quote: { teeTcbSvn: [2, 1, 2, ...tail] }, info: { modules } })).to.equal(
        "DcapStatus_NotSupported",
      );
      expect(await verdict({ quote: { seamSigner: 1 } })).to.equal("DcapStatus_ModuleMismatch");
    });

    it("each SVN of SGX, the PCE's and each of TDX from index 2: one below its level does not reach it", async () => {
      const { ca, dcap } = await start();
      const svns = [3, 3, 2, 2, 4, 1, 7, 5, 9, 9, 9, 9, 9, 9, 9, 200];
      const teeTcbSvn = [5, 1, 2, 130, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255];
      const pck = ca.pck({ svns, pceSvn: 13 });
      const base = { svns, pceSvn: 13, tdxSvns: teeTcbSvn };
      const above = (list: readonly number[], at: number) => list.map((svn, i) => (i === at ? svn + 1 : svn));
      const levels = [
        ...svns.map((_, i) => ({ ...base, svns: above(svns, i), status: "Revoked" })),
        { ...base, pceSvn: 14, status: "Revoked" },
        // 255 is the highest there is.
        ...teeTcbSvn.slice(2, 15).map((_, i) => ({ ...base, tdxSvns: above(teeTcbSvn, i + 2), status: "Revoked" })),
        { ...base, status: "ConfigurationNeeded" },
        { status: "Revoked" },
      ];
      const modules = [{ version: 1, levels: [{ isvSvn: 5, status: "UpToDate" }] }];
      const bundle = syntheticBundle(ca, { pck, quote: { teeTcbSvn }, info: { levels, modules } });
      const { aux } = await loadBundle(dcap, bundle);
      expect((await verify(dcap, bundle.quote, aux)).tcbStatus).to.equal(2n);
    });
  });

  describe("(f) and (h) expired collateral is used, or its error is taken for another", () => {
    const until = NOW + DAY;
    const cases: Readonly<Record<string, (ca: IntelCa) => SyntheticOptions>> = {
      "TCB info": () => ({ info: { nextUpdate: until } }),
      "identity of the quoting enclave": () => ({ identity: { nextUpdate: until } }),
      "PCK certificate": (ca) => ({ pck: ca.pck({}, { notAfter: until }) }),
      "revocation list of the PCK CA": (ca) => ({ pckCrl: ca.pckCrl({ nextUpdate: until }) }),
      "revocation list of the root": (ca) => ({ rootCrl: ca.rootCrl({ nextUpdate: until }) }),
    };
    for (const [what, options] of Object.entries(cases)) {
      it(`${what}: the last second counts, the next one does not, and says so`, async () => {
        const { chain, dcap, bundle, aux, packed } = await loaded(options);
        await chain.at(until);
        expect((await verify(dcap, bundle.quote, aux)).validUntil).to.equal(BigInt(until));
        await chain.at(until + 1);
        expect(await refusal(dcap, verify(dcap, bundle.quote, aux))).to.equal("DcapVerifier_OutOfDate");
        const { basisId, aux: recheckAux } = dcapRecheck(bundle.quote, packed);
        expect((await dcap.verifier.getFunction("recheck")(basisId, recheckAux)).validUntil).to.equal(0n);
      });
    }

    it("ancestors: the CA, and the certificate that signs TCB info", async () => {
      for (const which of ["platformCa", "signer"] as const) {
        const { ca, chain, dcap } = await start();
        const short = ca.issue({ ...ca[which], serial: 77n, notAfter: until });
        const bundle = syntheticBundle({ ...ca, [which]: short });
        const { aux } = await loadBundle(dcap, bundle);
        expect((await verify(dcap, bundle.quote, aux)).validUntil).to.equal(BigInt(until));
        await chain.at(until + 1);
        expect(await refusal(dcap, verify(dcap, bundle.quote, aux))).to.equal("DcapVerifier_OutOfDate");
      }
    });

    it("nothing is taken in that has expired, or is of the future", async () => {
      const { ca, dcap } = await loaded();
      const [authority, signer] = [issuerId(ca.platformCa.der), issuerId(ca.signer.der)];
      const late = { issued: NOW - DAY + 1, nextUpdate: NOW - 1 };
      const early = { issued: NOW + 1, nextUpdate: NOW + DAY };
      for (const dates of [late, early]) {
        const info = signBody(ca.signer, tcbInfoText(NOW, dates));
        const identity = signBody(ca.signer, identityText(NOW, dates));
        const list = { thisUpdate: dates.issued, nextUpdate: dates.nextUpdate };
        for (const sent of [
          dcap.call("updateTcbInfo", info.body, info.signature, signer),
          dcap.call("updateQeIdentity", identity.body, identity.signature, signer),
          dcap.call("updatePckCrl", ca.pckCrl(list), authority),
          dcap.call("updateRootCrl", ca.rootCrl(list)),
        ]) {
          expect(await refusal(dcap, sent)).to.equal("DcapCollateral_OutOfDate");
        }
      }
    });
  });

  describe("(g) a wrong signature makes the decoder panic", () => {
    it("numbers out of range and points off the curve are refused by name", async () => {
      const { dcap, bundle, aux } = await loaded();
      const trimmed = Buffer.from(trimQuote(bundle.quote));
      const at = 632 + 4;
      const order = Buffer.from("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", "hex");
      for (const [place, number] of [
        [at, Buffer.alloc(32)],
        [at, order],
        [at + 32, Buffer.alloc(32)],
        [at + 32, order],
        [at + 32, Buffer.alloc(32, 0xff)],
      ] as const) {
        const quote = Buffer.from(trimmed);
        number.copy(quote, place);
        expect(await refusal(dcap, verify(dcap, quote, aux))).to.equal("DcapVerifier_BadQuoteSignature");
      }
      // The key is bound by the quoting enclave's report, so another one there needs another report: of a key off the curve.
      const point = Buffer.alloc(64, 1);
      const off = quoteOf(await start().then(({ ca }) => ca), bundle.pck, { attestationKey: { ...newKey(), point } });
      expect(await refusal(dcap, verify(dcap, trimQuote(off), aux))).to.equal("DcapVerifier_BadQuoteSignature");
    });
  });

  describe("what is signed", () => {
    it("a flipped bit anywhere in a quote is refused by a declared error", async () => {
      const { dcap, bundle, aux } = await loaded({ quote: { kind: "tdx15" } });
      const trimmed = Buffer.from(trimQuote(bundle.quote));
      for (let place = 0; place < trimmed.length; place += 7) {
        const quote = Buffer.from(trimmed);
        quote[place]! ^= 1 << (place % 8);
        await refusal(dcap, verify(dcap, quote, aux));
      }
      // Cut anywhere, too.
      for (let length = 0; length < trimmed.length; length += 31) {
        await refusal(dcap, verify(dcap, trimmed.subarray(0, length), aux));
      }
    });

    it("the upper half of the quoting enclave's report data is zero", async () => {
      expect(await verdict({ quote: { qeUpper: Buffer.concat([Buffer.alloc(31), Buffer.of(1)]) } })).to.equal(
        "DcapVerifier_KeyNotBound",
      );
    });

    it("debug mode is refused by name, whichever bit of it is set", async () => {
      for (let bit = 0; bit < 8; bit++) {
        expect(await verdict({ quote: { attributes: 1 << bit } })).to.equal("DcapVerifier_DebugMode");
      }
      for (const kind of ["sgx3", "sgx4", "sgx5"] as const) {
        expect(await verdict({ quote: { kind, attributes: 0x07 } })).to.equal("DcapVerifier_DebugMode");
      }
    });

    it("another platform's certificate: raw, trimmed, or never shown", async () => {
      const { ca, dcap, bundle, aux } = await loaded();
      const foreign = ca.pck();
      const quote = quoteOf(ca, foreign, { qeKey: bundle.pck.key });
      expect(await refusal(dcap, verify(dcap, quote, aux))).to.equal("DcapVerifier_UnknownPem");
      expect(await refusal(dcap, verify(dcap, trimQuote(quote), aux))).to.equal("DcapCollateral_UnknownPck");
      await dcap.call("addPck", foreign.der, issuerId(ca.platformCa.der), bundle.pckCrl);
      expect(await refusal(dcap, verify(dcap, trimQuote(quote), aux))).to.equal("DcapVerifier_BadQeSignature");
      // A chain is no name of a certificate that it does not begin with.
      expect(await refusal(dcap, dcap.call("linkPem", bundle.pem, foreign.der))).to.equal("DcapCollateral_WrongPem");
    });

    it("collateral that is not what is held, or no aux at all", async () => {
      const { dcap, bundle, aux } = await loaded();
      for (const wrong of [`${aux}00`, aux.slice(0, -2)]) {
        expect(await refusal(dcap, verify(dcap, bundle.quote, wrong))).to.equal("DcapVerifier_WrongCollateral");
      }
      for (const wrong of ["0x", "0x00", "0xffff00"]) {
        expect(await refusal(dcap, verify(dcap, bundle.quote, wrong))).to.equal("DcapVerifier_InvalidAux");
      }
    });
  });
});
