import { createHash } from "node:crypto";
import { expect } from "chai";
import { genuine } from "../utils/vectors.ts";
import { deployDcap, type FrozenChain, frozenChain, loadBundle } from "./utils/dcap.ts";
import { intelCa, newKey, signRaw } from "./utils/intel-ca.ts";
import { probeAll } from "./utils/probe.ts";
import { NOW, refusal } from "./utils/scenario.ts";
import { syntheticBundle } from "./utils/synthetic.ts";

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
      const text = genuine(this, "wycheproof/ecdsa_secp256r1_sha256_p1363_test.json");
      const file = JSON.parse(new TextDecoder().decode(text)) as Wycheproof;
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
    const old = await frozenChain(NOW, "cancun");
    for (const [ethers, expected] of [
      [chain.ethers, true],
      [old.ethers, false],
    ] as const) {
      const harness = await ethers.deployContract("DcapHarness");
      expect(await harness.getFunction("hasPrecompile")()).to.equal(expected);
    }
    await old.connection.close();
  });

  it("a quote is verified where there is no precompile, all of its chain in Solidity", async () => {
    const ca = intelCa(NOW);
    const old = await frozenChain(NOW, "cancun");
    const dcap = await deployDcap(old, ca.root.der);
    expect(await dcap.collateral.getFunction("NATIVE_P256")()).to.equal(false);
    const { quote, ...bundle } = syntheticBundle(ca);
    const { aux } = await loadBundle(dcap, { quote, ...bundle });
    const verify = (bytes: Uint8Array) => dcap.verifier.getFunction("verify").staticCall(bytes, aux);
    expect((await verify(quote)).tcbStatus).to.equal(0n);
    const changed = Buffer.from(quote);
    changed[100]! ^= 1;
    expect(await refusal(dcap, verify(changed))).to.equal("DcapVerifier_BadQuoteSignature");
    await old.connection.close();
  });
});
