import { X509Certificate } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type NitroDocument, parseNitroCrl, parseNitroDocument } from "@freehold/sdk/attestation";
import { expect } from "chai";
import { hexlify, type Interface, toUtf8Bytes } from "ethers";
import { network } from "hardhat";
import { vectorsOf } from "../utils/vectors.ts";
import { makeChain, makeCrl } from "./utils/authority.ts";
import { array, bytesOf, makeDocument, map, NULL, pcr, text, uint } from "./utils/document.ts";
import { damaged, Random } from "./utils/fuzz.ts";
import { nitroVectors } from "./utils/nitro.ts";
import { withoutOpaque } from "./utils/opaque.ts";

const NIGHTLY = process.env.FREEHOLD_NIGHTLY === "1";
/** Of each of the four kinds of files. */
const CASES = NIGHTLY ? 25_000 : 250;
const SEED = Number(process.env.FREEHOLD_SEED ?? (NIGHTLY ? Math.floor(Math.random() * 2 ** 32) : 384));
/** Cases of one eth_call. */
const CHUNK = 20;
const PANIC = "0x4e487b71";
const AT = 1_800_000_000;
const [P256, P384] = [0, 1];

interface Outcome {
  readonly success: boolean;
  readonly data: string;
}

describe(`parsers against kept libraries (seed ${SEED})`, function () {
  this.timeout(NIGHTLY ? 3_600_000 : 180_000);

  const vectors = nitroVectors();
  const synthetic = makeChain(AT);
  const connection = network.create("local");
  let prober: Awaited<ReturnType<typeof deploy>>;
  let der: Awaited<ReturnType<typeof deploy>>;
  let nitro: Awaited<ReturnType<typeof deploy>>;

  async function deploy(name: string) {
    return (await connection).ethers.deployContract(name);
  }

  before(async () => {
    prober = await deploy("Prober");
    der = await deploy("DerHarness");
    nitro = await deploy("NitroHarness");
  });

  after(async () => (await connection).close());

  /** What each file gives; fails on a panic, and on a refusal without a name. */
  async function ask(target: typeof der, method: string, inputs: readonly unknown[][]): Promise<Outcome[]> {
    const calls = inputs.map((values) => target.interface.encodeFunctionData(method, values));
    const outcomes: Outcome[] = await prober.getFunction("probe").staticCall(target, calls, []);
    return outcomes.map(({ success, data }, i) => {
      if (!success)
        expect(data, `${inputs[i]}`)
          .to.match(/^0x[0-9a-f]{8}/)
          .and.not.satisfy(isPanic);
      return { success, data };
    });
  }

  const isPanic = (data: string) => data.startsWith(PANIC);

  /** Damages files, asks the contract, and has `check` compare what it accepted. */
  async function fuzz(
    seed: number,
    files: readonly Uint8Array[],
    target: () => typeof der,
    method: string,
    more: readonly unknown[],
    check: (bytes: Uint8Array, decoded: ReturnType<Interface["decodeFunctionResult"]>) => void,
    checkRefused: (bytes: Uint8Array, error: string) => void = () => {},
  ): Promise<void> {
    expect(files.length).to.be.above(0);
    const random = new Random(SEED + seed);
    let accepted = 0;
    for (let done = 0; done < CASES; done += CHUNK) {
      const cases = Array.from({ length: CHUNK }, () => damaged(random, files));
      const outcomes = await ask(
        target(),
        method,
        cases.map(({ bytes }) => [bytes, ...more]),
      );
      for (const [i, { success, data }] of outcomes.entries()) {
        const { bytes, what } = cases[i]!;
        try {
          if (success) check(bytes, target().interface.decodeFunctionResult(method, data));
          else checkRefused(bytes, data);
        } catch (error) {
          throw new Error(`${what}: ${hexlify(bytes)}`, { cause: error });
        }
        if (success) accepted++;
      }
    }
    // Damage in what nobody looks into is accepted, most other damage is not.
    expect(accepted)
      .to.be.above(CASES / 20)
      .and.below(CASES / 2);
  }

  function checkCertificate(bytes: Uint8Array, [shown]: ReturnType<Interface["decodeFunctionResult"]>): void {
    const plain = withoutOpaque(bytes);
    const certificate = new X509Certificate(plain);
    expect(BigInt(`0x${certificate.serialNumber}`)).to.equal(shown.serial);
    expect(Date.parse(certificate.validFrom) / 1000).to.equal(Number(shown.notBefore));
    expect(Date.parse(certificate.validTo) / 1000).to.equal(Number(shown.notAfter));
    // OpenSSL wants keyCertSign of an authority where there is a keyUsage.
    const mayCertify = shown.keyUsage === 0n || (shown.keyUsage & 0x0400n) !== 0n;
    if (mayCertify) expect(certificate.ca).to.equal(shown.isCa);
    const text = Buffer.from(plain).toString("hex");
    expect(text).to.include(shown.publicKey.slice(2));
  }

  function checkCrl(bytes: Uint8Array, [shown]: ReturnType<Interface["decodeFunctionResult"]>): void {
    const crl = parseNitroCrl(withoutOpaque(bytes));
    expect([crl.thisUpdate, crl.nextUpdate]).to.deep.equal([Number(shown.thisUpdate), Number(shown.nextUpdate)]);
    expect(crl.number).to.equal(shown.number);
    expect(crl.serials).to.deep.equal([...shown.revoked]);
  }

  const shownOptional = (bytes?: Uint8Array) => [hexlify(bytes ?? new Uint8Array()), bytes !== undefined];

  function checkDocument(bytes: Uint8Array, [shown]: ReturnType<Interface["decodeFunctionResult"]>): void {
    let document: NitroDocument;
    try {
      document = parseNitroDocument(bytes);
    } catch (error) {
      // JavaScript's numbers end at 2^53 - 1 milliseconds, in the year 287396; the contract's do not.
      if (shown.timestamp > Number.MAX_SAFE_INTEGER) return;
      throw error;
    }
    expect(hexlify(toUtf8Bytes(document.moduleId))).to.equal(shown.moduleId);
    expect(BigInt(document.timestamp)).to.equal(shown.timestamp);
    for (let i = 0; i < 32; i++) expect(hexlify(document.pcrs.get(i) ?? new Uint8Array())).to.equal(shown.pcrs[i]);
    expect(document.chain.map((c) => hexlify(c))).to.deep.equal([...shown.authorities, shown.certificate]);
    for (const [i, key] of (["publicKey", "userData", "nonce"] as const).entries()) {
      expect(shownOptional(document[key])).to.deep.equal([shown[key], shown.present[i]]);
    }
    for (const key of ["payload", "toBeSigned", "signature"] as const)
      expect(hexlify(document[key])).to.equal(shown[key]);
  }

  const own = [
    makeDocument(synthetic),
    makeDocument(synthetic, { x: array([map([[text("a"), NULL]]), uint(2n ** 40n)]), nonce: bytesOf(pcr(1, 300)) }),
  ];
  const documents = [...own, ...(vectors?.documents ?? []).map(({ evidence }) => evidence)];
  const chains = (vectors?.documents ?? [])
    .filter(({ window }) => window)
    .map(({ evidence }) => parseNitroDocument(evidence).chain);
  const certificates = [...synthetic.certificates, ...(vectors?.chain ?? []), ...chains.flat()];
  const lists = [0, 1, 30].map((count) =>
    makeCrl({
      issuer: "test root",
      issuerKey: synthetic.keys[0]!,
      number: 2n ** 70n,
      thisUpdate: AT,
      serials: Array.from({ length: count }, (_, i) => 2n ** 158n + BigInt(i)),
    }),
  );

  it(`${CASES} certificates of AWS and of our own, damaged`, () =>
    fuzz(1, certificates, () => der, "certificate", [P384], checkCertificate));

  it(`${CASES} revocation lists of our own, damaged`, () => fuzz(2, lists, () => der, "crl", [P384], checkCrl));

  it(`${CASES} documents, damaged: what one refuses, the other refuses`, () =>
    fuzz(
      3,
      documents,
      () => nitro,
      "document",
      [],
      checkDocument,
      (bytes) => {
        expect(() => parseNitroDocument(bytes)).to.throw();
      },
    ));

  it(`${CASES} certificates and lists of Intel, damaged`, async function () {
    const directory = vectorsOf("intel/collateral") ?? this.skip();
    const intel = (pattern: RegExp) =>
      readdirSync(directory)
        .filter((name) => name.endsWith(".der") && pattern.test(name))
        .map((name) => new Uint8Array(readFileSync(join(directory, name))));
    await fuzz(4, intel(/^(?!.*crl).*$/i), () => der, "certificate", [P256], checkCertificate);
    await fuzz(5, intel(/crl/i), () => der, "crl", [P256], checkCrl);
  });
});
