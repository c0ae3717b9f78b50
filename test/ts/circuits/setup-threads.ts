import { developmentSetup, encodeKey, type PowersOfTau, type R1cs, readPtau, setupFromPtau } from "@freehold/circuits";
import { contributeToZkey, encodeZkey, firstZkey, verifyZkey } from "@freehold/circuits/ceremony";
import { expect } from "chai";
import { openScene, type Scene } from "./ceremony-scene.ts";
import { writePtau } from "./powers.ts";
import { synthetic } from "./synthetic.ts";

const COUNTS = [0, 1, 2, 3];

describe("circuits: set-ups on threads", function () {
  this.timeout(120_000);
  let scene: Scene;
  /** One wire, the constant, is in more constraints than a task has terms. */
  let large: { readonly system: R1cs; readonly powers: PowersOfTau };
  before(async () => {
    scene = await openScene({ seed: 53, committed: 4 });
    const { system } = synthetic({ constraints: 1_100, bits: 1, seed: 9 });
    large = { system, powers: readPtau(await writePtau(11)) };
  });
  after(() => scene.close());

  const rejection = (promise: Promise<unknown>) =>
    promise.then(
      () => "accepted",
      (error: unknown) => error,
    );

  it("development keys are the same for any number of threads, byte for byte", async () => {
    // More points than one task is given.
    const { system } = synthetic({ constraints: 2_500, committed: 7, seed: 8 });
    const keys = [];
    for (const threads of COUNTS) keys.push(encodeKey(await developmentSetup(system, { threads })));
    for (const key of [...keys, encodeKey(await developmentSetup(system))]) expect(key).to.deep.equal(keys[0]);
  });

  it("a ceremony's first key is the same for any number of threads, byte for byte", async () => {
    const first = encodeZkey(scene.first);
    for (const threads of COUNTS) {
      const made = await firstZkey(scene.system, scene.powers, { threads });
      expect(encodeZkey(made), `${threads}`).to.deep.equal(first);
    }
  });

  it("a wire in more constraints than one task has terms, and many tasks, give the same first key on threads", async () => {
    const made = (threads: number) => setupFromPtau(large.system, large.powers, { threads });
    const one = encodeKey(await made(0));
    expect(encodeKey(await made(2))).to.deep.equal(one);
  });

  it("verification on threads says what it says in one", async () => {
    const { zkey } = await contributeToZkey(scene.first, { name: "ann" });
    const points = Uint8Array.from(zkey.constant.get(5) ?? []);
    points.copyWithin(64, 128, 192);
    points.copyWithin(128, 192, 256);
    const changed = { ...zkey, constant: new Map([...zkey.constant, [5, points]]) };
    for (const key of [zkey, changed, scene.first]) {
      const [one, two] = [
        await verifyZkey(key, scene.system, scene.powers, { threads: 0 }),
        await verifyZkey(key, scene.system, scene.powers, { threads: 2 }),
      ];
      expect(two).to.deep.equal(one);
      expect(two.faults.length > 0).to.equal(key !== zkey);
    }
  });

  it("say how far they are, stop at once when they are told to, and leave no thread behind", async () => {
    const { system, powers } = large;
    const before = workers();
    for (const threads of [0, 2]) {
      const seen: number[] = [];
      await developmentSetup(system, { threads, onProgress: (done) => seen.push(done) });
      expect(seen).to.deep.equal([...seen].sort((a, b) => a - b));
      expect(seen.at(-1)).to.equal(1);
      for (const start of [
        (signal: AbortSignal, onProgress: () => void) => developmentSetup(system, { threads, signal, onProgress }),
        (signal: AbortSignal, onProgress: () => void) => setupFromPtau(system, powers, { threads, signal, onProgress }),
      ]) {
        const stop = new AbortController();
        const reason = new Error("enough");
        expect(await rejection(start(stop.signal, () => stop.abort(reason)))).to.equal(reason);
        const early = AbortSignal.abort(reason);
        expect(await rejection(start(early, () => undefined))).to.equal(reason);
      }
    }
    // Ending takes a moment.
    for (let i = 0; i < 100 && workers() > before; i++) await new Promise((resolve) => setTimeout(resolve, 100));
    expect(workers()).to.equal(before);
  });

  it("refuse a number of threads that is none", async () => {
    for (const threads of [-1, 1.5, 65, Number.NaN]) {
      expect(await rejection(developmentSetup(scene.system, { threads }))).to.be.instanceOf(RangeError);
      expect(await rejection(firstZkey(scene.system, scene.powers, { threads }))).to.be.instanceOf(RangeError);
    }
  });
});

/** Threads of this process. */
function workers(): number {
  return (process.report.getReport() as { readonly workers: readonly unknown[] }).workers.length;
}
