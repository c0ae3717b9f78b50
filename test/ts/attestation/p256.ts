import { createHash } from "node:crypto";
import { expect } from "chai";
import { type FrozenChain, frozenChain } from "./utils/dcap.ts";
import { newKey, signRaw } from "./utils/intel-ca.ts";
import { probeAll } from "./utils/probe.ts";
import { haveVectors, vector } from "./utils/vectors.ts";

const NOW = 1_760_000_000;
const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

interface Wycheproof {
  readonly numberOfTests: number;
  readonly testGroups: readonly {
    readonly publicKey: { readonly uncompressed: string };
    readonly tests: readonly { tcId: number; comment: string; msg: string; sig: string; result: string }[];
  }[];
}

const number = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
const sha256 = (message: Uint8Array) => `0x${createHash("sha256").update(message).digest("hex")}`;

describe("attestation: signatures on P-256", function () {
  this.timeout(240_000);
  let chain: FrozenChain;

  before(async () => {
    chain = await frozenChain(NOW);
  });
  after(() => chain.connection.close());

  for (const native of [true, false]) {
    it(`all of Wycheproof, ${native ? "by the precompile" : "in Solidity"}`, async function () {
      if (!haveVectors) this.skip();
      const file = JSON.parse(
        vector("wycheproof", "ecdsa_secp256r1_sha256_p1363_test.json").toString(),
      ) as Wycheproof;
      const cases = file.testGroups.flatMap(({ publicKey, tests }) =>
        tests.map((test) => ({ ...test, key: Buffer.from(publicKey.uncompressed, "hex") })),
      );
      expect(cases).to.have.length(file.numberOfTests);
      // Signatures of another length never come this far: whoever reads them takes 64 bytes.
      const fixed = cases.filter(({ sig }) => sig.length === 128);
      expect(cases.filter((test) => !fixed.includes(test)).map(({ result }) => result)).to.not.include("valid");
      expect(fixed).to.have.length(241);

      const harness = await chain.ethers.deployContract("DcapHarness");
      const calls = fixed.map(({ msg, sig, key }) => {
        const bytes = Buffer.from(sig, "hex");
        const point = [number(key.subarray(1, 33)), number(key.subarray(33))];
        const numbers = [number(bytes.subarray(0, 32)), number(bytes.subarray(32))];
        return [native, sha256(Buffer.from(msg, "hex")), ...numbers, ...point];
      });
      const answers = await probeAll(chain, harness, "verify", calls, [harness], native ? 100 : 20);
      for (const [index, { tcId, comment, result }] of fixed.entries()) {
        expect(answers[index], `${tcId} ${comment}`).to.deep.equal({ result: [result === "valid"] });
      }
    });

    it(`high S and low S, ${native ? "by the precompile" : "in Solidity"}: and nothing else near them`, async () => {
      const harness = await chain.ethers.deployContract("DcapHarness");
      const key = newKey();
      const message = Buffer.from("a message");
      const signature = signRaw(key, message);
      const [r, s] = [number(signature.subarray(0, 32)), number(signature.subarray(32))];
      const [x, y] = [number(key.point.subarray(0, 32)), number(key.point.subarray(32))];
      const digest = sha256(message);
      const verify = harness.getFunction("verify");
      for (const value of [s, N - s]) expect(await verify(native, digest, r, value, x, y)).to.equal(true);
      for (const [wrongR, wrongS, wrongX, wrongY] of [
        [r, 0n, x, y],
        [0n, s, x, y],
        [r, N, x, y],
        [r, s + 1n, x, y],
        [N - r, s, x, y],
        [r, s, y, x],
        [r, s, 0n, 0n],
        [r, (1n << 256n) - 1n, x, y],
      ] as const) {
        expect(await verify(native, digest, wrongR, wrongS, wrongX, wrongY)).to.equal(false);
      }
    });
  }

  it("the precompile is found where it is, and not where it is not", async () => {
    const { network } = await import("hardhat");
    const old = await network.create({ network: "local", override: { hardfork: "cancun" } });
    for (const [ethers, expected] of [
      [chain.ethers, true],
      [old.ethers, false],
    ] as const) {
      const harness = await ethers.deployContract("DcapHarness");
      expect(await harness.getFunction("hasPrecompile")()).to.equal(expected);
    }
    await old.close();
  });
});
