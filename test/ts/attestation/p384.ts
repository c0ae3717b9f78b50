import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { p384 } from "@noble/curves/nist.js";
import { expect } from "chai";
import { concat, getBytes, hexlify, toBeHex } from "ethers";
import { network } from "hardhat";
import { P384Error, type P384Signature, p384Hints, p384Input, p384Table } from "../../../sdk/dist/attestation/index.js";
import { hintsFor } from "../../../sdk/dist/attestation/p384/hints.js";
import { deployP384 } from "./utils/crypto.ts";
import { haveVectors, VECTORS, vector } from "./utils/vectors.ts";

const NIGHTLY = process.env.FREEHOLD_NIGHTLY === "1";
/** Bytes of hints before the slopes: see P384. */
const HEAD = 48 + 24 + 1 + 48 + 2 * 193;
const SLOPE = 48;
const P = p384.Point.Fp.ORDER;
const N = p384.Point.Fn.ORDER;

const bytes = (value: bigint) => Uint8Array.from(Buffer.from(value.toString(16).padStart(96, "0"), "hex"));
const number = (data: Uint8Array) => BigInt(hexlify(data));
const sha384 = (data: Uint8Array) => Uint8Array.from(createHash("sha384").update(data).digest());

/** Numbers that are the same each time. */
function numbers(seed: string) {
  let count = 0;
  return (limit: number) => {
    const digest = createHash("sha256").update(`${seed} ${count++}`).digest();
    return digest.readUInt32BE(0) % limit;
  };
}

function signed(seed: string): P384Signature {
  const secretKey = bytes((number(sha384(Buffer.from(`key ${seed}`))) % (N - 1n)) + 1n);
  const digest = sha384(Buffer.from(`message ${seed}`));
  const signature = p384.sign(digest, secretKey, { prehash: false, lowS: false });
  const key = p384.getPublicKey(secretKey, false);
  const [r, s, x, y] = [signature.slice(0, 48), signature.slice(48), key.slice(1, 49), key.slice(49)];
  return { digest, r, s, x, y };
}

describe("attestation: P-384", function () {
  this.timeout(600_000);
  let connection: Awaited<ReturnType<typeof network.create>>;
  let contract: Awaited<ReturnType<typeof deployP384>>;

  before(async () => {
    connection = await network.create({ network: "local", override: { hardfork: "osaka" } });
    contract = await deployP384(connection);
  });
  after(() => connection.close());

  /** What the contract says: true, false, or the name of its error. */
  const verify = async (input: Uint8Array, hints: Uint8Array | string): Promise<boolean | string> => {
    try {
      return (await contract.getFunction("verify").staticCall(input, hints)) as boolean;
    } catch (error) {
      const { data } = error as { data?: string };
      return (data && contract.interface.parseError(data)?.name) || String(error);
    }
  };
  const hintsOf = (signature: P384Signature) => {
    try {
      return p384Hints(signature);
    } catch (error) {
      if (error instanceof P384Error && error.code === "INVALID_SIGNATURE") return undefined;
      throw error;
    }
  };

  it("reads a table whose hash it pins, and which the curve gives", async () => {
    const table = p384Table();
    expect(table).to.have.length(24_481);
    for (const [index, i, j] of [
      [1, 1n, 0n],
      [16, 0n, 1n],
      [255, 15n, 15n],
      [0x37, 7n, 3n],
    ] as const) {
      const point = p384.Point.BASE.multiply((i + (j << 192n)) % N).toAffine();
      const at = 1 + 96 * (index - 1);
      expect(number(table.subarray(at, at + 48))).to.equal((point.x << 384n) % P);
      expect(number(table.subarray(at + 48, at + 96))).to.equal((point.y << 384n) % P);
    }
    const plain = await contract.getFunction("PLAIN").staticCall();
    await expect(connection.ethers.deployContract("P384", [plain, plain])).to.be.revertedWithCustomError(
      contract,
      "P384_WrongTable",
    );
    const other = await connection.ethers.getContractFactory("P384Plain");
    await expect(other.deploy(plain)).to.be.revertedWithCustomError(other, "P384Plain_WrongTable");
  });

  describe("Wycheproof, ecdsa_secp384r1_sha384_p1363", () => {
    interface Group {
      publicKey: { wx: string; wy: string };
      tests: { tcId: number; msg: string; sig: string; result: string }[];
    }
    const coordinate = (hex: string) => bytes(BigInt(`0x${hex}`));

    it("every case, with hints and without", async function () {
      if (!haveVectors) this.skip();
      const file = vector("wycheproof", "ecdsa_secp384r1_sha384_p1363_test.json").toString();
      const { testGroups } = JSON.parse(file) as { testGroups: Group[] };
      const count = { cases: 0, fixed: 0, hinted: 0 };
      for (const { publicKey, tests } of testGroups) {
        const [x, y] = [coordinate(publicKey.wx), coordinate(publicKey.wy)];
        for (const { tcId, msg, sig, result } of tests) {
          count.cases++;
          const raw = Uint8Array.from(Buffer.from(sig, "hex"));
          const [r, s] = [raw.slice(0, raw.length / 2), raw.slice(raw.length / 2)];
          const signature = { digest: sha384(Buffer.from(msg, "hex")), r, s, x, y };
          if (raw.length !== 96) {
            // Other lengths are no input at all.
            expect(() => p384Input(signature), `case ${tcId}`).to.throw(P384Error);
            expect(result, `case ${tcId}`).not.to.equal("valid");
            continue;
          }
          count.fixed++;
          const input = p384Input(signature);
          expect(await verify(input, "0x"), `case ${tcId} without hints`).to.equal(result === "valid");
          const hints = hintsOf(signature);
          expect(hints !== undefined, `case ${tcId}`).to.equal(result === "valid");
          if (hints === undefined) continue;
          count.hinted++;
          expect(await verify(input, hints), `case ${tcId} with hints`).to.equal(true);
        }
      }
      expect(count).to.deep.equal({ cases: 280, fixed: 261, hinted: 193 });
    });
  });

  it("accepts the certificates of AWS, with hints and without, high S among them", async function () {
    if (!haveVectors) this.skip();
    const folder = join(VECTORS, "nitro", "chain-2026-04");
    let high = 0;
    const chain = readdirSync(folder)
      .sort()
      .map((name) => vector("nitro", "chain-2026-04", name));
    const reader = await connection.ethers.deployContract("DerHarness");
    const readings = await Promise.all(chain.map((der) => reader.getFunction("certificate").staticCall(der, 1)));
    for (const [i, { tbs, signature }] of readings.entries()) {
      const { publicKey } = readings[Math.max(0, i - 1)]!;
      const numbers = getBytes((await reader.getFunction("signature384").staticCall(signature)) as string);
      const key = getBytes(publicKey as string);
      const [r, s] = [numbers.slice(0, 48), numbers.slice(48)];
      if (number(s) > N / 2n) high++;
      const parts = { digest: sha384(getBytes(tbs as string)), r, s, x: key.slice(0, 48), y: key.slice(48) };
      expect(await verify(p384Input(parts), "0x")).to.equal(true);
      expect(await verify(p384Input(parts), p384Hints(parts))).to.equal(true);
    }
    expect(high).to.be.greaterThan(0);
  });

  it("agrees with the kept library over random signatures, right and wrong", async () => {
    for (let i = 0; i < (NIGHTLY ? 300 : 12); i++) {
      const right = signed(`${i}`);
      const hints = p384Hints(right);
      const mirrored = { ...right, s: bytes(N - number(right.s)) };
      expect(await verify(p384Input(right), hints)).to.equal(true);
      expect(await verify(p384Input(mirrored), p384Hints(mirrored)), "n - s").to.equal(true);
      const field = (["digest", "r", "s", "x", "y"] as const)[i % 5]!;
      const wrong = { ...right, [field]: right[field].map((byte, at) => (at === i ? byte ^ 1 : byte)) };
      expect(hintsOf(wrong)).to.equal(undefined);
      expect(await verify(p384Input(wrong), "0x"), field).to.equal(false);
      expect(await verify(p384Input(wrong), hints), field).not.to.equal(true);
    }
  });

  it("refuses numbers out of range and points off the curve, on both paths", async () => {
    const right = signed("range");
    const hints = p384Hints(right);
    const y = number(right.y);
    const bad: Partial<P384Signature>[] = [
      ...[0n, N, (1n << 384n) - 1n].flatMap((value) => [{ r: bytes(value) }, { s: bytes(value) }]),
      { x: bytes(P), y: bytes(0n) },
      { x: bytes(0n), y: bytes(0n) },
      { y: bytes(P - y) },
      ...(y + P < 1n << 384n ? [{ y: bytes(y + P) }] : []),
    ];
    for (const part of bad) {
      const input = p384Input({ ...right, ...part });
      expect(await verify(input, "0x")).to.equal(false);
      expect(await verify(input, hints)).not.to.equal(true);
    }
    expect(await verify(p384Input(right).subarray(1), "0x")).to.equal(false);
    expect(await verify(p384Input(right).subarray(1), hints)).to.equal(false);
  });

  describe("with hostile hints", () => {
    const wrong = { ...signed("hostile"), digest: sha384(Buffer.from("what nobody signed")) };
    const right = signed("hostile");
    const good = p384Hints(right);
    const input = p384Input(right);
    const foreign = p384Hints(signed("another"));

    /** Hints for a signature that is wrong, of which every step is right and only the end is not: the strongest there are. */
    const consistent = (() => {
      const point = (of: P384Signature) => ({ x: number(of.x), y: number(of.y) });
      const [h, r, s] = [number(wrong.digest), number(wrong.r), number(wrong.s)];
      const w = p384.Point.Fn.inv(s);
      const x = p384.Point.fromBytes(Uint8Array.of(2, ...wrong.r)).toAffine();
      return hintsFor(point(wrong), x, r, w, (h * w) % N, (r * w) % N);
    })();

    /** A change as P384Prober takes it; `reach` slopes from the first one on. */
    const change = (i: number, random: (limit: number) => number, reach: number): string => {
      const slope = HEAD + SLOPE * random(reach);
      const at = toBeHex(slope, 2);
      const any = toBeHex(HEAD + SLOPE * random(reach), 2);
      const bit = toBeHex(1 << random(8), 2);
      return [
        () => concat([toBeHex(random(HEAD), 2), "0x00", bit]),
        () => concat([toBeHex(slope + random(SLOPE), 2), "0x00", bit]),
        () => concat([at, "0x30", "0xffff"]),
        () => concat([at, "0x30", any]),
        () => concat([toBeHex(48 + 24 + 1 + 48 + random(2 * 193), 2), "0x00", toBeHex(random(32), 2)]),
      ][i % 5]!();
    };

    it("never accepts a wrong signature by hints whose every step is right but the last", async () => {
      expect(consistent.isRight).to.equal(false);
      expect(await verify(p384Input(wrong), consistent.hints)).to.equal(false);
    });

    it("never accepts a wrong signature: changes of such hints (50,000 nightly)", async () => {
      const random = numbers("wrong");
      const harness = await connection.ethers.deployContract("P384Prober", [contract]);
      const { hints } = consistent;
      const slopes = (hints.length - HEAD) / SLOPE;
      const probe = (changes: string[]) =>
        harness
          .getFunction("countAccepted")
          .staticCall(p384Input(wrong), hints, concat(changes), { gasLimit: 16_777_216n });
      let accepted = 0n;
      const total = NIGHTLY ? 50_000 : 2_000;
      let count = 0;
      while (count < total) {
        // A change ends the check where it stands: most stand early, so that there can be many; every tenth call has them anywhere.
        const isAnywhere = (count / 50) % 20 === 0;
        const changes = Array.from({ length: 50 }, (_, k) => change(count + k, random, isAnywhere ? slopes : 4));
        const step = isAnywhere ? 5 : 25;
        for (let k = 0; k < 50; k += step) accepted += (await probe(changes.slice(k, k + step))) as bigint;
        count += 50;
      }
      expect(count).to.equal(total);
      expect(accepted).to.equal(0n);
    });

    it("says of a right signature that it is right, or reverts: hints that were changed", async () => {
      const random = numbers("right");
      const outcomes = new Set<boolean | string>();
      for (let i = 0; i < (NIGHTLY ? 2_000 : 40); i++) {
        const hints = good.slice();
        const at = random(hints.length);
        hints[at]! ^= 1 << random(8);
        outcomes.add(await verify(input, i % 4 === 3 ? hints.slice(0, at + 1) : hints));
      }
      for (const outcome of outcomes) expect(outcome).to.be.oneOf([false, "P384_WrongHint"]);
      for (const i of [HEAD - 1, HEAD, good.length - 1]) {
        expect(await verify(input, good.slice(0, i))).to.equal("P384_WrongHint");
      }
      expect(await verify(input, Uint8Array.of(...good, 0))).to.equal("P384_WrongHint");
      expect(await verify(input, foreign)).to.equal("P384_WrongHint");
    });

    it("does not accept a wrong signature by the hints of the right one, nor by no scalar at all", async () => {
      const wrongInput = p384Input(wrong);
      expect(await verify(wrongInput, good)).not.to.equal(true);
      // b = 0 would make every signature right.
      const zero = good.slice();
      zero.fill(0, 48, 72);
      expect(await verify(wrongInput, zero)).to.equal("P384_WrongHint");
      expect(await verify(wrongInput, zero.slice(0, HEAD))).to.equal("P384_WrongHint");
    });

    it("gives hints for nothing that is not signed", () => {
      expect(() => p384Hints(wrong))
        .to.throw(P384Error)
        .with.property("code", "INVALID_SIGNATURE");
    });
  });
});
