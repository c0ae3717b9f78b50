import {
  anchor,
  committedSum,
  constraintsOf,
  contributeLink,
  decodeCommitKey,
  developmentLinkKey,
  developmentSetup,
  emptyLinkKey,
  encodeCommitKey,
  encodeLink,
  encodeSumProof,
  type G1Point,
  inferenceCircuit,
  type LinkKey,
  type Proof,
  type ProvingKey,
  proveLink,
  randomScalar,
  setupWith,
  VerifyingKeyError,
  verify,
  verifyingKey,
} from "@freehold/circuits";
import { fromG1, mod, readG1, toG1 } from "@freehold/circuits/prover";
import { fromHex, toHex } from "@freehold/sdk";
import { expect } from "chai";
import type { Contract } from "ethers";
import { network } from "hardhat";
import { DEVELOPMENT_ALPHA, DEVELOPMENT_LINK } from "../../../ignition/modules/core.ts";
import { concat, type HexString, slice, splice, toBeHex } from "./utils/hex.ts";
import { SHAPE } from "./utils/kits.ts";
import { outsideOfG2, scalars } from "./utils/trapdoor.ts";

const LOCAL = 31337;
const plus = (...points: G1Point[]) => fromG1(points.map(toG1).reduce((sum, point) => sum.add(point)));
const times = (point: G1Point, factor: bigint) => fromG1(toG1(point).multiply(mod(factor)));
const point = ([x, y]: G1Point) => ({ x, y });

describe("proofs: keys of tier 2", function () {
  this.timeout(300_000);
  const system = constraintsOf(inferenceCircuit(SHAPE, 2));
  const next = scalars("keys of tier 2");
  const secrets = () => ({ tau: next(), alpha: next(), beta: next(), gamma: next(), delta: next(), eta: next() });
  const values = Array.from({ length: system.committed }, () => next());
  const open = async (chainId = LOCAL) => {
    const chain = await network.create({ network: "local", override: { chainId, hardfork: "osaka" } });
    const [versions] = await chain.ethers.getSigners();
    const factory = await chain.ethers.deployContract("CommitGroth16Factory", [
      DEVELOPMENT_ALPHA,
      [...DEVELOPMENT_LINK],
      versions!.address,
    ]);
    const deploy = async (key: HexString): Promise<Contract> => {
      await factory.getFunction("deploy")(key);
      const address = await factory.getFunction("verifierOf")(key);
      return (await chain.ethers.getContractAt("CommitGroth16Verifier", address)) as unknown as Contract;
    };
    return { chain, factory, deploy };
  };
  let local: Awaited<ReturnType<typeof open>>;
  let proving: ProvingKey;
  let link: LinkKey;
  /** As a ceremony would make it: neither its key nor its link is the development one's. */
  let key: HexString;

  before(async () => {
    local = await open();
    proving = await setupWith(system, secrets());
    link = await contributeLink(await emptyLinkKey(proving, [system.committed]), proving);
    key = toHex(encodeCommitKey(verifyingKey(proving), link));
  });
  after(() => local.chain.close());

  const refuses = async (bad: HexString, error: string) => {
    const { factory } = local;
    await expect(factory.getFunction("deploy")(bad), error).to.be.revertedWithCustomError(factory, error);
  };

  const decoded = (bytes: HexString) => decodeCommitKey(fromHex(bytes), system.committed);

  it("attack: where gamma is the generator a sum proves anything for nothing; it is never linked", async () => {
    // What a ceremony over public powers of tau makes.
    const weak = await setupWith(system, { ...secrets(), gamma: 1n });
    const vk = verifyingKey(weak);
    const weakLink = await contributeLink(await emptyLinkKey(weak, [system.committed]), weak);
    const statement = [1n, 2n, 3n, 4n];
    const free = times(plus(...vk.ic.map((ic, i) => (i === 0 ? ic : times(ic, statement[i - 1] ?? 0n)))), -1n);
    const forged: Proof = { a: vk.alpha, b: vk.beta, c: [0n, 0n] };
    expect(verify(vk, statement, forged, free), "the forgery is a good one").to.equal(true);

    const verifier = await local.deploy(toHex(encodeCommitKey(vk, weakLink)));
    const [blinder, anchorBlinder] = [next(), next()];
    const anchored = await anchor(values, anchorBlinder);
    const honest = await proveLink(weakLink, { values, blinder, anchorBlinders: [anchorBlinder] });
    const sum = await committedSum(weak, values, blinder);
    const ask = verifier.getFunction("link");
    expect(await ask.staticCall(1n, point(anchored), encodeLink(sum, honest)), "the honest one").to.equal(true);
    expect(await ask.staticCall(1n, point(anchored), encodeLink(free, honest))).to.equal(false);
    await ask(1n, point(anchored), encodeLink(sum, honest));
    for (const claimed of [free, sum]) {
      expect(await verifier.getFunction("verify")([1n, ...statement], encodeSumProof(forged, claimed))).to.equal(false);
    }
  });

  it("attack: whoever knows a k links any sum, so a key holds none in G1 and development links stay local", async () => {
    const known = [randomScalar(), randomScalar()];
    const leaked = await contributeLink(await emptyLinkKey(proving, [system.committed]), proving, known);
    const vk = verifyingKey(proving);
    const verifier = await local.deploy(toHex(encodeCommitKey(vk, leaked)));
    const [blinder, anchorBlinder] = [next(), next()];
    const anchored = await anchor(values, anchorBlinder);
    const honest = await proveLink(leaked, { values, blinder, anchorBlinders: [anchorBlinder] });
    const shift = times(vk.ic[1] ?? [0n, 0n], -5n);
    const shifted = plus(await committedSum(proving, values, blinder), shift);
    const ask = (linked: Uint8Array) => verifier.getFunction("link").staticCall(1n, point(anchored), linked);
    expect(await ask(encodeLink(shifted, honest))).to.equal(false);
    const forged = plus(honest, times(shift, known[0] ?? 0n));
    expect(await ask(encodeLink(shifted, forged)), "with k0 known").to.equal(true);
    // What provers get: k times points of the committed wires and of the blinders, of no other ones.
    const given = Array.from({ length: leaked.points.length / 64 }, (_, i) =>
      String(readG1(leaked.points.subarray(64 * i, 64 * i + 64))),
    );
    expect(given.length).to.equal(system.committed + 2);
    for (const k of known) {
      for (const base of [[1n, 2n] as const, ...vk.ic]) expect(given).to.not.include(String(times(base, k)));
    }
  });

  it("refuses development keys and development links away from local chains, one public k included", async () => {
    const development = await developmentSetup(system);
    const developmentLink = await developmentLinkKey(development);
    const own = await contributeLink(await emptyLinkKey(development, [system.committed]), development);
    const borrowed = await developmentLinkKey(proving);
    const [k0, k1] = [slice(key, -256, -128), slice(key, -128)];
    const [d0, d1] = encodeK(borrowed);
    const head = slice(key, 0, -256);
    const bad = [
      toHex(encodeCommitKey(verifyingKey(development), developmentLink)),
      toHex(encodeCommitKey(verifyingKey(development), own)),
      ...[
        [d0, d1],
        [d0, k1],
        [k0, d1],
        [d1, d0],
      ].map((pair) => concat([head, ...(pair as HexString[])])),
    ];
    const { factory, deploy, chain } = await open(8453);
    for (const [i, wrong] of bad.entries()) {
      await expect(factory.getFunction("deploy")(wrong), `${i}`)
        .to.be.revertedWithCustomError(factory, "Groth16Factory_DevelopmentKey")
        .withArgs(8453);
      expect(await factory.getFunction("isDevelopmentKey")(wrong)).to.equal(true);
      expect(decoded(wrong).link.development, `${i}, as it is read`).to.equal(true);
      await local.deploy(wrong);
    }
    expect(await factory.getFunction("isDevelopmentKey")(key)).to.equal(false);
    const { points: _, ...published } = link;
    expect(decoded(key)).to.deep.equal({ key: { ...verifyingKey(proving), development: false }, link: published });
    const verifier = await deploy(key);
    expect(await verifier.getFunction("key")()).to.equal(key);
    expect(await factory.getFunction("isVerifier")(verifier)).to.equal(true);
    await chain.close();
  });

  it("refuses a link whose k are infinity, off the curve, outside of the group, the generator, or equal", async () => {
    const { factory } = local;
    const end = key.length / 2 - 1;
    const zeros: HexString = `0x${"00".repeat(128)}`;
    for (const [i, at] of [end - 256, end - 128].entries()) {
      for (const wrong of [zeros, outsideOfG2(), toBeHex(1n)]) {
        await expect(factory.getFunction("deploy")(splice(key, at, wrong)))
          .to.be.revertedWithCustomError(factory, "CommitGroth16Factory_InvalidLinkPoint")
          .withArgs(i);
        expect(() => decoded(splice(key, at, wrong))).to.throw(VerifyingKeyError);
      }
      const generator = await contributeLink(await emptyLinkKey(proving, [system.committed]), proving, [1n, 1n]);
      await refuses(splice(key, at, encodeK(generator)[0]), "CommitGroth16Factory_NoLinkSetup");
      expect(() => decoded(splice(key, at, encodeK(generator)[0]))).to.throw(VerifyingKeyError);
    }
    await refuses(splice(key, end - 128, slice(key, -256, -128)), "CommitGroth16Factory_NoLinkSetup");
    expect(() => decoded(splice(key, end - 128, slice(key, -256, -128)))).to.throw(VerifyingKeyError);
    expect(() => decoded(slice(key, -256))).to.throw(VerifyingKeyError);
  });

  it("refuses what tier 1 refuses of a key: its length, its points, a second phase that was skipped, a second verifier", async () => {
    await refuses("0x", "Groth16Factory_InvalidLength");
    await refuses(slice(key, 1), "Groth16Factory_InvalidLength");
    await refuses(slice(key, 0, -256), "Groth16Factory_InvalidLength");
    await refuses(slice(key, -640), "Groth16Factory_InvalidLength");
    await refuses(splice(key, 0, toBeHex(1n)), "Groth16Factory_InvalidPoint");
    await refuses(splice(key, 64, outsideOfG2()), "Groth16Factory_InvalidPoint");
    await refuses(splice(key, 320, slice(key, 192, 320)), "Groth16Factory_NoPhase2");
    await local.deploy(key);
    await refuses(key, "Groth16Factory_Exists");
  });

  /** k0 and k1 as keys have them. */
  function encodeK(of: LinkKey): [HexString, HexString] {
    const whole = toHex(encodeCommitKey(verifyingKey(proving), of));
    return [slice(whole, -256, -128), slice(whole, -128)];
  }
});
