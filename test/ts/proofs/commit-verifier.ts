import {
  anchor,
  type BatchItem,
  encodeLink,
  encodeProof,
  encodeSumProof,
  type G1Point,
  type InferenceValues,
  inferenceCircuit,
  type Proof,
  type Prover,
  proveLink,
  verify,
} from "@freehold/circuits";
import { BASE_FIELD, fromG1, GENERATOR1, mod, readG1, toG1 } from "@freehold/circuits/prover";
import { toHex } from "@freehold/sdk";
import { expect } from "chai";
import type { Contract } from "ethers";
import { network } from "hardhat";
import { DEVELOPMENT_ALPHA, DEVELOPMENT_LINK } from "../../../ignition/modules/core.ts";
import { randomCounts, randomElements, randomModel } from "../circuits/models.ts";
import { anchorOf, packed, setUpCommitted } from "./utils/committed-kit.ts";
import { slice, splice, toBeHex } from "./utils/hex.ts";
import { rootOf, type Salted, SHAPE } from "./utils/kits.ts";
import { R } from "./utils/trapdoor.ts";

const INFINITY: G1Point = [0n, 0n];
const plus = (...points: G1Point[]) => fromG1(points.map(toG1).reduce((sum, point) => sum.add(point)));
const times = (point: G1Point, factor: bigint) => fromG1(toG1(point).multiply(mod(factor)));
const point = ([x, y]: G1Point) => ({ x, y });

describe("proofs: verifier of tier 2", function () {
  this.timeout(300_000);
  const provers: Prover[] = [];
  const next = randomElements(21);
  const [first, second] = [1, 2].map((seed) => ({
    weights: randomModel(SHAPE, seed),
    salt: next(),
    anchorBlinder: next(),
    sumBlinder: next(),
  })) as [Salted, Salted];
  const open = () => network.create({ network: "local", override: { hardfork: "osaka" } });
  const setUp = () => setUpCommitted<InferenceValues>(provers, inferenceCircuit(SHAPE, 2));
  let connection: Awaited<ReturnType<typeof open>>;
  let circuit: Awaited<ReturnType<typeof setUp>>;
  let verifier: Contract;
  /** A proof of the first version. */
  let proof: Proof;
  let publics: readonly bigint[];
  let sum: G1Point;

  const accepts = async (statement: readonly bigint[], encoded: string): Promise<boolean> =>
    verifier.getFunction("verify")(statement, encoded);
  const links = (root: bigint, anchored: G1Point, linked: Uint8Array): Promise<boolean> =>
    verifier.getFunction("link").staticCall(root, point(anchored), linked);
  const inferenceOf = (version: Salted, seed: number) =>
    circuit.prove(
      { ...version, counts: randomCounts(SHAPE, seed), inputSalt: next(), outputSalt: next(), context: next() },
      version.sumBlinder,
    );

  before(async () => {
    connection = await open();
    circuit = await setUp();
    const [versions] = await connection.ethers.getSigners();
    // In the place of VersionProofs: the verifier takes its word for root and anchor.
    const factory = await connection.ethers.deployContract("CommitGroth16Factory", [
      DEVELOPMENT_ALPHA,
      [...DEVELOPMENT_LINK],
      versions!.address,
    ]);
    await factory.getFunction("deploy")(circuit.encoded);
    const address = await factory.getFunction("verifierOf")(circuit.encoded);
    verifier = (await connection.ethers.getContractAt("CommitGroth16Verifier", address)) as unknown as Contract;
    for (const version of [first, second]) {
      const linked = await circuit.linked(version);
      await verifier.getFunction("link")(rootOf(version), point(await anchorOf(version)), linked);
    }
    ({ proof, publics } = await inferenceOf(first, 1));
    sum = await circuit.sumOf(first);
  });
  after(async () => {
    for (const prover of provers) prover.close();
    await connection.close();
  });

  it("accepts a proof against a linked sum, and says which key it has", async () => {
    expect(verify(circuit.vk, publics, proof, sum), "as the library does").to.equal(true);
    expect(await accepts([rootOf(first), ...publics], toHex(encodeSumProof(proof, sum)))).to.equal(true);
    expect(await verifier.getFunction("key")()).to.equal(toHex(circuit.encoded));
    expect(await verifier.getFunction("sumOf")(rootOf(first), sum[0])).to.equal(sum[1]);
    const [versions] = await connection.ethers.getSigners();
    expect(await verifier.getFunction("versions")()).to.equal(versions!.address);
  });

  it("attack: a shifted sum W + (x - x') IC carries a proof to another public input; it is never linked", async () => {
    for (const i of publics.keys()) {
      const shift = -5n;
      const shifted = plus(sum, times(circuit.vk.ic[i + 1] ?? INFINITY, shift));
      const other = publics.with(i, (publics[i] ?? 0n) - shift);
      expect(verify(circuit.vk, other, proof, shifted), "the forgery is a good one").to.equal(true);
      const forged = toHex(encodeSumProof(proof, shifted));
      expect(await accepts([rootOf(first), ...other], forged), `${i}`).to.equal(false);

      // Whatever the link's key gives: none of its points has a part of the public inputs.
      const honest = await circuit.linkOf(first);
      const anchored = await anchorOf(first);
      for (let at = 0; at < circuit.link.points.length / 64; at += 7) {
        const guess = plus(honest, times(readG1(circuit.link.points.subarray(64 * at, 64 * at + 64)), shift));
        for (const link of [honest, guess]) {
          expect(await links(rootOf(first), anchored, encodeLink(shifted, link))).to.equal(false);
        }
      }
    }
  });

  it("attack: a sum in place of x of the sum is refused: it comes from storage alone", async () => {
    const named = toHex(encodeSumProof(proof, sum));
    for (const extra of [toHex(encodeProof(proof)), `${named}${sum[1].toString(16).padStart(64, "0")}`, `${named}00`]) {
      expect(await accepts([rootOf(first), ...publics], extra)).to.equal(false);
    }
    expect(await accepts([rootOf(first), ...publics], splice(named, 256, toBeHex(GENERATOR1[0])))).to.equal(false);
    // Minus W has the same x: only the y that was linked counts, and minus W opens to other weights.
    const honest = await circuit.linkOf(first);
    for (const link of [honest, times(honest, -1n)]) {
      const negated = encodeLink(times(sum, -1n), link);
      expect(await links(rootOf(first), await anchorOf(first), negated)).to.equal(false);
    }
  });

  it("attack: a link of another model's anchor, of another circuit, or of nothing", async () => {
    const root = rootOf(first);
    const anchored = await anchorOf(first);
    const blinder = next();
    const link = await circuit.linkOf(first, blinder);
    const fresh = await circuit.sumOf(first, blinder);
    const { linkOf, sumOf } = circuit;
    expect(await links(root, anchored, encodeLink(fresh, link)), "the honest one").to.equal(true);
    expect(await links(root, await anchorOf(second), encodeLink(fresh, link)), "foreign anchor").to.equal(false);
    expect(await links(root, anchored, encodeLink(await sumOf(second, blinder), link)), "foreign sum").to.equal(false);
    const foreign = encodeLink(await sumOf(second), await linkOf(second));
    expect(await links(root, anchored, foreign), "foreign sum and link").to.equal(false);
    // Weights that differ in one element.
    const values = packed(first).with(3, mod((packed(first)[3] ?? 0n) + 1n));
    const changed = await proveLink(circuit.link, { values, blinder, anchorBlinders: [first.anchorBlinder] });
    expect(await links(root, anchored, encodeLink(fresh, changed)), "other weights").to.equal(false);
    expect(await links(root, await anchor(values, first.anchorBlinder), encodeLink(fresh, link))).to.equal(false);
    // The link of another circuit's committed wires to the same anchor.
    const wide = inferenceCircuit({ ...SHAPE, classes: 3 }, 2);
    const { key } = await setUpCommitted<InferenceValues>(provers, wide);
    const stranger = readG1(key.ic.subarray(64 * 5, 64 * 6));
    expect(await links(root, anchored, encodeLink(plus(fresh, stranger), link)), "another basis").to.equal(false);
  });

  it("attack: points at infinity, off the curve and coordinates that are not below the field", async () => {
    const root = rootOf(first);
    const anchored = await anchorOf(first);
    const blinder = next();
    const [fresh, link] = [await circuit.sumOf(first, blinder), await circuit.linkOf(first, blinder)];
    const raw = toHex(encodeLink(fresh, link));
    expect(await links(root, INFINITY, encodeLink(INFINITY, INFINITY)), "all at infinity").to.equal(false);
    expect(await links(root, anchored, encodeLink(INFINITY, link))).to.equal(false);
    expect(await links(root, INFINITY, encodeLink(fresh, link))).to.equal(false);
    expect(await links(root, anchored, encodeLink(fresh, INFINITY))).to.equal(false);
    for (const at of [0, 32, 64, 96]) {
      const value = BigInt(slice(raw, at, at + 32));
      for (const wrong of [value + 1n, value + BASE_FIELD, 0n]) {
        const bad = splice(raw, at, toBeHex(wrong));
        const call = verifier.getFunction("link").staticCall(root, point(anchored), bad, { gasLimit: 5_000_000 });
        expect(await call, `${at}`).to.equal(false);
      }
    }
    for (const bad of [
      { x: 1n, y: 1n },
      { x: anchored[0] + BASE_FIELD, y: anchored[1] },
    ]) {
      expect(await verifier.getFunction("link").staticCall(root, bad, raw, { gasLimit: 5_000_000 })).to.equal(false);
    }
    for (const length of [0, 64, 127]) {
      expect(await verifier.getFunction("link").staticCall(root, point(anchored), slice(raw, 0, length))).to.equal(
        false,
      );
    }
    const good = toHex(encodeSumProof(proof, sum));
    const statement = [root, ...publics];
    for (const at of [0, 64, 192]) {
      expect(await accepts(statement, splice(good, at, toBeHex(1n))), `off the curve at ${at}`).to.equal(false);
      const zeros = `0x${"00".repeat(at === 64 ? 128 : 64)}` as const;
      expect(await accepts(statement, splice(good, at, zeros)), `infinity at ${at}`).to.equal(false);
    }
  });

  it("attack: a proof of one version against another, and a root or public input with R added", async () => {
    const encoded = toHex(encodeSumProof(proof, sum));
    const [one, two] = [rootOf(first), rootOf(second)];
    expect(await accepts([two, ...publics], encoded), "the sum is another version's").to.equal(false);
    const other = toHex(encodeSumProof(proof, await circuit.sumOf(second)));
    expect(await accepts([two, ...publics], other), "with the version's own sum").to.equal(false);
    expect(await accepts([one + R, ...publics], encoded)).to.equal(false);
    expect(await accepts([0n, ...publics], encoded)).to.equal(false);
    for (const i of publics.keys()) {
      const value = publics[i] ?? 0n;
      expect(await accepts([one, ...publics.with(i, mod(value + 1n))], encoded), `${i}`).to.equal(false);
      if ((value + R) >> 256n === 0n) {
        expect(await accepts([one, ...publics.with(i, value + R)], encoded), `${i}, alias`).to.equal(false);
      }
    }
    for (const wrong of [publics, [one], [one, ...publics, 0n], []]) {
      expect(await accepts(wrong, encoded)).to.equal(false);
    }
  });

  it("attack: whoever re-blinds a link that he sees in the mempool keeps nobody from proving", async () => {
    const root = rootOf(first);
    const anchored = await anchorOf(first);
    const blinder = next();
    const [fresh, link] = [await circuit.sumOf(first, blinder), await circuit.linkOf(first, blinder)];
    // Needs no secret: the key's points of the blinder, as many times as he likes.
    const at = 64 * circuit.key.committed;
    const blinded = plus(fresh, times(readG1(circuit.key.blinder.subarray(0, 64)), 9n));
    const relinked = plus(link, times(readG1(circuit.link.points.subarray(at, at + 64)), 9n));
    await verifier.getFunction("link")(root, point(anchored), encodeLink(blinded, relinked));
    expect(await verifier.getFunction("sumOf")(root, blinded[0]), "why there is no single sum").to.equal(blinded[1]);
    await verifier.getFunction("link")(root, point(anchored), encodeLink(fresh, link));
    const values = { counts: randomCounts(SHAPE, 5), inputSalt: 1n, outputSalt: 2n, context: 3n };
    const proven = await circuit.prove({ ...first, ...values }, blinder);
    expect(await accepts([root, ...proven.publics], toHex(encodeSumProof(proven.proof, fresh)))).to.equal(true);
  });

  it("takes links from VersionProofs alone, each once", async () => {
    const [, stranger] = await connection.ethers.getSigners();
    const linked = await circuit.linked(first);
    const anchored = point(await anchorOf(first));
    const foreign = (verifier.connect(stranger!) as Contract).getFunction("link");
    await expect(foreign(rootOf(first), anchored, linked))
      .to.be.revertedWithCustomError(verifier, "CommitGroth16Verifier_NotVersions")
      .withArgs(stranger!.address);
    await expect(verifier.getFunction("link")(rootOf(first), anchored, linked))
      .to.be.revertedWithCustomError(verifier, "CommitGroth16Verifier_Linked")
      .withArgs(rootOf(first), sum[0]);
  });

  describe("in a batch", () => {
    let items: BatchItem[];
    const batch = async (taken: readonly BatchItem[], root = rootOf(first), x = sum[0]): Promise<boolean> =>
      verifier.getFunction("verifyBatch")(
        root,
        x,
        taken.flatMap((item) => [...item.publics]),
        `0x${taken.map((item) => toHex(encodeProof(item.proof)).slice(2)).join("")}`,
      );

    before(async () => {
      items = [];
      for (let seed = 10; seed < 14; seed++) items.push(await inferenceOf(first, seed));
    });

    it("accepts one proof and many of a version", async () => {
      for (const count of [1, 2, 4]) expect(await batch(items.slice(0, count)), `${count}`).to.equal(true);
    });

    it("attack: one bad proof among good ones, wherever it stands", async () => {
      const stale = await inferenceOf(second, 20);
      for (const [i, item] of items.entries()) {
        const bad: BatchItem[] = [
          { ...item, publics: item.publics.with(2, (item.publics[2] ?? 0n) + 1n) },
          { ...item, publics: item.publics.with(2, (item.publics[2] ?? 0n) + R) },
          { ...item, proof: { ...item.proof, c: item.proof.a } },
          { ...item, proof: { ...item.proof, c: INFINITY } },
          { ...item, proof: { ...item.proof, a: [1n, 1n] } },
          stale,
        ];
        for (const [kind, wrong] of bad.entries()) {
          expect(await batch(items.with(i, wrong)), `kind ${kind} at ${i}`).to.equal(false);
        }
      }
    });

    it("attack: two bad proofs whose errors cancel in a plain sum", async () => {
      const [one, two] = items as [BatchItem, BatchItem];
      const shifted = (item: BatchItem, by: G1Point) => ({
        ...item,
        proof: { ...item.proof, c: plus(item.proof.c, by) },
      });
      const cancelling = [shifted(one, GENERATOR1), shifted(two, times(GENERATOR1, -1n))];
      expect(await batch([...cancelling, ...items.slice(2)])).to.equal(false);
    });

    it("attack: another version's root or sum, one that is not linked, and nothing at all", async () => {
      expect(await batch(items, rootOf(second), sum[0])).to.equal(false);
      expect(await batch(items, rootOf(second), (await circuit.sumOf(second))[0])).to.equal(false);
      expect(await batch(items, rootOf(first), (await circuit.sumOf(second))[0])).to.equal(false);
      expect(await batch(items, rootOf(first), GENERATOR1[0])).to.equal(false);
      expect(await batch([])).to.equal(false);
    });
  });
});
