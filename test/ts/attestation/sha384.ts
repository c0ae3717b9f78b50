import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "chai";
import { network } from "hardhat";
import { deploySha384 } from "./utils/crypto.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const NIGHTLY = process.env.FREEHOLD_NIGHTLY === "1";

/** Examples of FIPS 180 (NIST, "Examples with Intermediate Values", SHA-384). */
const EXAMPLES: Readonly<Record<string, string>> = {
  abc: "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
  abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu:
    "09330c33f71147e83d192fc782cd1b4753111b173b3b05d22fa08086e3b0f712fcc7c71a557e2db966c3e9fa91746039",
};

describe("SHA-384", function () {
  this.timeout(240_000);

  let connection: Awaited<ReturnType<typeof network.create>>;
  let contract: Awaited<ReturnType<typeof deploySha384>>;
  before(async () => {
    connection = await network.create({ network: "local", override: { hardfork: "osaka" } });
    contract = await deploySha384(connection);
  });
  after(() => connection.close());

  const digest = async (data: Uint8Array) => {
    const [high, low] = await contract.getFunction("sha384")(data);
    return `${high.slice(2)}${low.slice(2)}`;
  };

  const same = async (data: Uint8Array) =>
    expect(await digest(data), `${data.length} bytes`).to.equal(createHash("sha384").update(data).digest("hex"));

  it("gives the examples of FIPS 180", async () => {
    for (const [text, expected] of Object.entries(EXAMPLES)) {
      expect(await digest(Buffer.from(text))).to.equal(expected);
    }
  });

  it("agrees with node:crypto on every length up to 600", async () => {
    const data = randomBytes(600);
    for (let length = 0; length <= 600; length++) await same(data.subarray(0, length));
  });

  it("agrees with node:crypto on long and on extreme messages", async () => {
    for (let i = 0; i < (NIGHTLY ? 500 : 25); i++) await same(randomBytes(600 + ((i * 3_119) % 7_593)));
    for (const byte of [0x00, 0x55, 0xaa, 0xff]) await same(Buffer.alloc(8_192, byte));
  });

  it("reads no bytes behind the message", async () => {
    // Two ABI-encoded calls that differ in nothing but the padding behind the message.
    const message = randomBytes(77);
    const call = contract.interface.encodeFunctionData("sha384", [message]);
    const dirty = `${call.slice(0, -2 * 19)}${"f".repeat(2 * 19)}`;
    const to = await contract.getAddress();
    const [clean, other] = await Promise.all(
      [call, dirty].map((data) => connection.ethers.provider.call({ to, data })),
    );
    expect(dirty).to.not.equal(call);
    expect(other).to.equal(clean);
  });

  it("is what scripts/generate-sha384.ts writes", async () => {
    await promisify(execFile)("node", ["scripts/generate-sha384.ts", "--check"], { cwd: ROOT });
  });
});
