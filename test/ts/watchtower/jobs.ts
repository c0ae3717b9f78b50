import { FreeholdError, type Hex, hashRows, Lane, packVoucherRows } from "@freehold/sdk";
import { decodeJob, encodeJob, type Job, jobId } from "@freehold/sdk/watchtower";
import { expect } from "chai";
import { concat, id } from "ethers";
import { seeded } from "../worker/harness/random.ts";

const DOMAIN = { chainId: 31337n, verifyingContract: `0x${"ab".repeat(20)}` };
const NODE = `0x${"12".repeat(20)}`;
const LINE = id("line") as Hex;
const SIGNATURE = concat([`0x${"11".repeat(64)}`, "0x1b"]) as Hex;
const ROWS = packVoucherRows([{ channel: 3n, signed: 10n, metered: 9n, signature: SIGNATURE }]);

const batch = {
  node: NODE,
  lineId: LINE,
  versionHash: id("version") as Hex,
  lane: Lane.Voucher,
  nonce: 7n,
  lastAt: 1_000n,
  rowsHash: hashRows(ROWS),
};
const channel = { node: NODE, lineId: LINE, channel: 3n };
const receipt = {
  ...channel,
  seq: 1n,
  cumulative: 10n,
  price: 10n,
  versionHash: id("version") as Hex,
  requestHash: id("request") as Hex,
  responseHash: id("response") as Hex,
  inputCommitment: id("input") as Hex,
  outputCommitment: id("output") as Hex,
  workedAt: 1_000n,
};

const JOBS: readonly Job[] = [
  { kind: "settlement", batch, rows: ROWS, signature: SIGNATURE, landFrom: undefined },
  { kind: "settlement", batch, rows: ROWS, signature: SIGNATURE, landFrom: 5n },
  { kind: "challenge", word: { ...channel, asserted: 10n, deadline: 2n ** 255n }, signature: SIGNATURE },
  { kind: "voucher", voucher: { ...channel, cumulative: 10n }, signature: SIGNATURE },
  { kind: "receipts", receipts: [{ receipt, signature: SIGNATURE }] },
  {
    kind: "receipts",
    receipts: [
      { receipt, signature: SIGNATURE },
      { receipt: { ...receipt, seq: 2n }, signature: SIGNATURE },
    ],
  },
  {
    kind: "batches",
    batches: [
      { batch, signature: SIGNATURE },
      { batch: { ...batch, lastAt: 9n }, signature: SIGNATURE },
    ],
  },
];

const json = (job: Job | undefined): Record<string, unknown> =>
  JSON.parse(JSON.stringify(job === undefined ? {} : encodeJob(job, DOMAIN)));

function errorOf(value: unknown): FreeholdError {
  try {
    decodeJob(value, DOMAIN);
  } catch (error) {
    expect(error, String(error)).to.be.instanceOf(FreeholdError);
    return error as FreeholdError;
  }
  throw new Error(`accepted: ${JSON.stringify(value)}`);
}

describe("watchtower: files of jobs", () => {
  it("say the same when they are read and written again, and name it by its content", () => {
    const ids = new Set<string>();
    for (const job of JOBS) {
      const read = decodeJob(json(job), DOMAIN);
      expect(read).to.deep.equal(job);
      expect(jobId(read, DOMAIN)).to.match(/^[0-9a-f]{32}$/);
      ids.add(jobId(read, DOMAIN));
    }
    expect(ids.size).to.equal(JOBS.length);
    const [first] = JOBS;
    if (first?.kind !== "settlement") throw new Error("no settlement");
    const shouted = { ...first, batch: { ...first.batch, node: NODE.toUpperCase().replace("0X", "0x") } };
    expect(jobId(shouted, DOMAIN), "letter case aside").to.equal(jobId(first, DOMAIN));
  });

  it("of another escrow or chain are refused", () => {
    for (const change of [{ chainId: "1" }, { escrow: NODE }]) {
      expect(errorOf({ ...json(JOBS[3]), ...change }).code).to.equal("FOREIGN_JOB");
    }
  });

  it("are read strictly", () => {
    const [settlement, , challenge, voucher, receipts] = JOBS.map(json);
    const cases: [unknown, string][] = [
      [null, "body"],
      [{}, "kind"],
      [{ ...voucher, kind: "gift" }, "kind"],
      [{ ...voucher, v: 2 }, "v"],
      [{ ...voucher, asserted: "1" }, "asserted"],
      [{ ...voucher, more: 1 }, "more"],
      [{ ...voucher, cumulative: 10 }, "cumulative"],
      [{ ...voucher, channel: (2n ** 26n).toString() }, "channel"],
      [{ ...challenge, asserted: (2n ** 56n).toString() }, "asserted"],
      [{ ...challenge, signature: "0x12" }, "signature"],
      [{ ...settlement, rows: "0x123" }, "rows"],
      [{ ...settlement, rows: `0x${"00".repeat(8)}` }, "batch.rowsHash"],
      [{ ...settlement, landFrom: undefined }, "landFrom"],
      [{ ...settlement, batch: { ...(settlement?.batch as object), lane: "2" } }, "batch.lane"],
      [{ ...receipts, receipts: [] }, "receipts"],
      [{ ...receipts, receipts: [1, 2, 3] }, "receipts"],
      [{ ...receipts, receipts: [{ receipt: {}, signature: SIGNATURE }] }, "receipts[0].receipt.node"],
    ];
    for (const [value, field] of cases) {
      expect(errorOf(value), JSON.stringify(value)).to.deep.include({ code: "MALFORMED" });
      expect(errorOf(value).details.field).to.equal(field);
    }
    const rows = "0x00000000";
    const malformed = { ...settlement, rows, batch: { ...(settlement?.batch as object), rowsHash: hashRows(rows) } };
    expect(errorOf(malformed).code).to.equal("MALFORMED_ROWS");
  });

  it("that are broken in any way give a typed error, and nothing else", () => {
    const random = seeded(41);
    const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
    const junk = [null, true, -1, 1.5, "", "0x", "-1", "1e9", [], {}, "\u0000", "9".repeat(90), { v: 1 }];
    let accepted = 0;
    for (let i = 0; i < 3_000; i++) {
      const value = json(pick(JOBS));
      let at: Record<string, unknown> = value;
      for (let depth = 0; depth < 3; depth++) {
        const key = pick(Object.keys(at));
        const inner = at[key];
        if (typeof inner === "object" && inner !== null && random() < 0.7) at = inner as Record<string, unknown>;
        else {
          at[key] = pick(junk);
          break;
        }
      }
      try {
        decodeJob(value, DOMAIN);
        accepted++;
      } catch (error) {
        expect(error, JSON.stringify(value)).to.be.instanceOf(FreeholdError);
      }
    }
    expect(accepted).to.be.lessThan(300);
  });
});
