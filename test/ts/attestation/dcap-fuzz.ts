// The readers of Intel's formats against libraries that read the same: what a reader accepts, the library accepts too, and reads alike; what it
// refuses, it refuses by an error of its own.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as asn1 from "asn1js";
import { expect } from "chai";
import { type BaseContract, hexlify } from "ethers";
import fc from "fast-check";
import { parseQuote, QuoteError } from "../../../sdk/dist/attestation/index.js";
import { vectorsOf } from "../utils/vectors.ts";
import { type FrozenChain, frozenChain } from "./utils/dcap.ts";
import { integer, octets, oid, sequence } from "./utils/der.ts";
import { intelCa, PLATFORM, sgxExtension } from "./utils/intel-ca.ts";
import { identityModel, tcbInfoModel } from "./utils/packed.ts";
import { type Probed, probeAll } from "./utils/probe.ts";
import { NOW } from "./utils/scenario.ts";
import { identityText, quoteOf, tcbInfoText } from "./utils/synthetic.ts";

const RUNS = process.env.FREEHOLD_NIGHTLY === "1" ? 20_000 : 600;
const SEED = Number(process.env.FREEHOLD_SEED ?? 20260101);

/** Texts that a careless reader of JSON takes for something else. */
const TOKENS = [
  '"',
  "{",
  "}",
  "[",
  "]",
  ",",
  ":",
  "\\",
  " ",
  "\n",
  "\t",
  "\0",
  "0",
  "00",
  "-1",
  "1e1",
  "1.0",
  "255",
  "256",
  "65535",
  "65536",
  "4294967296",
  "null",
  "true",
  '\\"',
  "\\u0022",
  "é",
  "\u007f",
  '"svn":1,',
  ',"advisoryIDs":[]',
  ',"advisoryIDs":["INTEL-SA-1"]',
  ',"type":"x"',
  ',"category":"x}"',
  '{"svn":7},',
  '"Revoked"',
  '"UpToDate"',
  "2024-02-30T00:00:00Z",
  "2023-02-29",
  "24:00:00",
  "TDX",
  "QE",
];

type Edit = { readonly at: number; readonly length: number; readonly insert: Uint8Array };

/** Replaces one piece of a text by another one; places are fractions of its length. */
const edits = (inserts: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Edit[]> =>
  fc.array(fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), length: fc.nat(6), insert: inserts }), {
    minLength: 1,
    maxLength: 2,
  });

const jsonEdits = edits(
  fc.oneof(
    fc.constantFrom(...TOKENS).map((text) => new Uint8Array(Buffer.from(text))),
    fc.uint8Array({ maxLength: 2 }),
  ),
);
const byteEdits = edits(fc.uint8Array({ maxLength: 3 }));

function edit(bytes: Buffer, list: readonly Edit[]): Buffer {
  return list.reduce((now, { at, length, insert }) => {
    const place = Math.floor(at * now.length);
    return Buffer.concat([now.subarray(0, place), insert, now.subarray(place + length)]);
  }, bytes);
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

describe(`attestation: fuzz of Intel's formats (FREEHOLD_SEED=${SEED})`, function () {
  this.timeout(1_200_000);
  let chain: FrozenChain;
  let reader: BaseContract;
  let harness: BaseContract;
  let errors: BaseContract[];

  before(async () => {
    chain = await frozenChain(NOW);
    reader = await chain.ethers.deployContract("IntelJsonReader");
    harness = await chain.ethers.deployContract("DcapHarness");
    errors = [reader, harness, await chain.ethers.deployContract("DerHarness")];
  });
  after(() => chain.connection.close());

  const accepted = (probed: readonly Probed[]) => probed.filter((one) => "result" in one).length;

  async function compare(name: string, bodies: readonly Buffer[], model: (text: string) => unknown[], batch: number) {
    const answers = await probeAll(
      chain,
      reader,
      name,
      bodies.map((body) => [body]),
      errors,
      batch,
    );
    for (const [index, answer] of answers.entries()) {
      if ("error" in answer) continue;
      const body = bodies[index]!;
      const [read] = answer.result as [Iterable<unknown>];
      expect([...read], body.toString("latin1")).to.deep.equal(model(utf8.decode(body)));
    }
    return answers;
  }

  const infos = [
    tcbInfoText(NOW),
    tcbInfoText(NOW, {
      isTdx: false,
      levels: [{ status: "UpToDate", advisories: ["INTEL-SA-00289", "INTEL-SA-00615"] }],
    }),
    tcbInfoText(NOW, {
      levels: [
        { svns: PLATFORM.svns, pceSvn: 65_535, status: "ConfigurationAndSWHardeningNeeded", advisories: [] },
        { status: "OutOfDateConfigurationNeeded" },
      ],
      modules: [],
    }),
  ];
  const identities = [
    identityText(NOW),
    identityText(NOW, { isTdx: false, levels: [8, 6, 5].map((isvSvn) => ({ isvSvn, status: "OutOfDate" })) }),
  ];

  it("every genuine body is read as JSON.parse reads it: TCB info of the versions 2 and 3, identities", async function () {
    const directory = vectorsOf("intel/collateral") ?? this.skip();
    const bodies: Record<"tcbInfo" | "enclaveIdentity", Buffer[]> = { tcbInfo: [], enclaveIdentity: [] };
    for (const file of readdirSync(directory)) {
      const text = readFileSync(join(directory, file), "utf8").trimEnd();
      for (const name of ["tcbInfo", "enclaveIdentity"] as const) {
        if (text.startsWith(`{"${name}":`)) {
          bodies[name].push(Buffer.from(text.slice(name.length + 4, text.lastIndexOf(',"signature"'))));
        }
      }
    }
    expect(bodies.tcbInfo.some((body) => body.includes('"version":2'))).to.equal(true);
    expect(bodies.tcbInfo.length).to.be.at.least(8);
    expect(bodies.enclaveIdentity.length).to.be.at.least(6);
    const read = [
      await compare("readTcbInfo", bodies.tcbInfo, tcbInfoModel, 5),
      await compare("readQeIdentity", bodies.enclaveIdentity, identityModel, 10),
    ];
    for (const answers of read) expect(accepted(answers)).to.equal(answers.length);
  });

  for (const [name, texts, model] of [
    ["readTcbInfo", infos, tcbInfoModel],
    ["readQeIdentity", identities, identityModel],
  ] as const) {
    it(`${name}: whatever it accepts is JSON, and means the same`, async () => {
      expect(
        accepted(
          await compare(
            name,
            texts.map((text) => Buffer.from(text)),
            model,
            5,
          ),
        ),
      ).to.equal(texts.length);
      const bodies = fc
        .sample(fc.tuple(fc.constantFrom(...texts), jsonEdits), { numRuns: RUNS, seed: SEED })
        .map(([text, list]) => edit(Buffer.from(text), list));
      const answers = await compare(name, bodies, model, 30);
      // Edits inside of numbers, hex and texts leave sound bodies: the comparison above was not for nothing.
      expect(accepted(answers)).to.be.greaterThan(5);
      expect(answers.length - accepted(answers)).to.be.greaterThan(RUNS / 2);
    });
  }

  it("a body cut anywhere is refused, and so is one with something behind it", async () => {
    const [text] = infos as [string];
    const bodies = Array.from({ length: 120 }, (_, i) =>
      Buffer.from(text.slice(0, Math.floor((text.length * i) / 120))),
    );
    for (const tail of [" ", "\n", "}", "\0", text]) bodies.push(Buffer.from(text + tail));
    expect(accepted(await compare("readTcbInfo", bodies, tcbInfoModel, 30))).to.equal(0);
  });

  it("SgxExtension: whatever it accepts, asn1js reads alike", async () => {
    const root = "1.2.840.113741.1.13.1";
    const platform = sgxExtension(PLATFORM);
    const content = platform.subarray(4);
    const more = sequence(
      content,
      sequence(oid(`${root}.6`), octets(Buffer.alloc(16, 6))),
      sequence(oid(`${root}.7`), sequence(sequence(oid(`${root}.7.1`), Buffer.from("0101ff", "hex")))),
    );
    const extensions = [
      platform,
      more,
      ...fc
        .sample(fc.tuple(fc.constantFrom(platform, more), byteEdits), { numRuns: RUNS, seed: SEED })
        .map(([bytes, list]) => edit(bytes, list)),
      // Single bytes: the lengths stay what they are.
      ...fc
        .sample(fc.tuple(fc.nat(more.length - 1), fc.nat(255)), { numRuns: RUNS, seed: SEED })
        .map(([at, value]) => Buffer.from(more).fill(value, at, at + 1)),
    ];
    const answers = await probeAll(
      chain,
      harness,
      "platform",
      extensions.map((bytes) => [bytes]),
      errors,
      100,
    );
    for (const [index, answer] of answers.entries()) {
      if ("error" in answer) continue;
      const [read] = answer.result as [Iterable<unknown>];
      expect([...read], hexlify(extensions[index]!)).to.deep.equal(platformModel(extensions[index]!));
    }
    expect(answers.slice(0, 2).every((answer) => "result" in answer)).to.equal(true);
    expect(accepted(answers)).to.be.greaterThan(50);
  });

  it("DcapQuote: whatever it accepts, the SDK takes apart alike; neither ends without words", async () => {
    const ca = intelCa(NOW);
    const pck = ca.pck();
    const certification = Buffer.from("a chain");
    const quotes = (["sgx3", "sgx5", "tdx4", "tdx15"] as const).map((kind) =>
      quoteOf(ca, pck, { kind, certification }),
    );
    const bodies = [
      ...quotes,
      ...fc
        .sample(fc.tuple(fc.constantFrom(...quotes), byteEdits), { numRuns: RUNS, seed: SEED })
        .map(([bytes, list]) => edit(bytes, list)),
    ];
    const answers = await probeAll(
      chain,
      harness,
      "signedPart",
      bodies.map((bytes) => [bytes]),
      errors,
      200,
    );
    for (const [index, answer] of answers.entries()) {
      let signed: string | undefined;
      try {
        signed = hexlify(parseQuote(bodies[index]!).signed);
      } catch (error) {
        expect(error).to.be.instanceOf(QuoteError);
      }
      if ("result" in answer) expect(answer.result[0]).to.equal(signed);
    }
    expect(accepted(answers)).to.be.greaterThan(quotes.length);
  });

  it("CrlEntries: finds what is there, and nothing else; whatever is malformed is an error, not an absence", async () => {
    const serials = Array.from({ length: 20 }, (_, i) => (1n << BigInt(8 * i + 3)) + BigInt(i));
    const entry = (serial: bigint) => sequence(integer(serial), Buffer.from("170d3235303630343039313933315a", "hex"));
    const entries = Buffer.concat(serials.map(entry));
    const contains = harness.getFunction("contains");
    for (const serial of serials) {
      expect(await contains(entries, serial)).to.equal(true);
      expect(await contains(entries, serial + 1n)).to.equal(false);
    }
    expect(await contains("0x", 1n)).to.equal(false);
    const calls = fc
      .sample(byteEdits, { numRuns: RUNS, seed: SEED })
      .map((list) => [edit(entries, list), serials.at(-1)]);
    const answers = await probeAll(chain, harness, "contains", calls, errors, 200);
    expect(answers.some((answer) => "error" in answer)).to.equal(true);
    const whole = new Set(serials.map((_, i) => Buffer.concat(serials.slice(0, i + 1).map(entry)).length));
    const cuts = Array.from({ length: entries.length }, (_, i) => i).filter(
      (length) => length > 0 && !whole.has(length),
    );
    const cutAnswers = await probeAll(
      chain,
      harness,
      "contains",
      cuts.map((length) => [entries.subarray(0, length), 0xdead_beefn]),
      errors,
      200,
    );
    expect(accepted(cutAnswers)).to.equal(0);
  });
});

/** The fields of SgxPlatform, in their order, as asn1js sees them. */
function platformModel(extension: Buffer): unknown[] {
  const { result, offset } = asn1.fromBER(new Uint8Array(extension).buffer);
  if (offset !== extension.length || !(result instanceof asn1.Sequence))
    throw new Error(`asn1js refuses it: ${result.error} ${offset} ${hexlify(extension)}`);
  const pairsOf = (value: asn1.AsnType) =>
    new Map(
      (value as asn1.Sequence).valueBlock.value.map((pair) => {
        const [type, content] = (pair as asn1.Sequence).valueBlock.value as [asn1.ObjectIdentifier, asn1.AsnType];
        return [type.valueBlock.toString().replace(/^1\.2\.840\.113741\.1\.13\.1\./, ""), content] as const;
      }),
    );
  const parts = pairsOf(result);
  const bytes = (part: string) => hexlify((parts.get(part) as asn1.OctetString).valueBlock.valueHexView);
  const tcb = pairsOf(parts.get("2")!);
  const svn = (n: number) => (tcb.get(`2.${n}`) as asn1.Integer).toBigInt();
  const svns = Buffer.from(Array.from({ length: 16 }, (_, i) => Number(svn(i + 1))));
  return [bytes("1"), hexlify(svns), svn(17), bytes("3"), bytes("4")];
}
