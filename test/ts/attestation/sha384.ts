import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { expect } from "chai";
import { network } from "hardhat";
import { deploySha384 } from "./utils/crypto.ts";

const NIGHTLY = process.env.FREEHOLD_NIGHTLY === "1";

describe("attestation: SHA-384", () => {
  let digest: (data: Uint8Array) => Promise<string>;
  let connection: Awaited<ReturnType<typeof network.create>>;

  before(async () => {
    connection = await network.create({ network: "local", override: { hardfork: "osaka" } });
    const contract = await deploySha384(connection);
    digest = async (data) => {
      const [high, low] = await contract.getFunction("sha384").staticCall(data);
      return `${high}${(low as string).slice(2)}`;
    };
  });
  after(() => connection.close());

  const expected = (data: Uint8Array) => `0x${createHash("sha384").update(data).digest("hex")}`;

  it("gives the digests of FIPS 180-4's examples", async () => {
    const examples = [
      ["", "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b"],
      ["abc", "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"],
      [
        "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
        "09330c33f71147e83d192fc782cd1b4753111b173b3b05d22fa08086e3b0f712fcc7c71a557e2db966c3e9fa91746039",
      ],
    ] as const;
    for (const [text, hash] of examples) expect(await digest(Buffer.from(text))).to.equal(`0x${hash}`);
  });

  it("gives Node's digest for every length around its blocks, and long ones", async () => {
    const lengths = [...Array.from({ length: 300 }, (_, i) => i), 4_400, 7_539, 8_191, 8_192, 8_193];
    if (NIGHTLY) for (let i = 0; i < 2_000; i++) lengths.push((i * 7_919) % 12_000);
    for (const length of lengths) {
      const data = createHash("shake256", { outputLength: Math.max(1, length) })
        .update(`${length}`)
        .digest();
      const bytes = data.subarray(0, length);
      expect(await digest(bytes), `${length} bytes`).to.equal(expected(bytes));
    }
  });

  it("has the code that its generator writes", () => {
    const { status, stderr } = spawnSync(process.execPath, ["scripts/generate-sha384.ts", "--check"], {
      encoding: "utf8",
    });
    expect(status, stderr).to.equal(0);
  });
});
