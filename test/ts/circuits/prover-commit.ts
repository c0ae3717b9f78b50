import {
  anchor,
  type BatchItem,
  checkLinkKey,
  committedSum,
  contributeLink,
  decodeLinkKey,
  developmentLinkKey,
  developmentSetup,
  emptyLinkKey,
  encodeLinkKey,
  FIELD,
  type G1Point,
  generators,
  hidingGenerator,
  KeyError,
  type LinkKey,
  type Proof,
  type ProvingKey,
  prove,
  proveLink,
  randomScalar,
  setupWith,
  sumLinkKeys,
  type VerifyingKey,
  verify,
  verifyBatch,
  verifyingKey,
  verifyLink,
} from "@freehold/circuits";
import { BASE_FIELD, fromG1, GENERATOR1, mod, readG1, toG1 } from "@freehold/circuits/prover";
import { expect } from "chai";
import { negatedLink } from "./links.ts";
import { synthetic } from "./synthetic.ts";

const plus = (...points: G1Point[]) => fromG1(points.map(toG1).reduce((sum, point) => sum.add(point)));
const times = (point: G1Point, factor: bigint) => fromG1(toG1(point).multiply(mod(factor)));
const rejection = (promise: Promise<unknown>) =>
  promise.then(
    () => "accepted",
    (error: unknown) => error,
  );

describe("circuits: commit-carrying Groth16 (tier 2)", () => {
  const COMMITTED = 7;
  const { system, witness, publics, committed } = synthetic({ constraints: 120, committed: COMMITTED, seed: 31 });
  // Another model of the same shape: other weights, an own witness.
  let key: ProvingKey;
  let vk: VerifyingKey;
  let link: LinkKey;
  let proof: Proof;
  const blinder = randomScalar();
  const anchorBlinder = randomScalar();
  let sum: G1Point;
  let commitment: G1Point;
  let linked: G1Point;
  const statement = () => ({ sum, anchors: [commitment] });

  before(async () => {
    key = await developmentSetup(system);
    vk = verifyingKey(key);
    link = await developmentLinkKey(key);
    proof = await prove(key, witness, { threads: 0, blinder });
    sum = await committedSum(key, committed, blinder);
    commitment = await anchor(committed, anchorBlinder);
    linked = await proveLink(link, { values: committed, blinder, anchorBlinders: [anchorBlinder] });
  });

  it("proves against the committed sum, and links the sum to the anchor", () => {
    expect(vk.ic.length).to.equal(1 + publics.length);
    expect(verify(vk, publics, proof, sum)).to.equal(true);
    expect(verifyLink(link, statement(), linked)).to.equal(true);
    expect(link.development).to.equal(true);
  });

  it("refuses another sum, none at all, and a sum in tier 1", async () => {
    expect(verify(vk, publics, proof, plus(sum, GENERATOR1))).to.equal(false);
    expect(verify(vk, publics, proof)).to.equal(false);
    expect(verify(vk, publics, proof, [0n, 0n])).to.equal(false);
    const plain = synthetic({ constraints: 4 });
    const plainKey = await developmentSetup(plain.system);
    const plainProof = await prove(plainKey, plain.witness, { threads: 0 });
    expect(verify(verifyingKey(plainKey), plain.publics, plainProof)).to.equal(true);
    expect(verify(verifyingKey(plainKey), plain.publics, plainProof, [0n, 0n])).to.equal(false);
    expect(await rejection(prove(plainKey, plain.witness, { threads: 0, blinder: 1n }))).to.be.instanceOf(KeyError);
    expect(await rejection(prove(key, witness, { threads: 0 }))).to.be.instanceOf(KeyError);
  });

  it("condition 1: a shifted sum carries the proof to other public inputs, and no link accepts it", async () => {
    const other = (publics[0] ?? 0n) + 5n;
    const shifted = plus(sum, times(vk.ic[1] ?? [0n, 0n], -5n));
    expect(verify(vk, publics.toSpliced(0, 1, other), proof, shifted), "why a sum needs a link").to.equal(true);
    expect(verifyLink(link, { sum: shifted, anchors: [commitment] }, linked)).to.equal(false);
    // Whatever the key's points give: none of them has a part of the public inputs.
    for (let i = 0; i < link.points.length / 64; i++) {
      const point = readG1(link.points.subarray(64 * i, 64 * i + 64));
      for (const guess of [plus(linked, times(point, -5n)), plus(linked, point)]) {
        expect(verifyLink(link, { sum: shifted, anchors: [commitment] }, guess)).to.equal(false);
      }
    }
  });

  it("condition 1: where gamma is the generator a sum proves anything, and no link accepts that either", async () => {
    const secrets = { tau: 5n, alpha: 7n, beta: 11n, gamma: 1n, delta: 19n, eta: 23n };
    const weak = await setupWith(system, secrets);
    const weakVk = verifyingKey(weak);
    const ic = weakVk.ic.map((point, i) => (i === 0 ? point : times(point, 3n)));
    const free = times(plus(...ic), -1n);
    const forged: Proof = { a: weakVk.alpha, b: weakVk.beta, c: [0n, 0n] };
    expect(verify(weakVk, [3n, 3n, 3n], forged, free), "the forgery is a good one").to.equal(true);
    const weakLink = await developmentLinkKey(weak);
    const honest = await proveLink(weakLink, { values: committed, blinder, anchorBlinders: [anchorBlinder] });
    expect(verifyLink(weakLink, { sum: free, anchors: [commitment] }, honest)).to.equal(false);
  });

  it("condition 2: two blinders, so that equal weights give other sums, anchors, and no relation between them", async () => {
    const [b1, b2] = [randomScalar(), randomScalar()];
    expect(await committedSum(key, committed, b1)).to.not.deep.equal(await committedSum(key, committed, b2));
    expect(await anchor(committed, b1)).to.not.deep.equal(await anchor(committed, b2));
    // One sum goes with any anchor of the same values.
    for (const anchorBlinder of [b1, b2]) {
      const proven = await proveLink(link, { values: committed, blinder, anchorBlinders: [anchorBlinder] });
      const anchors = [await anchor(committed, anchorBlinder)];
      expect(verifyLink(link, { sum, anchors }, proven)).to.equal(true);
      expect(verifyLink(link, statement(), proven)).to.equal(false);
    }
  });

  it("condition 3: refuses a circuit with a committed wire in no constraint, and has a point for each of its own", async () => {
    const loose = { ...system, committed: COMMITTED + 1, publics: publics.length - 1 };
    const unused = 1 + publics.length;
    const without = (matrix: typeof system.a) => ({
      ...matrix,
      wires: matrix.wires.map((w) => (w === unused ? 0 : w)),
    });
    const stripped = { ...loose, a: without(loose.a), b: without(loose.b), c: without(loose.c) };
    expect(await rejection(developmentSetup(stripped))).to.be.instanceOf(KeyError);
    const points = Array.from({ length: key.ic.length / 64 }, (_, i) => readG1(key.ic.subarray(64 * i, 64 * i + 64)));
    expect(new Set(points.map(String)).size).to.equal(points.length);
    expect(points.every(([x, y]) => x !== 0n || y !== 0n)).to.equal(true);
  });

  it("condition 4: parties add their secrets, and anybody checks the key against the circuit's", async () => {
    let made = await emptyLinkKey(key, [COMMITTED]);
    made = await contributeLink(made, key);
    const first = made.k;
    made = await contributeLink(made, key);
    expect(made.k).to.not.deep.equal(first);
    expect(made.development).to.equal(false);
    expect(await checkLinkKey(made, key)).to.equal(true);
    expect(await checkLinkKey(link, key)).to.equal(true);
    const proven = await proveLink(made, { values: committed, blinder, anchorBlinders: [anchorBlinder] });
    expect(verifyLink(made, statement(), proven)).to.equal(true);
    expect(verifyLink(link, statement(), proven)).to.equal(false);
    const points = made.points.slice();
    points.copyWithin(0, 64, 128);
    expect(await checkLinkKey({ ...made, points }, key)).to.equal(false);
    expect(await checkLinkKey(await emptyLinkKey(key, [COMMITTED]), key)).to.equal(false);
    expect(verifyLink(await emptyLinkKey(key, [COMMITTED]), { sum: [0n, 0n], anchors: [[0n, 0n]] }, [0n, 0n])).to.equal(
      false,
    );
  });

  it("condition 4: a ceremony adds up one key of each party; a key less the others' is why hashes come first", async () => {
    const empty = await emptyLinkKey(key, [COMMITTED]);
    const parties = [await contributeLink(empty, key), await contributeLink(empty, key)];
    const together = await sumLinkKeys([...parties, link], key);
    expect(together.development, "one party whose secrets are not public").to.equal(false);
    expect((await sumLinkKeys([link], key)).development).to.equal(true);
    expect(await checkLinkKey(together, key)).to.equal(true);
    const proven = await proveLink(together, { values: committed, blinder, anchorBlinders: [anchorBlinder] });
    expect(verifyLink(together, statement(), proven)).to.equal(true);
    const made = [[], [parties[0], parties[0]], [parties[0], await developmentLinkKey(key, { segments: [3, 4] })]];
    const other = await developmentSetup(system, { seed: "another circuit" });
    const wrong = [...made, [await contributeLink(await emptyLinkKey(other, [COMMITTED]), other)]] as LinkKey[][];
    for (const keys of wrong) expect(await rejection(sumLinkKeys(keys, key))).to.be.instanceOf(KeyError);

    // The last party, who has seen the first one's key: its own secrets less those of the first, which it does not know.
    const own = [randomScalar(), randomScalar()];
    const points = (await contributeLink(empty, key, own)).points;
    const negated = negatedLink(parties[0] as LinkKey);
    const rogue = await sumLinkKeys([await contributeLink(empty, key, own), negated], key);
    const taken = await sumLinkKeys([parties[0] as LinkKey, rogue], key);
    expect(taken.points, "the last party's alone").to.deep.equal(points);
  });

  it("keeps a link's key as bytes, and refuses bytes that are none without a crash", async () => {
    const two = await developmentLinkKey(key, { segments: [3, 4] });
    const made = await contributeLink(await emptyLinkKey(key, [COMMITTED]), key);
    for (const kept of [link, two, made]) expect(decodeLinkKey(encodeLinkKey(kept))).to.deep.equal(kept);
    const bytes = encodeLinkKey(made);
    expect(await checkLinkKey(decodeLinkKey(bytes), key)).to.equal(true);
    const changed = (at: number, value: number) => {
      const copy = bytes.slice();
      copy[at] = value;
      return copy;
    };
    const bad = [
      new Uint8Array(),
      bytes.subarray(0, 14),
      bytes.subarray(0, -1),
      new Uint8Array([...bytes, 0]),
      // Magic, version, flag, number of anchors, number of wires.
      ...[changed(0, 1), changed(4, 2), changed(8, 2), changed(12, 0), changed(12, 17), changed(16, 0), changed(16, 9)],
    ];
    for (const wrong of bad) expect(() => decodeLinkKey(wrong)).to.throw(KeyError);
    // A k or a point that was changed is found by the check, whatever it reads as.
    const end = bytes.length;
    for (const at of [20, 20 + 128, end - 1, end - 64 * 5]) {
      const damaged = decodeLinkKey(changed(at, (bytes[at] ?? 0) ^ 1));
      expect(await checkLinkKey(damaged, key), `${at}`).to.equal(false);
    }
    // Of order two on another curve: half of all random combinations leave it out.
    const points = made.points.slice();
    points.fill(0, points.length - 32);
    for (let i = 0; i < 8; i++) expect(await checkLinkKey({ ...made, points }, key)).to.equal(false);
  });

  it("refuses a link of other values, of another model's anchor, and points off the curve", async () => {
    const others = committed.map((value, i) => (i === 3 ? mod(value + 1n) : value));
    const foreign = await anchor(others, anchorBlinder);
    const proofs = [linked, await proveLink(link, { values: others, blinder, anchorBlinders: [anchorBlinder] })];
    for (const item of proofs) expect(verifyLink(link, { sum, anchors: [foreign] }, item)).to.equal(false);
    expect(verifyLink(link, statement(), [linked[0], (linked[1] + 1n) % BASE_FIELD])).to.equal(false);
    expect(verifyLink(link, statement(), [linked[0] + BASE_FIELD, linked[1]])).to.equal(false);
    expect(verifyLink(link, { sum, anchors: [] }, linked)).to.equal(false);
    expect(verifyLink(link, { sum, anchors: [commitment, commitment] }, linked)).to.equal(false);
    expect(
      await rejection(proveLink(link, { values: [FIELD, ...committed.slice(1)], blinder, anchorBlinders: [1n] })),
    ).to.be.instanceOf(RangeError);
  });

  it("adds anchors: the new version's is the base's and the delta's, blinders included", async () => {
    const delta = committed.map((_, i) => mod(BigInt(i) - 3n));
    const after = committed.map((value, i) => mod(value + (delta[i] ?? 0n)));
    const deltaBlinder = randomScalar();
    const made = await anchor(after, mod(anchorBlinder + deltaBlinder));
    expect(plus(commitment, await anchor(delta, deltaBlinder))).to.deep.equal(made);
    expect(plus(commitment, await anchor(delta.with(0, 1n), deltaBlinder))).to.not.deep.equal(made);
  });

  it("links one circuit's two segments to an anchor each", async () => {
    const segments = [3, 4];
    const two = await developmentLinkKey(key, { segments });
    const blinders = [randomScalar(), randomScalar()];
    const [left, right] = [committed.slice(0, 3), committed.slice(3)];
    const anchors = [await anchor(left, blinders[0] ?? 0n), await anchor(right, blinders[1] ?? 0n)];
    const proven = await proveLink(two, { values: committed, blinder, anchorBlinders: blinders });
    expect(await checkLinkKey(two, key)).to.equal(true);
    expect(verifyLink(two, { sum, anchors }, proven)).to.equal(true);
    expect(verifyLink(two, { sum, anchors: anchors.toReversed() }, proven)).to.equal(false);
    for (const bad of [[3, 3], [7, 0], [8]]) expect(await rejection(emptyLinkKey(key, bad))).to.be.instanceOf(KeyError);
  });

  it("takes generators whose relations nobody knows: each the hash of its name, on the curve, all different", async () => {
    const points = await generators(64);
    const all = [
      ...Array.from({ length: 64 }, (_, i) => points.subarray(64 * i, 64 * i + 64)),
      await hidingGenerator(),
    ];
    const read = all.map(readG1);
    for (const point of read) toG1(point);
    expect(new Set(read.map(String)).size).to.equal(65);
    // Anybody's anchors rest on these: a change would break every one of them.
    expect(read[0]).to.deep.equal(FIRST_GENERATOR);
    expect(read[64]).to.deep.equal(HIDING_GENERATOR);
    expect(await anchor([1n], 0n)).to.deep.equal(read[0]);
    expect(await anchor([0n], 2n)).to.deep.equal(times(read[64] ?? [0n, 0n], 2n));
  });

  it("verifies batches at once, and finds one bad proof in each place", async () => {
    const items: BatchItem[] = [];
    for (let i = 0; i < 4; i++) {
      items.push({ publics, proof: await prove(key, witness, { threads: 0, blinder }), commitment: sum });
    }
    expect(verifyBatch(vk, items)).to.equal(true);
    expect(verifyBatch(vk, [])).to.equal(true);
    for (const [i, item] of items.entries()) {
      const bad: BatchItem[] = [
        { ...item, publics: publics.with(1, 4n) },
        { ...item, publics: publics.with(1, (publics[1] ?? 0n) + FIELD) },
        { ...item, commitment: plus(sum, GENERATOR1) },
        { ...item, proof: { ...item.proof, c: item.proof.a } },
        { publics, proof: item.proof },
      ];
      for (const wrong of bad) expect(verifyBatch(vk, items.with(i, wrong))).to.equal(false);
    }
    // Two wrongs that cancel in a plain sum do not in a random one.
    const [x, y] = items as [BatchItem, BatchItem];
    const shift = (item: BatchItem, by: G1Point) => ({ ...item, proof: { ...item.proof, c: plus(item.proof.c, by) } });
    const cancelling = [shift(x, GENERATOR1), shift(y, times(GENERATOR1, -1n))];
    expect(verifyBatch(vk, cancelling)).to.equal(false);
  });
});

const FIRST_GENERATOR = [
  16653391231967804634809075197701331456153636864061197240028699682910676060993n,
  315883877353333762158209374980681026557429824851889809182061680587772677423n,
];
const HIDING_GENERATOR = [
  21031561111862983722170923721796369915981051466467749656528180420998701198949n,
  5864451099297801448400253408687894028723751329742341676629017053897024598229n,
];
