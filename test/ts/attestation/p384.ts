import { randomBytes } from "node:crypto";
import { p384 } from "@noble/curves/nist.js";
import { expect } from "chai";
import { keccak256 } from "ethers";
import { P384Error, type P384Signature, p384Hints, p384Input, p384Table } from "../../../sdk/dist/attestation/index.js";
import { readVector, vectorsOf } from "../utils/vectors.ts";
import { fastChain } from "./utils/anvil.ts";
import { deployP384 } from "./utils/crypto.ts";
import { bytes48, nitroSignatures, numberOf, ORDER, sha384 } from "./utils/signatures.ts";

const NONE = new Uint8Array();
const NIGHTLY = process.env.FREEHOLD_NIGHTLY === "1";

interface Wycheproof {
  readonly testGroups: readonly {
    readonly publicKey: { readonly uncompressed: string };
    readonly tests: readonly {
      readonly tcId: number;
      readonly msg: string;
      readonly sig: string;
      readonly result: string;
    }[];
  }[];
}

const hex = (text: string) => Buffer.from(text, "hex");

describe("P-384", function () {
  this.timeout(240_000);

  let chain: Awaited<ReturnType<typeof fastChain>>;
  let contract: Awaited<ReturnType<typeof deployP384>>;
  before(async () => {
    chain = await fastChain();
    contract = await deployP384(chain.connection);
  });
  after(() => chain.close());

  /** What both ways say. Where the SDK has no hints, those of a valid signature stand for an attacker's. */
  async function judge(signature: P384Signature, others: Uint8Array): Promise<{ plain: boolean; hinted: boolean }> {
    const input = p384Input(signature);
    let hints = others;
    try {
      hints = p384Hints(signature);
    } catch (error) {
      if (!(error instanceof P384Error) || error.code !== "INVALID_SIGNATURE") throw error;
    }
    const plain = await contract.getFunction("verify")(input, NONE);
    // Wrong hints may revert.
    const hinted = await contract
      .getFunction("verify")(input, hints)
      .catch((error: unknown) => {
        if (hints === others) return false;
        throw error;
      });
    return { plain, hinted };
  }

  function signed(message: Uint8Array, secret = randomBytes(48)): P384Signature {
    const key = p384.utils.isValidSecretKey(secret) ? secret : p384.utils.randomSecretKey();
    const digest = sha384(message);
    const raw = p384.sign(digest, key, { prehash: false, lowS: false });
    const point = p384.getPublicKey(key, false);
    return {
      digest,
      r: raw.subarray(0, 48),
      s: raw.subarray(48),
      x: point.subarray(1, 49),
      y: point.subarray(49),
    };
  }

  const nobleSays = ({ digest, r, s, x, y }: P384Signature): boolean => {
    try {
      const key = Buffer.concat([Uint8Array.of(4), x, y]);
      return p384.verify(Buffer.concat([r, s]), digest, key, { prehash: false, lowS: false });
    } catch {
      return false;
    }
  };

  it("judges every case of Wycheproof (p1363) as it should, with hints and without", async function () {
    const file = readVector("wycheproof/ecdsa_secp384r1_sha384_p1363_test.json");
    if (file === undefined) return this.skip();
    const others = p384Hints(signed(NONE));
    let judged = 0;
    let refused = 0;
    for (const { publicKey, tests } of (JSON.parse(file.toString()) as Wycheproof).testGroups) {
      const point = hex(publicKey.uncompressed);
      for (const { tcId, msg, sig, result } of tests) {
        const raw = hex(sig);
        const half = raw.length / 2;
        const parts = { digest: sha384(hex(msg)), x: point.subarray(1, 49), y: point.subarray(49) };
        const signature = { ...parts, r: raw.subarray(0, half), s: raw.subarray(half) };
        if (raw.length !== 96) {
          expect(() => p384Input(signature), `${tcId}`)
            .to.throw(P384Error)
            .with.property("code", "BAD_INPUT");
          expect(result).to.equal("invalid");
          refused++;
          continue;
        }
        const valid = result === "valid";
        expect(await judge(signature, others), `${tcId}`).to.deep.equal({ plain: valid, hinted: valid });
        judged++;
      }
    }
    expect({ judged, refused }).to.deep.equal({ judged: 261, refused: 19 });
  });

  it("accepts every genuine signature of AWS Nitro, and not for another digest", async function () {
    const all = nitroSignatures(vectorsOf("nitro") ?? this.skip());
    expect(all.length).to.be.greaterThan(20);
    const high = all.filter(({ s }) => numberOf(s) > ORDER / 2n).length;
    // Half of them have a high S: whoever refuses those refuses genuine documents.
    expect(high).to.be.greaterThan(5);
    for (const one of all) {
      expect(nobleSays(one), one.name).to.equal(true);
      expect(await judge(one, NONE), one.name).to.deep.equal({ plain: true, hinted: true });
      const wrong = { ...one, digest: sha384(one.digest) };
      expect(await judge(wrong, p384Hints(one)), one.name).to.deep.equal({ plain: false, hinted: false });
    }
  });

  it("accepts both S and n - S", async () => {
    const one = signed(Buffer.from("high or low"));
    const other = { ...one, s: bytes48(ORDER - numberOf(one.s)) };
    for (const signature of [one, other]) {
      expect(await judge(signature, NONE)).to.deep.equal({ plain: true, hinted: true });
    }
  });

  it("agrees with a kept library on signatures, and on what comes of changing them", async () => {
    for (let round = 0; round < (NIGHTLY ? 200 : 8); round++) {
      const one = signed(randomBytes(round * 7));
      const hints = p384Hints(one);
      expect(await judge(one, NONE)).to.deep.equal({ plain: true, hinted: true });
      for (const part of ["digest", "r", "s", "x", "y"] as const) {
        const changed = Uint8Array.from(one[part]);
        changed[round % 48]! ^= 1 << (round % 8);
        const other = { ...one, [part]: changed };
        const valid = nobleSays(other);
        expect(await judge(other, hints), part).to.deep.equal({ plain: valid, hinted: valid });
      }
    }
  });

  it("agrees with a kept library on extreme keys and digests", async () => {
    const one = 1n;
    for (const secret of [one, 2n, 3n, ORDER - 1n, ORDER - 2n, 1n << 192n, (1n << 192n) - 1n]) {
      const key = bytes48(secret);
      for (const digest of [0n, one, ORDER - 1n, ORDER, ORDER + 1n, (1n << 384n) - 1n].map(bytes48)) {
        const raw = p384.sign(digest, key, { prehash: false, lowS: false });
        const point = p384.getPublicKey(key, false);
        const [r, s] = [raw.subarray(0, 48), raw.subarray(48)];
        const signature = { digest, r, s, x: point.subarray(1, 49), y: point.subarray(49) };
        expect(nobleSays(signature)).to.equal(true);
        expect(await judge(signature, NONE), `${secret} ${numberOf(digest)}`).to.deep.equal({
          plain: true,
          hinted: true,
        });
      }
    }
  });

  it("refuses numbers out of range and points off the curve, whatever the hints", async () => {
    const one = signed(Buffer.from("range"));
    const hints = p384Hints(one);
    const field = p384.Point.Fp.ORDER;
    const wrong: Partial<P384Signature>[] = [
      ...[0n, ORDER, ORDER + numberOf(one.r), (1n << 384n) - 1n].map((r) => ({ r: bytes48(r % (1n << 384n)) })),
      ...[0n, ORDER, (1n << 384n) - 1n].map((s) => ({ s: bytes48(s) })),
      ...[0n, field, field + 1n, (1n << 384n) - 1n].flatMap((v) => [{ x: bytes48(v) }, { y: bytes48(v) }]),
      { x: bytes48(0n), y: bytes48(0n) },
    ];
    for (const change of wrong) {
      expect(await judge({ ...one, ...change }, hints)).to.deep.equal({ plain: false, hinted: false });
    }
    const short = p384Input(one).subarray(1);
    for (const h of [NONE, hints]) expect(await contract.getFunction("verify")(short, h)).to.equal(false);
  });

  it("has no hints for a wrong signature", () => {
    const one = signed(Buffer.from("hints"));
    expect(() => p384Hints({ ...one, digest: sha384(one.digest) }))
      .to.throw(P384Error)
      .with.property("code", "INVALID_SIGNATURE");
    expect(() => p384Hints({ ...one, r: one.r.subarray(1) }))
      .to.throw(P384Error)
      .with.property("code", "BAD_INPUT");
  });

  it("is deployed with the table that the curve gives, and with no other", async () => {
    const { ethers } = chain.connection;
    const table = await contract.getFunction("TABLE")();
    const plain = await contract.getFunction("PLAIN")();
    expect(await ethers.provider.getCode(table)).to.equal(`0x${Buffer.from(p384Table()).toString("hex")}`);
    for (const [name, args] of [
      ["P384", [plain, plain]],
      ["P384Plain", [plain]],
    ] as const) {
      const hash = keccak256(await ethers.provider.getCode(plain));
      const factory = await ethers.getContractFactory(name);
      await expect(factory.deploy(...args))
        .to.be.revertedWithCustomError(factory, `${name}_WrongTable`)
        .withArgs(hash);
    }
  });
});
