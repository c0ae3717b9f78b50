// The keeper against the real contract, with an authority and a service that are Intel's in all but their keys.
import { contractAt } from "@freehold/sdk";
import {
  CollateralError,
  type IntelItemsOptions,
  intelItems,
  intelPcs,
  type KeeperReport,
  keep,
  platformOfQuote,
} from "@freehold/sdk/attestation";
import { expect } from "chai";
import { keccak256 } from "ethers";
import { bundle, bundleNames } from "./utils/bundle.ts";
import { type Dcap, deployDcap, type FrozenChain, frozenChain, issuerId } from "./utils/dcap.ts";
import { type IntelCa, PLATFORM } from "./utils/intel-ca.ts";
import { listAnswer, PATHS, type Publisher, publisher, publishIntel, signedAnswer } from "./utils/publisher.ts";
import { NOW, scenarios } from "./utils/scenario.ts";
import { quoteOf, signBody, tcbInfoText } from "./utils/synthetic.ts";

const DAY = 24 * 60 * 60;
const FMSPC = PLATFORM.fmspc.toString("hex");
const TCB = PATHS.tcbInfo("tdx", FMSPC);
const CRL = PATHS.pckCrl("platform");

describe("attestation: a keeper of Intel's collateral", function () {
  this.timeout(60_000);
  const { start, close } = scenarios();
  let service: Publisher;

  before(async () => {
    service = await publisher();
  });
  after(() => service.close());
  beforeEach(() => {
    service.answers.clear();
    service.asked.length = 0;
  });
  afterEach(close);

  const publish = (ca: IntelCa, now = NOW) => publishIntel(service, ca, now);

  interface Kept {
    readonly chain: FrozenChain;
    readonly dcap: Dcap;
    /** Which account sends; the first by default. */
    readonly account?: number;
  }

  /** One round of the keeper; reports by the first words of their names. */
  async function round(
    { chain, dcap, account = 0 }: Kept,
    options: Partial<IntelItemsOptions> = {},
    now = NOW,
    dry = false,
  ) {
    const signer = (await chain.ethers.getSigners())[account];
    const address = await dcap.collateral.getAddress();
    const freehold = { contract: () => contractAt("DcapCollateral", address, signer!) } as never;
    const source = intelPcs({ url: service.url, rootCrlUrl: `${service.url}${PATHS.rootCrl}`, attempts: 1 });
    const families = [{ tee: "tdx" as const, fmspc: FMSPC.toUpperCase() }];
    const reports = await keep(intelItems({ freehold, source, families, ...options }), BigInt(now), {}, dry);
    const find = (start: string): KeeperReport => reports.find(({ name }) => name.startsWith(start))!;
    return {
      reports,
      sent: reports.flatMap(({ transactions }) => transactions).length,
      root: find("CRL of Intel"),
      list: find("CRL of the PCK platform"),
      info: find("TCB info"),
      identity: find("QE identity"),
      platform: find("PCK certificate"),
    };
  }

  async function started() {
    const scenario = await start();
    await scenario.chain.at(NOW);
    publish(scenario.ca);
    return scenario;
  }

  const states = (reports: readonly KeeperReport[]) => reports.map(({ state }) => state);
  const codeOf = ({ error }: KeeperReport) => (error as { code?: string } | undefined)?.code;

  it("brings everything to an empty chain, signers first, and sends nothing when it is run again", async () => {
    const scenario = await started();
    const first = await round(scenario);
    expect(
      first.reports.map(({ error }) => error),
      String(first.reports.find(({ error }) => error)?.error),
    ).to.deep.equal([undefined, undefined, undefined, undefined]);
    expect(states(first.reports)).to.deep.equal(["fresh", "fresh", "fresh", "fresh"]);
    expect(first.reports.map(({ before }) => before)).to.deep.equal([0n, 0n, 0n, 0n]);
    // The PCK CA before its list, the signer before its first body.
    expect(first.reports.map(({ transactions }) => transactions.length)).to.deep.equal([1, 2, 2, 1]);
    expect(first.root.after).to.equal(BigInt(NOW + 300 * DAY));
    expect([first.list.after, first.info.after, first.identity.after]).to.deep.equal(
      Array(3).fill(BigInt(NOW + 29 * DAY)),
    );

    const again = await round(scenario);
    expect([again.sent, ...states(again.reports)]).to.deep.equal([0, "fresh", "fresh", "fresh", "fresh"]);
    expect(again.reports.every(({ error }) => error === undefined)).to.equal(true);
  });

  it("sends what is published newer, and what ends later by it", async () => {
    const scenario = await started();
    await round(scenario);
    const later = NOW + 20 * DAY;
    await scenario.chain.at(later);
    expect(states((await round(scenario, {}, later)).reports)).to.deep.equal(["fresh", "fresh", "fresh", "fresh"]);
    const soon = NOW + 25 * DAY;
    await scenario.chain.at(soon);
    const expiring = await round(scenario, {}, soon);
    expect(states(expiring.reports)).to.deep.equal(["fresh", "expiring", "expiring", "expiring"]);
    publish(scenario.ca, soon);
    const next = await round(scenario, {}, soon);
    expect(states(next.reports)).to.deep.equal(["fresh", "fresh", "fresh", "fresh"]);
    expect(next.reports.map(({ transactions }) => transactions.length)).to.deep.equal([1, 1, 1, 1]);
    expect(next.info.after).to.equal(BigInt(soon + 29 * DAY));
    const [hash, issuedAt] = await scenario.dcap.collateral.getFunction("tcbInfoOf")(true, `0x${FMSPC}`, "0x0000");
    expect([hash.length, issuedAt]).to.deep.equal([66, BigInt(soon - DAY)]);
  });

  it("sends the same TCB info again where the root's next list lets it count longer", async () => {
    const scenario = await started();
    const short = scenario.ca.rootCrl({ thisUpdate: NOW - DAY, nextUpdate: NOW + 10 * DAY });
    service.answers.set(PATHS.rootCrl, { body: short });
    const first = await round(scenario);
    expect(first.info.after).to.equal(BigInt(NOW + 10 * DAY));
    publish(scenario.ca, NOW + 1);
    service.answers.set(TCB, signedAnswer("tcbInfo", signBody(scenario.ca.signer, tcbInfoText(NOW))));
    const second = await round(scenario);
    expect(second.info).to.include({ state: "fresh", after: BigInt(NOW + 29 * DAY) });
  });

  it("does no harm beside another keeper, who sends the same", async () => {
    const scenario = await started();
    const both = await Promise.all([round(scenario), round({ ...scenario, account: 1 })]);
    for (const { reports } of both) {
      expect(reports.map(({ error }) => error)).to.deep.equal(Array(4).fill(undefined));
      expect(states(reports)).to.deep.equal(Array(4).fill("fresh"));
    }
  });

  it("does not send what is older, malformed, cut, of another platform or wrongly signed, and goes on", async () => {
    const scenario = await started();
    const { ca } = scenario;
    const stranger = ca.issue({ subject: "Intel SGX TCB Signing", key: scenario.ca.platformCa.key });
    const good = signedAnswer("tcbInfo", signBody(ca.signer, tcbInfoText(NOW)));
    const forged = { ...signBody(stranger, tcbInfoText(NOW)), signer: ca.signer.der };
    const text = good.body as string;
    for (const [what, answer] of [
      ["malformed", { ...good, body: "<html>" }],
      ["cut", { ...good, body: text.slice(0, -40) }],
      ["changed", { ...good, body: text.replace('"tcbType":0', '"tcbType":1') }],
      ["forged", signedAnswer("tcbInfo", forged)],
      [
        "of another platform",
        signedAnswer("tcbInfo", signBody(ca.signer, tcbInfoText(NOW, { fmspc: "00A067110000" }))),
      ],
      ["of SGX", signedAnswer("tcbInfo", signBody(ca.signer, tcbInfoText(NOW, { isTdx: false })))],
      ["without an issuer", { body: good.body }],
      ["of an issuer that is no certificate", { ...good, headers: { "TCB-Info-Issuer-Chain": chainOfNothing } }],
    ] as const) {
      service.answers.set(TCB, answer);
      const { info, identity } = await round(scenario);
      expect(codeOf(info), what).to.equal("COLLATERAL_MALFORMED");
      expect(info.transactions, what).to.deep.equal([]);
      expect(info.state, what).to.equal("expired");
      expect(identity.state, what).to.equal("fresh");
    }
    // Rightly signed, but the contract does not take it: refused when it is tried out.
    service.answers.set(
      TCB,
      signedAnswer("tcbInfo", signBody(ca.signer, tcbInfoText(NOW, { nextUpdate: NOW - 1, issued: NOW - 40 * DAY }))),
    );
    const ended = await round(scenario);
    expect([codeOf(ended.info), ended.sent]).to.deep.equal(["CONTRACT_REVERT", 0]);
    expect(ended.info.error).to.have.property("errorName", "DcapCollateral_OutOfDate");

    publish(ca);
    await round(scenario);
    for (const older of [{ issued: NOW - 2 * DAY }, { evaluation: 16, issued: NOW - 10 }]) {
      service.answers.set(TCB, signedAnswer("tcbInfo", signBody(ca.signer, tcbInfoText(NOW, older))));
      const { info, sent } = await round(scenario);
      expect([info.state, info.error, sent]).to.deep.equal(["fresh", undefined, 0]);
    }
    // Nor is a certificate paid for that only signed what is older.
    const renewed = ca.issue({ subject: ca.signer.subject, key: ca.signer.key });
    service.answers.set(TCB, signedAnswer("tcbInfo", signBody(renewed, tcbInfoText(NOW, { issued: NOW - 2 * DAY }))));
    expect((await round(scenario)).sent).to.equal(0);
  });

  it("does not send lists that are older, cut or forged", async () => {
    const scenario = await started();
    const { ca } = scenario;
    const list = ca.pckCrl({ thisUpdate: NOW - DAY, nextUpdate: NOW + 29 * DAY });
    const byRoot = ca.pckCrl({}, { ...ca.platformCa, key: ca.rootKey });
    for (const body of [list.subarray(0, -1), Buffer.from("no list"), byRoot]) {
      service.answers.set(CRL, listAnswer(body, ca.platformCa.der));
      service.answers.set(PATHS.rootCrl, { body: body === byRoot ? ca.rootCrl() : body });
      const { list: report, root } = await round(scenario);
      expect(codeOf(report)).to.equal("COLLATERAL_MALFORMED");
      expect(report.transactions).to.deep.equal([]);
      if (body !== byRoot) expect(codeOf(root)).to.equal("COLLATERAL_MALFORMED");
    }
    // Of the root nobody but the contract has the key.
    const other = ca.pckCrl({ thisUpdate: NOW - 5 });
    service.answers.set(PATHS.rootCrl, { body: other });
    const { root } = await round(scenario);
    expect(root.error).to.have.property("errorName", "DcapCollateral_WrongIssuer");
    expect(root.transactions).to.deep.equal([]);

    publish(ca);
    await round(scenario);
    service.answers.set(CRL, listAnswer(ca.pckCrl({ thisUpdate: NOW - 2 * DAY }), ca.platformCa.der));
    expect((await round(scenario)).sent).to.equal(0);
  });

  it("has a revocation count at once: a PCK certificate falls, and all quotes of its platform", async () => {
    const scenario = await started();
    const { ca, dcap } = scenario;
    const pck = ca.pck();
    const platforms = [platformOfQuote(quoteOf(ca, pck))];
    const options = { families: [], platforms };
    const first = await round(scenario, options);
    expect(first.platform.error, String(first.platform.error)).to.equal(undefined);
    expect(first.platform).to.include({ before: 0n, after: BigInt(NOW + 29 * DAY), state: "fresh" });
    expect((await round(scenario, options)).sent).to.equal(0);

    const revoking = ca.pckCrl({ revoked: [7n, pck.serial], thisUpdate: NOW - 5, nextUpdate: NOW + 29 * DAY });
    service.answers.set(CRL, listAnswer(revoking, ca.platformCa.der));
    const second = await round(scenario, options);
    expect(second.list.transactions).to.have.length(1);
    expect(second.platform.transactions).to.have.length(1);
    expect(second.platform).to.include({ after: 0n, state: "expired" });
    const { validUntil } = await dcap.collateral.getFunction("platformOf")(keccak256(pck.der), true);
    expect(validUntil).to.equal(0n);
    const third = await round(scenario, options);
    expect(third.platform.error).to.have.property("errorName", "DcapCollateral_Revoked");
    expect(third.sent).to.equal(0);
  });

  it("holds known PCK certificates against each newer list, so that they outlive the older one", async () => {
    const scenario = await started();
    const { ca, chain } = scenario;
    const options = { families: [], platforms: [platformOfQuote(quoteOf(ca, ca.pck()))] };
    await round(scenario, options);
    const later = NOW + 28 * DAY;
    await chain.at(later);
    publish(ca, later);
    const { platform, info } = await round(scenario, options, later);
    expect(info.name).to.equal(`TCB info of tdx ${FMSPC}`);
    expect(platform).to.include({ after: BigInt(later + 29 * DAY), state: "fresh" });
    expect(platform.transactions).to.have.length(1);
  });

  it("keeps the list of a CA under each certificate that it had", async () => {
    const scenario = await started();
    const { ca, dcap } = scenario;
    const { subject, key, serial } = ca.platformCa;
    const renewed = ca.issue({ subject, key, serial, isCa: true, notAfter: NOW + 900 * DAY });
    const options = { families: [], platforms: [platformOfQuote(quoteOf(ca, ca.pck()))] };
    await round(scenario, options);
    service.answers.set(CRL, listAnswer(ca.pckCrl({ thisUpdate: NOW - 9 }), renewed.der));
    const { list, platform } = await round(scenario, options);
    expect([list.transactions.length, platform.transactions.length]).to.deep.equal([3, 1]);
    for (const der of [renewed.der, ca.platformCa.der]) {
      const [, thisUpdate] = await dcap.collateral.getFunction("pckCrlOf")(issuerId(der));
      expect(thisUpdate).to.equal(BigInt(NOW - 9));
    }
  });

  it("says of each item that its source is away, and what it knows from the chain", async () => {
    const scenario = await started();
    await round(scenario);
    service.answers.clear();
    const { reports, sent } = await round(scenario);
    expect(sent).to.equal(0);
    expect(reports.map(codeOf)).to.deep.equal(Array(4).fill("COLLATERAL_REFUSED"));
    // Which certificate a list is kept under comes with the list.
    expect(states(reports)).to.deep.equal(["fresh", "unknown", "fresh", "fresh"]);
    expect(reports.every(({ error }) => error instanceof CollateralError)).to.equal(true);
  });

  it("sends nothing when it only looks, and needs no account for it", async () => {
    const scenario = await started();
    const { chain, dcap } = scenario;
    const blocks = await chain.ethers.provider.getBlockNumber();
    const { reports, sent } = await round(scenario, {}, NOW, true);
    expect([sent, ...states(reports)]).to.deep.equal([0, "expired", "expired", "expired", "expired"]);
    expect(await chain.ethers.provider.getBlockNumber()).to.equal(blocks);
    const address = await dcap.collateral.getAddress();
    const freehold = { contract: () => contractAt("DcapCollateral", address, chain.ethers.provider) } as never;
    const source = intelPcs({ url: service.url, rootCrlUrl: `${service.url}${PATHS.rootCrl}` });
    const [root] = await keep(intelItems({ freehold, source, families: [] }), BigInt(NOW));
    expect(codeOf(root!)).to.equal("NO_SIGNER");
  });

  it("refuses an FMSPC that is none", () => {
    const freehold = { contract: () => expect.fail("it was asked") } as never;
    const families = [{ tee: "tdx" as const, fmspc: "../../etc" }];
    expect(() => intelItems({ freehold, source: intelPcs(), families })).to.throw(CollateralError, /12 hex digits/);
  });

  for (const name of ["phala-sgx-v3", "google-cos113-tdx"]) {
    it(`${name}: genuine collateral of Intel's, as its service serves it`, async function () {
      if (!bundleNames.includes(name)) this.skip();
      const genuine = bundle(name);
      const chain = await frozenChain(genuine.suggested);
      const dcap = await deployDcap(chain, genuine.root);
      await chain.at(genuine.suggested);
      const platform = platformOfQuote(genuine.quote);
      const tee = platform.isTdx ? "tdx" : "sgx";
      const { answers } = service;
      answers.set(PATHS.rootCrl, { body: genuine.rootCrl });
      answers.set(PATHS.pckCrl(platform.ca), listAnswer(genuine.pckCrl, genuine.crlIssuer));
      answers.set(PATHS.tcbInfo(tee, platform.fmspc.slice(2)), signedAnswer("tcbInfo", genuine.tcbInfo));
      answers.set(PATHS.qeIdentity(tee), signedAnswer("enclaveIdentity", genuine.qeIdentity));
      const options = { families: [], platforms: [platform] };
      const { reports } = await round({ chain, dcap }, options, genuine.suggested);
      expect(reports.filter(({ error }) => error !== undefined)).to.deep.equal([]);
      expect(reports.at(-1)?.after).to.equal(BigInt(genuine.validTo));
      expect((await round({ chain, dcap }, options, genuine.suggested)).sent).to.equal(0);
      await chain.connection.close();
    });
  }
});

const chainOfNothing = encodeURIComponent("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
