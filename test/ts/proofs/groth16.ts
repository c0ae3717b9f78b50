import { bn254 } from "@noble/curves/bn254.js";
import { expect } from "chai";
import { keccak256 } from "ethers";
import { network } from "hardhat";
import { concat, type HexString, slice, splice, toBeHex } from "./utils/hex.ts";
import { g1, g2, outsideOfG2, Q, R, scalars, Trapdoor } from "./utils/trapdoor.ts";

const G1 = bn254.G1.Point;
const G2 = bn254.G2.Point;
const INFINITY = `0x${"00".repeat(64)}` as const;
/** Offsets of the parts of a key and of a proof. */
const KEY = { alpha: 0, beta: 64, gamma: 192, delta: 320, ic: 448 };
const PROOF = { a: 0, b: 64, c: 192 };
const RANDOM_CASES = process.env.FREEHOLD_NIGHTLY === "1" ? 20_000 : 400;

describe("proofs: Groth16 verifier", () => {
  let factory: Awaited<ReturnType<typeof make>>["factory"];
  let connection: Awaited<ReturnType<typeof make>>["chain"];
  const trapdoor = new Trapdoor(4);
  const next = scalars("publics");
  const publics = [next(), next(), 3n, next()];
  const proof = trapdoor.prove(publics);
  let verifier: Awaited<ReturnType<typeof deploy>>;

  const make = async (chainId = 31337) => {
    const chain = await network.create({ network: "local", override: { chainId, hardfork: "osaka" } });
    const development = keccak256(slice(new Trapdoor(1, "development").key, 0, 64));
    return { chain, factory: await chain.ethers.deployContract("Groth16Factory", [development]) };
  };
  const deploy = async (key: HexString) => {
    await factory.getFunction("deploy")(key);
    return connection.ethers.getContractAt("Groth16Verifier", await factory.getFunction("verifierOf")(key));
  };

  before(async () => {
    const made = await make();
    connection = made.chain;
    factory = made.factory;
    verifier = await deploy(trapdoor.key);
  });
  after(() => connection.close());

  it("accepts a proof of its statement, and says which key it has", async () => {
    expect(await verifier.getFunction("verify")(publics, proof)).to.equal(true);
    expect(await verifier.getFunction("key")()).to.equal(trapdoor.key);
    expect(await verifier.getFunction("keyHash")()).to.equal(keccak256(trapdoor.key));
    expect(await factory.getFunction("isVerifier")(verifier)).to.equal(true);
  });

  it("accepts what the kept library accepts: the pairing equation holds by @noble/curves", () => {
    const point = (hex: HexString, at: number) =>
      G1.fromAffine({ x: BigInt(slice(hex, at, at + 32)), y: BigInt(slice(hex, at + 32, at + 64)) });
    const twist = (hex: HexString, at: number) => {
      const [x1, x0, y1, y0] = [0, 32, 64, 96].map((skip) => BigInt(slice(hex, at + skip, at + skip + 32)));
      return G2.fromAffine({ x: { c0: x0!, c1: x1! }, y: { c0: y0!, c1: y1! } });
    };
    const { key } = trapdoor;
    const sum = publics.reduce(
      (total, x, i) => total.add(point(key, KEY.ic + 64 * (i + 1)).multiply(x)),
      point(key, KEY.ic),
    );
    const product = bn254.pairingBatch([
      { g1: point(proof, PROOF.a).negate(), g2: twist(proof, PROOF.b) },
      { g1: point(key, KEY.alpha), g2: twist(key, KEY.beta) },
      { g1: sum, g2: twist(key, KEY.gamma) },
      { g1: point(proof, PROOF.c), g2: twist(key, KEY.delta) },
    ]);
    expect(bn254.fields.Fp12.eql(product, bn254.fields.Fp12.ONE)).to.equal(true);
  });

  describe("refuses", () => {
    it("a statement with any other public input", async () => {
      for (const i of publics.keys()) {
        const other = publics.with(i, publics[i]! + 1n);
        expect(await verifier.getFunction("verify")(other, proof), `${i}`).to.equal(false);
      }
    });

    it("an aliased public input: x + R has the same proof", async () => {
      const small = publics.with(2, 3n + R);
      expect(await verifier.getFunction("verify")(small, proof)).to.equal(false);
    });

    it("too few or too many public inputs", async () => {
      expect(await verifier.getFunction("verify")(publics.slice(1), proof)).to.equal(false);
      expect(await verifier.getFunction("verify")([...publics, 0n], proof)).to.equal(false);
    });

    it("a proof of another length", async () => {
      expect(await verifier.getFunction("verify")(publics, slice(proof, 0, 255))).to.equal(false);
      expect(await verifier.getFunction("verify")(publics, `${proof}00`)).to.equal(false);
      expect(await verifier.getFunction("verify")(publics, "0x")).to.equal(false);
    });

    it("coordinates that are not below Q, though they name the same point", async () => {
      for (const at of [0, 32, 64, 96, 128, 160, 192, 224]) {
        const alias = BigInt(slice(proof, at, at + 32)) + Q;
        if (alias >> 256n !== 0n) continue;
        expect(await verifier.getFunction("verify")(publics, splice(proof, at, toBeHex(alias))), `${at}`).to.equal(
          false,
        );
      }
    });

    it("points off their curve and outside of their group", async () => {
      expect(await verifier.getFunction("verify")(publics, splice(proof, PROOF.a, toBeHex(1n)))).to.equal(false);
      expect(await verifier.getFunction("verify")(publics, splice(proof, PROOF.c, toBeHex(1n)))).to.equal(false);
      expect(await verifier.getFunction("verify")(publics, splice(proof, PROOF.b, outsideOfG2()))).to.equal(false);
    });

    it("points at infinity in every place", async () => {
      expect(await verifier.getFunction("verify")(publics, splice(proof, PROOF.a, INFINITY))).to.equal(false);
      expect(
        await verifier.getFunction("verify")(publics, splice(proof, PROOF.b, concat([INFINITY, INFINITY]))),
      ).to.equal(false);
      expect(await verifier.getFunction("verify")(publics, splice(proof, PROOF.c, INFINITY))).to.equal(false);
    });

    it("the proof that a key with phase 2 skipped would accept: A = alpha, B = beta, C = -vk_x", async () => {
      const { key } = trapdoor;
      const ic = (i: number) => {
        const at = KEY.ic + 64 * i;
        return G1.fromAffine({ x: BigInt(slice(key, at, at + 32)), y: BigInt(slice(key, at + 32, at + 64)) });
      };
      const sum = publics.reduce((total, x, i) => total.add(ic(i + 1).multiply(x)), ic(0));
      const forged = concat([slice(key, 0, 192), g1(sum.negate())]);
      expect(await verifier.getFunction("verify")(publics, forged)).to.equal(false);
    });

    it("random bytes, whatever they are", async () => {
      const random = scalars("fuzz");
      for (let i = 0; i < RANDOM_CASES; i++) {
        const words = Array.from({ length: 8 }, () => toBeHex(i % 2 ? random() : random() % Q));
        // Half of them are a genuine proof with some words replaced.
        const bytes = i % 4 < 2 ? concat(words) : splice(proof, 32 * Number(random() % 8n), words[0]!);
        expect(await verifier.getFunction("verify")(publics, bytes), bytes).to.equal(false);
      }
    });
  });

  it("accepts a proof with two points negated: a proof is no name of its statement", async () => {
    const negated = (hex: HexString, at: number) => toBeHex(Q - BigInt(slice(hex, at, at + 32)));
    let other = splice(proof, 32, negated(proof, 32));
    for (const at of [128, 160]) other = splice(other, at, negated(proof, at));
    expect(other).not.to.equal(proof);
    expect(await verifier.getFunction("verify")(publics, other)).to.equal(true);
  });

  describe("in a batch", () => {
    const statements = Array.from({ length: 5 }, () => [next(), next(), 1n, next()]);
    const proofs = statements.map((statement) => trapdoor.prove(statement));

    it("accepts one proof and many", async () => {
      for (const count of [1, 2, 5]) {
        const taken = statements.slice(0, count).flat();
        expect(await verifier.getFunction("verifyBatch")(taken, concat(proofs.slice(0, count))), `${count}`).to.equal(
          true,
        );
      }
    });

    it("refuses one bad proof among good ones, wherever it stands", async () => {
      for (const i of proofs.keys()) {
        const bad = proofs.with(i, trapdoor.prove([1n, 2n, 3n, 4n]));
        expect(await verifier.getFunction("verifyBatch")(statements.flat(), concat(bad)), `${i}`).to.equal(false);
      }
    });

    it("refuses two bad proofs whose errors would cancel without random factors", async () => {
      const one = statements.with(0, statements[0]!.with(2, 2n)).with(1, statements[1]!.with(2, 0n));
      expect(await verifier.getFunction("verifyBatch")(one.flat(), concat(proofs))).to.equal(false);
    });

    it("refuses swapped statements, aliases, missing parts and nothing at all", async () => {
      expect(await verifier.getFunction("verifyBatch")(statements.toReversed().flat(), concat(proofs))).to.equal(false);
      const alias = statements.with(0, statements[0]!.with(2, 1n + R));
      expect(await verifier.getFunction("verifyBatch")(alias.flat(), concat(proofs))).to.equal(false);
      expect(await verifier.getFunction("verifyBatch")(statements.flat().slice(1), concat(proofs))).to.equal(false);
      expect(await verifier.getFunction("verifyBatch")(statements.flat(), slice(concat(proofs), 1))).to.equal(false);
      expect(await verifier.getFunction("verifyBatch")([], "0x")).to.equal(false);
    });

    it("refuses a proof with a point off its curve", async () => {
      for (const at of [PROOF.a, PROOF.b, PROOF.c]) {
        const bad = proofs.with(3, splice(proofs[3]!, at, toBeHex(1n)));
        expect(await verifier.getFunction("verifyBatch")(statements.flat(), concat(bad)), `${at}`).to.equal(false);
      }
    });
  });

  describe("of a key", () => {
    it("refuses delta = gamma and delta = generator: phase 2 was skipped", async () => {
      const skipped = new Trapdoor(2, "skipped", false);
      await expect(factory.getFunction("deploy")(skipped.key)).to.be.revertedWithCustomError(
        factory,
        "Groth16Factory_NoPhase2",
      );
      const generator = splice(trapdoor.key, KEY.delta, g2(G2.BASE));
      await expect(factory.getFunction("deploy")(generator)).to.be.revertedWithCustomError(
        factory,
        "Groth16Factory_NoPhase2",
      );
    });

    it("refuses points at infinity, off their curve and outside of their group, each by its number", async () => {
      const { key } = trapdoor;
      const parts = [KEY.alpha, KEY.beta, KEY.gamma, KEY.delta, KEY.ic, KEY.ic + 64, KEY.ic + 256];
      for (const at of parts) {
        const isTwist = at >= KEY.beta && at < KEY.ic;
        const number = at < KEY.ic ? Math.ceil(at / 128) : 4 + (at - KEY.ic) / 64;
        const bad = [
          isTwist ? concat([INFINITY, INFINITY]) : INFINITY,
          toBeHex(1n),
          ...(isTwist ? [outsideOfG2()] : []),
        ];
        for (const point of bad) {
          await expect(factory.getFunction("deploy")(splice(key, at, point)), `${at}`)
            .to.be.revertedWithCustomError(factory, "Groth16Factory_InvalidPoint")
            .withArgs(number);
        }
      }
    });

    it("refuses lengths that no key has", async () => {
      const { key } = trapdoor;
      const tooLong = concat([key, ...Array.from({ length: 61 }, () => slice(key, 448, 512))]);
      for (const bad of [slice(key, 0, 512), slice(key, 1), `${key}00` as const, tooLong, "0x" as const]) {
        await expect(factory.getFunction("deploy")(bad)).to.be.revertedWithCustomError(
          factory,
          "Groth16Factory_InvalidLength",
        );
      }
    });

    it("refuses a second verifier of one key", async () => {
      await expect(factory.getFunction("deploy")(trapdoor.key)).to.be.revertedWithCustomError(
        factory,
        "Groth16Factory_Exists",
      );
    });

    it("takes a development key on a local chain, and refuses it elsewhere", async () => {
      const { key } = new Trapdoor(1, "development");
      expect(await factory.getFunction("isDevelopmentKey")(key)).to.equal(true);
      await factory.getFunction("deploy")(key);
      const other = await make(8453);
      await expect(other.factory.getFunction("deploy")(key))
        .to.be.revertedWithCustomError(other.factory, "Groth16Factory_DevelopmentKey")
        .withArgs(8453);
      await other.factory.getFunction("deploy")(trapdoor.key);
      await other.chain.close();
    });
  });
});
