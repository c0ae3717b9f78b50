import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";

const ROOT = new URL("../..", import.meta.url).pathname;

/** Attacks on payments that others had in audits, issues or proofs of concept, or that nobody tests: what each tries. */
const CASES = [
  "replay of a voucher or a batch",
  "lower cumulative amount after a higher one",
  "replay on another chain",
  "replay on a second deployment",
  "hard fork with a cached domain separator",
  "voucher for one node, cashed by another",
  "payer who is the node, too",
  "field outside of the hash, wrong type string or order of types",
  "dirty high bits and widths that differ",
  "malleable, truncated, zero and other invalid signatures",
  "one bad row in a batch",
  "one channel twice in a batch",
  "rows unsorted, overlapping, out of range or truncated",
  "neighbour in a shared slot",
  "withdrawal that the node does not watch",
  "claim around the second of the close",
  "censorship until the close",
  "close requested before the first voucher",
  "top-up while a close is pending",
  "old headroom on new money",
  "dust refunds that restart the exit's clock",
  "top-up that is not confirmed",
  "payer who sets code after signing (EIP-7702)",
  "smart account that changes its mind (ERC-1271)",
  "account that burns gas or returns a bomb",
  "payer who does not exist yet (ERC-6492)",
  "signer replaced with vouchers outstanding",
  "signer of two payers",
  "deposit authorisation reused or carried by others",
  "tokens that take a fee, rebase, lie or say nothing",
  "token that calls back",
  "payer or payee on the token's block list",
  "payout address that fails when it is called",
  "stolen enclave key that bills everybody",
  "operator who claims more than the meter",
  "claim above the voucher",
  "partial payment that loses the remainder",
  "two receipts under one number",
  "nonces twice, skipped, or at their end",
  "stale model or price",
  "node or owner who changes records afterwards",
  "enclave revoked with unsettled work",
  "attestation replayed, shared or expired",
  "stake that leaves before the dispute",
  "slash that is made to revert",
  "node that slashes itself to leave early",
  "rules changed after the fact",
  "pause while the exit's clock runs",
  "challenges as spam",
  "answers in the last second, too low, or of others",
  "honest payer who is away",
  "payer who lies about what he signed",
  "refunded amount disputed again",
  "dust channels and full books",
  "loops without a bound",
  "overflow and rounding",
  "settlement or evidence copied from the mempool",
  "index taken by another, or swapped by a reorganisation",
  "requests at once on one channel",
  "node's state restored in part",
  "node that inflates the payer's meter",
  "close or refund without authority",
  "empty or failed response billed",
  "response released that cannot be settled",
  "node that serves itself for rewards",
  "events that tell another story",
  "gas limits",
  "view that disagrees with what is executed",
];

describe("attacks on payments", () => {
  let titles: Map<number, string[]>;

  before(async () => {
    titles = new Map();
    const add = (number: string | undefined, title: string) => {
      titles.set(Number(number), [...(titles.get(Number(number)) ?? []), title]);
    };
    for (const entry of await readdir(join(ROOT, "test"), { recursive: true })) {
      if (!/\.(sol|ts)$/.test(entry)) continue;
      const source = await readFile(join(ROOT, "test", entry), "utf8");
      // test_Attack07_WhatItTries, or test_Attack23_24_WhatTheyTry
      for (const [title, numbers] of source.matchAll(/\b(?:test|testFuzz|invariant)_Attack((?:\d+_)+)\w+(?=\()/g)) {
        for (const number of (numbers ?? "").split("_").filter(Boolean)) {
          expect(number, title).to.match(/^\d\d$/);
          add(number, title);
        }
      }
      // it("case 7: what it tries"
      for (const [title, number] of source.matchAll(/\b(?:it|describe)\(\s*["'`]case (\d+):/g)) add(number, title);
    }
  });

  for (const [i, what] of CASES.entries()) {
    it(`are tested: ${i + 1}, ${what}`, () => {
      expect(titles.get(i + 1) ?? []).to.not.be.empty;
    });
  }

  it("are all on the list", () => {
    expect(CASES).to.have.length(68);
    expect([...titles.keys()].filter((number) => number < 1 || number > CASES.length)).to.deep.equal([]);
  });
});
