import type { Zkey } from "@freehold/circuits";
import {
  applyBeacon,
  type CeremonyError,
  contributeToZkey,
  type VerifyOptions,
  verifyZkey,
} from "@freehold/circuits/ceremony";
import {
  BASE_FIELD,
  Engine,
  fromBytes,
  GENERATOR1,
  GENERATOR2,
  inverse,
  toBytes,
  writePoint,
} from "@freehold/circuits/prover";
import { expect } from "chai";
import { openScene, type Scene } from "./ceremony-scene.ts";

const BEACON = { value: Uint8Array.from([7, 7, 7]), log: 10 };

describe("circuits: transcripts of ceremonies", function () {
  this.timeout(120_000);
  let scene: Scene;
  let other: Scene;
  /** After each contribution: ann, bob, the beacon. */
  let keys: readonly [Zkey, Zkey, Zkey];
  before(async () => {
    scene = await openScene();
    other = await openScene({ seed: 99 });
    const one = (await contributeToZkey(scene.first, { name: "ann" })).zkey;
    const two = (await contributeToZkey(one, { name: "bob" })).zkey;
    keys = [one, two, (await applyBeacon(two, BEACON)).zkey];
  });
  after(() => Promise.all([scene.close(), other.close()]));

  const codesOf = async (zkey: Zkey, options: VerifyOptions = {}) => {
    const { faults } = await verifyZkey(zkey, scene.system, scene.powers, options);
    return [...new Set(faults.map(({ code }) => code))];
  };
  type Contributions = Zkey["transcript"]["contributions"];
  const withContributions = (zkey: Zkey, change: (contributions: Contributions) => Contributions): Zkey => ({
    ...zkey,
    transcript: { ...zkey.transcript, contributions: change(zkey.transcript.contributions) },
  });
  const withFirst = (change: Partial<Contributions[number]>) =>
    withContributions(keys[2], ([first, ...rest]) => [{ ...first, ...change } as Contributions[number], ...rest]);

  it("are accepted as they were made", async () => {
    for (const key of keys) expect(await codesOf(key)).to.deep.equal([]);
    expect(await codesOf(keys[2], { beacon: BEACON, parties: 2 })).to.deep.equal([]);
  });

  it("are refused when a proof is forged", async () => {
    const [ann, bob] = keys[2].transcript.contributions;
    const zeros = new Uint8Array(128);
    expect(await codesOf(withFirst({ spx: bob!.spx }))).to.include.members(["PROOF", "DELTA", "TRANSCRIPT"]);
    expect(await codesOf(withFirst({ spx: zeros }))).to.include("PROOF");
    expect(await codesOf(withFirst({ s: zeros.slice(64), sx: zeros.slice(64) }))).to.include("PROOF");
    // Another proof of the same secret, but made for nothing that came before.
    expect(await codesOf(withFirst({ s: ann!.sx, sx: ann!.s }))).to.include.members(["TRANSCRIPT", "PROOF"]);
    // A point whose coordinate is not below p has two forms, and two hashes.
    const [x = 0n, y = 0n] = fromBytes(ann!.delta1);
    expect(await codesOf(withFirst({ delta1: toBytes([x + BASE_FIELD, y]) }))).to.include("DELTA");
  });

  it("are refused when contributions are moved, dropped or repeated", async () => {
    const bad = [
      withContributions(keys[2], ([ann, bob, end]) => [bob!, ann!, end!]),
      withContributions(keys[2], ([, bob, end]) => [bob!, end!]),
      withContributions(keys[2], ([ann, , end]) => [ann!, end!]),
      withContributions(keys[2], ([ann, bob]) => [ann!, bob!]),
      withContributions(keys[2], ([ann, bob, end]) => [ann!, bob!, bob!, end!]),
      withContributions(keys[2], () => []),
    ];
    for (const [i, zkey] of bad.entries())
      expect(await codesOf(zkey), `change ${i}`).to.include.oneOf(["TRANSCRIPT", "DELTA"]);
  });

  it("are refused when they come from another circuit", async () => {
    const theirs = (await contributeToZkey(other.first, { name: "ann" })).zkey;
    expect(await codesOf(theirs)).to.include.members(["CIRCUIT_HASH", "POINTS"]);
    // Their transcript with our points, divided by their delta, as if one had contributed here.
    expect(
      await codesOf({ ...keys[0], transcript: theirs.transcript, delta1: theirs.delta1, delta2: theirs.delta2 }),
    ).to.include.members(["CIRCUIT_HASH", "DIVIDED"]);
    const mixed = withContributions(keys[0], () => theirs.transcript.contributions);
    expect(await codesOf(mixed)).to.include.members(["TRANSCRIPT", "DELTA"]);
    const smaller = { ...keys[0], wires: keys[0].wires - 1 };
    expect(await codesOf(smaller)).to.deep.equal(["CIRCUIT"]);
  });

  it("are refused when L or H is not divided by delta", async () => {
    const swapped = (points: Uint8Array) => {
      const out = points.slice();
      out.set(points.subarray(64, 128), 0);
      out.set(points.subarray(0, 64), 64);
      return out;
    };
    expect(await codesOf({ ...keys[2], k: keys[1].k })).to.deep.equal(["DIVIDED"]);
    expect(await codesOf({ ...keys[2], h: keys[1].h })).to.deep.equal(["DIVIDED"]);
    expect(await codesOf({ ...keys[2], k: swapped(keys[2].k) })).to.deep.equal(["DIVIDED"]);
    expect(await codesOf({ ...keys[2], h: swapped(keys[2].h) })).to.deep.equal(["DIVIDED"]);
    // Of order 2 on another curve: half of all combinations would not see it.
    const h = keys[2].h.slice();
    h.set(toBytes([5n, 0n]), h.length - 64);
    expect(await codesOf({ ...keys[2], h })).to.deep.equal(["DIVIDED"]);
  });

  it("are refused when the second phase was skipped", async () => {
    expect(await codesOf(scene.first)).to.deep.equal(["MISSING", "NO_PHASE2"]);
    const [delta1, delta2] = [writePoint(GENERATOR1), writePoint(GENERATOR2)];
    expect(await codesOf({ ...keys[2], delta1, delta2, k: scene.first.k, h: scene.first.h })).to.include.members([
      "NO_PHASE2",
      "DELTA",
    ]);
  });

  it("are refused when the last party put a delta of its own in place of all others'", async () => {
    const engine = await Engine.create();
    const [secret, over] = [toBytes([1_234n]), toBytes([inverse(1_234n)])];
    const own = {
      delta1: engine.scale(1, writePoint(GENERATOR1), secret),
      delta2: engine.scale(2, writePoint(GENERATOR2), secret),
      k: engine.scale(1, scene.first.k, over),
      h: engine.scale(1, scene.first.h, over),
    };
    expect(await codesOf({ ...keys[1], ...own })).to.deep.equal(["DELTA"]);
    const hidden = withContributions({ ...keys[1], ...own }, ([ann, bob]) => [ann!, { ...bob!, delta1: own.delta1 }]);
    expect(await codesOf(hidden)).to.deep.equal(["DELTA"]);
    expect(await codesOf({ ...keys[1], delta2: own.delta2 })).to.deep.equal(["DELTA"]);
    const [x = 0n, ...rest] = fromBytes(keys[1].delta2);
    expect(await codesOf({ ...keys[1], delta2: toBytes([x + BASE_FIELD, ...rest]) })).to.deep.equal(["DELTA"]);
  });

  it("are refused when the beacon is not what it says", async () => {
    const changed = (beacon: typeof BEACON) =>
      withContributions(keys[2], ([ann, bob, end]) => [ann!, bob!, { ...end!, beacon }]);
    expect(await codesOf(changed({ ...BEACON, log: 11 }))).to.deep.equal(["BEACON"]);
    expect(await codesOf(changed({ ...BEACON, log: 9 }))).to.deep.equal(["BEACON"]);
    expect(await codesOf(changed({ ...BEACON, value: Uint8Array.from([7, 7, 8]) }))).to.deep.equal(["BEACON"]);
    const asked = { beacon: { ...BEACON, log: 12 } };
    expect(await codesOf(keys[2], asked)).to.deep.equal(["BEACON"]);
    expect(await codesOf(keys[1], { beacon: BEACON })).to.deep.equal(["BEACON"]);
    // A party that calls itself a beacon chose its secret.
    const posing = withContributions(keys[1], ([ann, bob]) => [ann!, { ...bob!, beacon: BEACON }]);
    expect(await codesOf(posing, { beacon: BEACON })).to.deep.equal(["BEACON"]);
    const refused = async (step: Promise<unknown>) =>
      ((await step.catch((error: unknown) => error)) as CeremonyError).code;
    expect(await refused(contributeToZkey(keys[2]))).to.equal("ENDED");
    expect(await refused(applyBeacon(keys[2], BEACON))).to.equal("ENDED");
    expect(await refused(applyBeacon(keys[1], { ...BEACON, log: 9 }))).to.equal("USAGE");
    expect(await refused(applyBeacon(keys[1], { ...BEACON, value: new Uint8Array(256) }))).to.equal("USAGE");
    expect(await refused(contributeToZkey(keys[1], { name: "x".repeat(65) }))).to.equal("USAGE");
  });

  it("are refused when alpha, beta, gamma or points of the powers were changed", async () => {
    const messagesOf = async (change: Partial<Zkey>) => {
      const { faults } = await verifyZkey({ ...keys[2], ...change }, scene.system, scene.powers);
      return faults.map(({ code, message }) => `${code} ${message}`);
    };
    const [one, two] = [scene.first.delta1, keys[0].delta2];
    const said = await messagesOf({ alpha1: one, beta1: one, beta2: two, gamma2: two });
    expect(said).to.deep.equal(
      ["alpha1", "beta1", "beta2", "gamma2"].map((name) => `POWERS ${name} is not that of the powers of tau`),
    );
    const constant = new Map(
      [...keys[2].constant].map(([id, bytes]) => {
        const changed = Uint8Array.from(bytes);
        changed[10] = (changed[10] ?? 0) ^ 1;
        return [id, changed] as const;
      }),
    );
    expect((await messagesOf({ constant })).map((message) => message.replace(/ are not .*/, ""))).to.deep.equal([
      "POINTS points of public wires (IC)",
      "CIRCUIT terms of the constraints",
      "POINTS points A",
      "POINTS points B in G1",
      "POINTS points B in G2",
    ]);
  });

  it("are refused when a party is missing that was there", async () => {
    const { contributions } = await verifyZkey(keys[2], scene.system, scene.powers);
    const [ann, bob] = contributions;
    expect(await codesOf(keys[2], { include: [ann!.hash, bob!.hash] })).to.deep.equal([]);
    expect(await codesOf(keys[0], { include: [ann!.hash, bob!.hash] })).to.deep.equal(["MISSING"]);
    expect(await codesOf(keys[2], { parties: 3 })).to.deep.equal(["MISSING"]);
  });
});
