import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { type Headline, MIN_ROWS, parseHeadlines } from "../../../scripts/model/csv.ts";
import { LABELS, loadDataset } from "../../../scripts/model/dataset.ts";
import { nearDuplicateGroups, similarPairs } from "../../../scripts/model/near-duplicates.ts";
import { fetchSentfin, SENTFIN_SHA256 } from "../../../scripts/model/sentfin.ts";
import { assignSplits } from "../../../scripts/model/split.ts";
import { errorOf } from "./utils/errors.ts";
import { sharedSentfin } from "./utils/shared.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const share = (rows: readonly Headline[], test: (row: Headline) => boolean) => rows.filter(test).length / rows.length;

/** A headline unlike any other; letters, because numbers are folded. */
function headline(i: number): string {
  const word = [...String(i)].map((digit) => "abcdefghij"[Number(digit)]).join("");
  return `x${word} y${word} z${word}`;
}

/** A valid file of `count` rows: three labels in turn, words that differ. */
function csv(count: number, row: (i: number) => string = (i) => `${headline(i)},${LABELS[i % 3]}`) {
  return ["text,label", ...Array.from({ length: count }, (_, i) => row(i))].join("\n");
}

describe("headlines written for this repository", () => {
  it("are at least 640, distinct, in the announced proportions", async () => {
    const { rows } = await loadDataset();
    expect(rows).to.have.length.of.at.least(640);
    expect(new Set(rows.map(({ text }) => text.toLowerCase())).size).to.equal(rows.length);
    expect(new Set(rows.map(({ id }) => id)).size).to.equal(rows.length);
    expect(share(rows, ({ analyst }) => analyst)).to.be.within(0.2, 0.3);
    expect(share(rows, ({ split }) => split === "train")).to.be.within(0.65, 0.75);
    expect(share(rows, ({ split }) => split === "valid")).to.be.within(0.08, 0.12);
    expect(share(rows, ({ split }) => split === "test")).to.be.within(0.18, 0.24);
    for (const label of LABELS.keys()) expect(share(rows, (row) => row.label === label)).to.be.within(0.3, 0.37);
  });

  it("have no near-duplicates, within splits or across them", async () => {
    const { rows } = await loadDataset();
    const texts = rows.map(({ text }) => text);
    const close = [...similarPairs(texts, 0.6)].map(([a, b, similarity]) => [texts[a], texts[b], similarity]);
    expect(close).to.deep.equal([]);
  });
});

describe("near-duplicates and splits", () => {
  it("finds every pair that comparing all pairs finds", async () => {
    const { rows } = await loadDataset();
    const texts = rows.slice(0, 300).map(({ text }) => text);
    const found = [...similarPairs(texts, 0.3)].map(([a, b]) => `${a}-${b}`).sort();
    const all: string[] = [];
    for (let b = 0; b < texts.length; b++) {
      for (let a = 0; a < b; a++) {
        const [pair] = similarPairs([texts[a] as string, texts[b] as string], 0.3);
        if (pair !== undefined) all.push(`${a}-${b}`);
      }
    }
    expect(all).to.have.length.above(20);
    expect(found).to.deep.equal(all.sort());
  });

  it("chains near-duplicates, numbers folded, and keeps them in one split", () => {
    const texts = [
      "Sugar ends steady in thin trade on Monday",
      "Gold slides",
      "Sugar ended steady in thin trading on Monday",
      "Index closes up 1.5% at 17,200 in thin trade",
      "Index closes up 9% at 21,450 in thin trade",
    ];
    expect(nearDuplicateGroups(texts)).to.deep.equal([0, 1, 0, 3, 3]);
    const splits = assignSplits(texts);
    expect(splits[0]).to.deep.equal(splits[2]);
    expect(splits[3]).to.deep.equal(splits[4]);
  });

  it("draws the same split whatever the order of the rows", () => {
    const texts = Array.from({ length: 2_000 }, (_, i) => headline(i));
    const forward = assignSplits(texts);
    const backward = assignSplits(texts.toReversed()).toReversed();
    expect(backward).to.deep.equal(forward);
    expect(forward.filter(({ split }) => split === "train").length / 2_000).to.be.within(0.66, 0.74);
    expect(forward.filter(({ split }) => split === "test").length / 2_000).to.be.within(0.17, 0.23);
    expect(forward.filter(({ analyst }) => analyst).length / 2_000).to.be.within(0.21, 0.29);
  });
});

describe("a CSV of one's own", () => {
  it("needs text and label only", () => {
    const rows = parseHeadlines(bytes(csv(300)), "own.csv");
    expect(rows).to.have.length(300);
    expect(rows[0]).to.include({ id: "L2", label: 0, text: headline(0) });
    expect(new Set(rows.map(({ split }) => split)).size).to.equal(3);
    expect(share(rows, ({ analyst }) => analyst)).to.be.within(0.15, 0.35);
  });

  it("may bring its own id, split and topic, a byte order mark, CRLF and columns in any order and case", () => {
    const splits = ["train", "train", "valid", "Test"];
    const lines = Array.from(
      { length: 240 },
      (_, i) =>
        `x,${splits[i % 4]},n${i},${["Negative", "NEUTRAL", "positive"][i % 3]},news ${i},${i % 5 < 2 ? "analyst" : "a"}`,
    );
    const rows = parseHeadlines(
      bytes(`\uFEFF${["extra,SPLIT,id,Label,Text,topic", ...lines].join("\r\n")}\r\n`),
      "own.csv",
    );
    expect(rows[3]).to.deep.equal({ id: "n3", split: "test", analyst: false, label: 0, text: "news 3" });
    expect(rows[1]).to.deep.equal({ id: "n1", split: "train", analyst: true, label: 1, text: "news 1" });
  });

  for (const [scheme, first] of [
    ["0, 1, 2", 0],
    ["-1, 0, 1", -1],
  ] as const) {
    it(`may number its labels ${scheme}`, () => {
      const rows = parseHeadlines(bytes(csv(300, (i) => `${headline(i)},${first + (i % 3)}`)), "own.csv");
      expect(rows.every((row, i) => row.label === i % 3)).to.equal(true);
    });
  }

  const good = (i: number) => `${headline(i)},${LABELS[i % 3]}`;
  const cases: readonly (readonly [name: string, file: Uint8Array, code: string, message: RegExp])[] = [
    ["empty", new Uint8Array(), "EMPTY", /^own\.csv: the file is empty$/],
    ["a header only", bytes("text,label\n"), "EMPTY", /no rows/],
    ["not UTF-8", Uint8Array.of(0x74, 0xff, 0xfe), "NOT_UTF8", /not UTF-8/],
    [
      "without the columns",
      bytes("a,b\n1,2\n"),
      "MISSING_COLUMN",
      /^own\.csv:1: no column "text"; the columns are: a, b$/,
    ],
    ["without a label column", bytes("text\nx\n"), "MISSING_COLUMN", /no column "label"/],
    ["too short", bytes(csv(MIN_ROWS - 1)), "TOO_FEW_ROWS", new RegExp(`${MIN_ROWS - 1} rows; at least ${MIN_ROWS}`)],
    [
      "of one label",
      bytes(csv(200, (i) => `${headline(i)},neutral`)),
      "TOO_FEW_ROWS",
      /no negative row in the train split/,
    ],
    [
      "with an unknown label",
      bytes(csv(200, (i) => (i === 41 ? "odd,bullish" : good(i)))),
      "UNKNOWN_LABEL",
      /^own\.csv:43: label "bullish" is none of/,
    ],
    [
      "with mixed numbers",
      bytes(csv(200, (i) => `m${i},${i === 7 ? 2 : (i % 3) - 1}`)),
      "MIXED_LABELS",
      /^own\.csv:9: label "2"/,
    ],
    [
      "with mixed kinds",
      bytes(csv(200, (i) => (i === 7 ? "odd,1" : good(i)))),
      "MIXED_LABELS",
      /^own\.csv:9: label "1"/,
    ],
    ["with 0 and 1 only", bytes(csv(200, (i) => `m${i},${i % 2}`)), "MIXED_LABELS", /could mean two things/],
    [
      "with an empty text",
      bytes(csv(200, (i) => (i === 5 ? '" ",neutral' : good(i)))),
      "BAD_TEXT",
      /^own\.csv:7: text/,
    ],
    [
      "with a long text",
      bytes(csv(200, (i) => (i === 5 ? `${"x".repeat(3_000)},neutral` : good(i)))),
      "BAD_TEXT",
      /^own\.csv:7: text "x{60}" has 3000 characters/,
    ],
    ["with a row of another width", bytes(csv(200, (i) => (i === 5 ? "a,b,c" : good(i)))), "NOT_CSV", /^own\.csv:7: /],
    ["with an open quote", bytes(csv(200, (i) => (i === 5 ? '"a,neutral' : good(i)))), "NOT_CSV", /^own\.csv/],
    [
      "with an unknown split",
      bytes(
        `text,label,split\n${Array.from({ length: 200 }, (_, i) => `${good(i)},${i === 9 ? "dev" : "train"}`).join("\n")}`,
      ),
      "UNKNOWN_SPLIT",
      /^own\.csv:11: split "dev" is none of train, valid, test$/,
    ],
    [
      "with an id twice",
      bytes(`text,label,id\n${Array.from({ length: 200 }, (_, i) => `${good(i)},${i % 199}`).join("\n")}`),
      "DUPLICATE_ID",
      /^own\.csv:201: id "0" occurs twice$/,
    ],
  ];
  for (const [name, file, code, message] of cases) {
    it(`is refused when it is ${name}`, async () => {
      const error = await errorOf(() => parseHeadlines(file, "own.csv"));
      expect(error).to.include({ name: "DatasetError", code });
      expect(error.message).to.match(message);
      expect(error.message).not.to.contain("\n");
    });
  }

  it("is refused when it cannot be read", async () => {
    const error = await errorOf(() => loadDataset({ data: "does/not/exist.csv" }));
    expect(error).to.include({ code: "FILE_UNREADABLE" });
    expect(error.message).to.equal("does/not/exist.csv: cannot be read (ENOENT)");
  });
});

describe("SEntFiN", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "freehold-data-"));
  });
  after(() => rm(folder, { recursive: true }));

  /** A server with one file, as the public origin has. */
  async function serving<T>(body: string, run: (origin: { url: string; sha256: string }) => Promise<T>): Promise<T> {
    const server = createServer((request, response) => {
      response.statusCode = request.url === "/SEntFiN.csv" ? 200 : 404;
      response.end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    try {
      const sha256 = createHash("sha256").update(body).digest("hex");
      return await run({ url: `http://127.0.0.1:${port}/SEntFiN.csv`, sha256 });
    } finally {
      server.close();
    }
  }

  /** The origin, as far as the file made from it tells; rows that were left out have two sentiments. */
  function originOf(file: Uint8Array): string {
    const lines = new TextDecoder().decode(file).trimEnd().split("\n").slice(1);
    const kept = new Map(lines.map((line) => [Number(line.slice(1, 6)), line.split(",")] as const));
    const rows = Array.from({ length: 10_753 }, (_, i) => {
      const fields = kept.get(i + 1);
      if (fields === undefined) return `${i + 1},Left out,"{'A': 'positive', 'B': 'negative'}",2`;
      return `${i + 1},${fields.slice(4).join(",")},{'Entity: one': '${fields[3]}'},8`;
    });
    return `S No.,Title,Decisions,Words\n${rows.join("\n")}\n`;
  }

  it("is made from the public origin, byte for byte, and cached", async function () {
    const file = await sharedSentfin();
    if (file === undefined) return this.skip();
    const made = await serving(originOf(file), (origin) => fetchSentfin(folder, origin));
    expect(createHash("sha256").update(made).digest("hex")).to.equal(SENTFIN_SHA256);
    expect(await readFile(join(folder, "sentfin_headlines.csv"))).to.deep.equal(Buffer.from(file));
  });

  it("is refused when the origin's bytes, or the shared file's, are others", async () => {
    const wrong = await errorOf(() =>
      serving("S No.,Title,Decisions,Words\n", ({ url }) => fetchSentfin(folder, { url, sha256: "00".repeat(32) })),
    );
    expect(wrong).to.include({ name: "DatasetError", code: "WRONG_DIGEST" });
    const missing = await errorOf(() =>
      serving("", ({ url, sha256 }) => fetchSentfin(folder, { url: url.replace("SEntFiN", "other"), sha256 })),
    );
    expect(missing).to.include({ code: "DOWNLOAD_FAILED" });
    const unreachable = await errorOf(() =>
      fetchSentfin(folder, { url: "http://127.0.0.1:1/SEntFiN.csv", sha256: "" }),
    );
    expect(unreachable).to.include({ code: "DOWNLOAD_FAILED" });
  });

  it("is refused when the shared file was changed", async () => {
    const { mkdir } = await import("node:fs/promises");
    await mkdir(join(folder, "data"));
    await writeFile(join(folder, "data", "sentfin_headlines.csv"), "id,split,topic,label,text\n");
    const error = await errorOf(() => loadDataset({ dataset: "sentfin", shared: folder }));
    expect(error).to.include({ code: "WRONG_DIGEST" });
    expect(error.message).to.contain(join(folder, "data"));
  });
});
