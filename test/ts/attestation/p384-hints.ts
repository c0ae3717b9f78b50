import { randomBytes } from "node:crypto";
import { p384 } from "@noble/curves/nist.js";
import { expect } from "chai";
import { P384Error, type P384Signature, p384Hints, p384Input } from "../../../sdk/dist/attestation/index.js";
import { add, G, invert, mod, multiply, P, type Point, slopeOf } from "../../../sdk/dist/attestation/p384/curve.js";
import { encodeDigits } from "../../../sdk/dist/attestation/p384/steps.js";
import { doubled192, offsetPoint } from "../../../sdk/dist/attestation/p384/table.js";
import { fastChain } from "./utils/anvil.ts";
import { deployP384 } from "./utils/crypto.ts";
import { forgeHints, planOf } from "./utils/forger.ts";
import { harmless, mutations, SLOPES, type Variant, variant } from "./utils/mutations.ts";
import { bytes48, numberOf, ORDER, sha384 } from "./utils/signatures.ts";

const NIGHTLY = process.env.FREEHOLD_NIGHTLY === "1";
/** Variants of hints of right signatures, and of wrong ones. */
const RIGHT = NIGHTLY ? 50_000 : 2_000;
const WRONG = NIGHTLY ? 98_000 : 2_800;
const BATCH = 200;
const [REFUSED, ACCEPTED, REVERTED] = ["00", "01", "02"];

describe("P-384: hints of an adversary", function () {
  this.timeout(NIGHTLY ? 3_600_000 : 300_000);

  let chain: Awaited<ReturnType<typeof fastChain>>;
  let contract: Awaited<ReturnType<typeof deployP384>>;
  let ask: (signature: P384Signature, hints: Uint8Array, variants: readonly Variant[]) => Promise<string[]>;
  before(async () => {
    chain = await fastChain();
    contract = await deployP384(chain.connection as Parameters<typeof deployP384>[0]);
    const prober = await chain.connection.ethers.deployContract("P384Prober");
    ask = async (signature, hints, variants) => {
      const outcomes: string[] = [];
      for (let i = 0; i < variants.length; i += BATCH) {
        const packed = Buffer.concat(variants.slice(i, i + BATCH).map(({ bytes }) => bytes));
        const got: string = await prober.getFunction("probe")(contract, p384Input(signature), hints, packed);
        outcomes.push(...(got.slice(2).match(/../g) ?? []));
      }
      return outcomes;
    };
  });
  after(() => chain.close());

  const one = async (signature: P384Signature, hints: Uint8Array) =>
    (await ask(signature, hints, [variant("none", hints.length)]))[0];

  function signed(): P384Signature {
    const key = p384.utils.randomSecretKey();
    const digest = randomBytes(48);
    const raw = p384.sign(digest, key, { prehash: false, lowS: false });
    const point = p384.getPublicKey(key, false);
    return { digest, r: raw.subarray(0, 48), s: raw.subarray(48), x: point.subarray(1, 49), y: point.subarray(49) };
  }

  /** Another digest, or another S: R stays on the curve, so that everything but the sum can be right. */
  function wrong(round: number): P384Signature {
    const right = signed();
    return round % 2 === 0
      ? { ...right, digest: sha384(right.digest) }
      : { ...right, s: bytes48(1n + (numberOf(randomBytes(48)) % (ORDER - 1n))) };
  }

  it(`no change of the hints of a right signature matters, unless it names the same number (${RIGHT})`, async () => {
    const rounds = 8;
    const seen = new Set<string>();
    for (let round = 0; round < rounds; round++) {
      const signature = signed();
      const hints = p384Hints(signature);
      const variants = mutations(hints, p384Hints(signed()), RIGHT / rounds);
      const outcomes = await ask(signature, hints, variants);
      expect(outcomes).to.have.length(RIGHT / rounds);
      expect(await one(signature, hints), "the hints as they are").to.equal(ACCEPTED);
      for (const [i, outcome] of outcomes.entries()) {
        const { what } = variants[i]!;
        seen.add(`${what} ${outcome}`);
        if (outcome === ACCEPTED) expect(harmless(hints, variants[i]!), what).to.equal(true);
      }
    }
    expect([...seen].filter((name) => name.endsWith(REVERTED!))).to.have.length.greaterThan(10);
  });

  it(`no change of forged hints makes a wrong signature pass (${WRONG})`, async () => {
    const rounds = 14;
    const outcomes = { [REFUSED!]: 0, [ACCEPTED!]: 0, [REVERTED!]: 0 };
    for (let round = 0; round < rounds; round++) {
      const signature = wrong(round);
      const forged = forgeHints(signature);
      // Every single check holds, but for the last: it is refused and does not revert.
      expect(await one(signature, forged)).to.equal(REFUSED);
      const variants = mutations(forged, p384Hints(signed()), WRONG / rounds);
      for (const outcome of await ask(signature, forged, variants)) outcomes[outcome]!++;
    }
    expect(outcomes[ACCEPTED!]).to.equal(0);
    expect(outcomes[REFUSED!]! + outcomes[REVERTED!]!).to.equal(WRONG);
  });

  it("a wrong slope at any step, right ones before and behind it, is noticed", async () => {
    const signature = wrong(0);
    const steps = (forgeHints(signature).length - SLOPES) / 48;
    for (let step = 0; step < steps; step += NIGHTLY ? 1 : 5) {
      const slope = mod(numberOf(randomBytes(48)), P);
      const forged = forgeHints(signature, (a, b, i) => (i === step ? slope : slopeOf(a, b)));
      expect(await one(signature, forged), `step ${step}`).to.equal(REVERTED);
    }
  });

  it("a last slope by which the sum ends at the right x is noticed", async () => {
    const end = doubled192(offsetPoint());
    let tried = 0;
    for (let round = 0; round < 12; round++) {
      const signature = wrong(round);
      const last = (forgeHints(signature).length - SLOPES) / 48 - 1;
      let found = false;
      const forged = forgeHints(signature, (a, b, step) => {
        if (step !== last) return slopeOf(a, b);
        const square = mod(end.x + a.x + b.x, P);
        const root = p384.Point.Fp.pow(square, (P + 1n) / 4n);
        found = mod(root * root, P) === square;
        return found ? root : slopeOf(a, b);
      });
      if (!found) continue;
      tried++;
      expect(await one(signature, forged)).to.equal(REVERTED);
    }
    expect(tried).to.be.greaterThan(0);
  });

  it("a key by which the sum meets its own addend: no slope is taken, and it verifies without hints", async () => {
    const signature = meeting();
    expect(() => p384Hints(signature))
      .to.throw(P384Error)
      .with.property("code", "UNLUCKY");
    expect(await contract.getFunction("verify")(p384Input(signature), new Uint8Array())).to.equal(true);
    // The tangent is the right slope there, and any other satisfies l (x2 - x1) = y2 - y1 as well.
    for (const slope of [undefined, 0n, 1n, mod(numberOf(randomBytes(48)), P)]) {
      const forged = forgeHints(
        signature,
        (a, b) => (a.x === b.x && slope !== undefined ? slope : tangent(a, b)),
        true,
      );
      expect(await one(signature, forged)).to.equal(REVERTED);
    }
  });

  const tangent = (a: Point, b: Point) => slopeOf(a, b);

  /** A right signature of a key that nobody knows, chosen so that the first addition of the sum meets its addend. */
  function meeting(): P384Signature {
    for (;;) {
      const u2 = mod(numberOf(randomBytes(48)), ORDER - 1n) + 1n;
      const { a, b, isNegative } = planOf(u2);
      const digits = encodeDigits(a, b);
      const first = digits.findIndex((digit) => digit !== 0);
      const doublings = first / 2;
      // Digits of a stand at even places; behind the fourth doubling multiples of G have come in.
      if (first % 2 !== 0 || doublings > 4) continue;
      const code = digits[first]! - 16;
      const digit = BigInt(2 * (code & 7) + 1) * (code & 8 ? -1n : 1n);
      const factor = mod((1n << BigInt(doublings)) * invert(mod(digit * (isNegative ? -1n : 1n), ORDER), ORDER), ORDER);
      const key = multiply(factor, offsetPoint());
      const u1 = mod(numberOf(randomBytes(48)), ORDER - 1n) + 1n;
      const r = mod(add(multiply(u1, G), multiply(u2, key)).x, ORDER);
      const s = mod(r * invert(u2, ORDER), ORDER);
      const [digest, x, y] = [mod(u1 * s, ORDER), key.x, key.y].map(bytes48);
      return { digest: digest!, r: bytes48(r), s: bytes48(s), x: x!, y: y! };
    }
  }
});
