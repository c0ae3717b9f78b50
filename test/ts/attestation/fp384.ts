import { randomBytes, randomInt } from "node:crypto";
import { expect } from "chai";
import { invert, mod, P } from "../../../sdk/dist/attestation/p384/curve.js";
import { fastChain } from "./utils/anvil.ts";
import { numberOf } from "./utils/signatures.ts";

const NIGHTLY = process.env.FREEHOLD_NIGHTLY === "1";
const ROUNDS = NIGHTLY ? 2_000 : 20;
const BATCH = 1_000;
/** What the library's comments promise: bounds of tidy elements, of factors, and of what can be made tidy. */
const [TIDY, FACTOR, LOOSE] = [(1n << 384n) + (1n << 263n), 1n << 387n, 1n << 392n];
const PRODUCT = P + (1n << 262n);
const BY_R = invert(1n << 512n, P);

interface Kind {
  readonly name: string;
  readonly bounds: readonly [bigint, bigint];
  /** Whether a result is right. */
  right(result: bigint, a: bigint, b: bigint): boolean;
}

const KINDS: readonly Kind[] = [
  {
    name: "product",
    bounds: [FACTOR, FACTOR],
    right: (v, a, b) => v < PRODUCT && mod(v - a * b * BY_R, P) === 0n,
  },
  { name: "squared", bounds: [FACTOR, 1n], right: (v, a) => v < PRODUCT && mod(v - a * a * BY_R, P) === 0n },
  { name: "tidy", bounds: [LOOSE, 1n], right: (v, a) => v < TIDY && mod(v - a, P) === 0n },
  { name: "plus", bounds: [FACTOR, FACTOR], right: (v, a, b) => v === a + b },
  { name: "minus", bounds: [FACTOR, TIDY], right: (v, a, b) => v === a - b + 2n * P },
  { name: "minusTwice", bounds: [FACTOR, TIDY], right: (v, a, b) => v === a - 2n * b + 4n * P },
  { name: "isMultiple", bounds: [LOOSE, 1n], right: (v, a) => a === 0n || (v === 1n) === (a % P === 0n) },
  { name: "maybeZero", bounds: [LOOSE, 1n], right: (v, a) => v === 1n || a % P !== 0n },
  { name: "timesPower", bounds: [FACTOR, 1n], right: (v, a) => v === 8n * a },
];

const word = (value: bigint) => Buffer.from(value.toString(16).padStart(128, "0"), "hex");

/** A number below a bound: of any length, and often one where something carries. */
function numberBelow(bound: bigint): bigint {
  const kind = randomInt(4);
  const random = numberOf(randomBytes(50));
  if (kind === 0) return random % bound;
  if (kind === 1) return (random >> BigInt(randomInt(390))) % bound;
  const bases = [0n, P, 1n << 128n, 1n << 256n, 1n << 384n, TIDY, bound, P * BigInt(randomInt(256))];
  const near = bases[randomInt(bases.length)]! + BigInt(randomInt(-3, 4));
  if (kind === 2) return mod(near, bound);
  // Words of zeros and ones.
  const half = (bits: number) => [0n, 1n, (1n << BigInt(bits)) - 1n, 1n << BigInt(bits - 1)][randomInt(4)]!;
  return mod((half(131) << 256n) + half(256), bound);
}

describe("Fp384: the field of P-384", function () {
  this.timeout(NIGHTLY ? 3_600_000 : 600_000);

  let chain: Awaited<ReturnType<typeof fastChain>>;
  before(async () => {
    chain = await fastChain();
  });
  after(() => chain.close());

  it(`agrees with big integers, and keeps its bounds (${ROUNDS * BATCH} operations)`, async () => {
    const harness = await chain.connection.ethers.deployContract("Fp384Harness");
    for (let round = 0; round < ROUNDS; round++) {
      const asked = Array.from({ length: BATCH }, (_, i) => {
        const kind = i % KINDS.length;
        const [a, b] = KINDS[kind]!.bounds.map(numberBelow);
        return { kind, a: a!, b: b! };
      });
      const packed = asked.map(({ kind, a, b }) => Buffer.concat([Uint8Array.of(kind), word(a), word(b)]));
      const results = Buffer.from((await harness.getFunction("run")(Buffer.concat(packed))).slice(2), "hex");
      for (const [i, { kind, a, b }] of asked.entries()) {
        const { name, right } = KINDS[kind]!;
        const result = numberOf(results.subarray(64 * i, 64 * i + 64));
        if (!right(result, a, b)) expect.fail(`${name}(${a.toString(16)}, ${b.toString(16)}) = ${result.toString(16)}`);
      }
    }
  });
});
