import {
  checkVerifyingKey,
  createProver,
  decodeKey,
  decodeProof,
  decodeVerifyingKey,
  developmentSetup,
  encodeKey,
  encodeProof,
  encodeVerifyingKey,
  FIELD,
  KeyError,
  PointError,
  type Proof,
  ProverError,
  type ProvingKey,
  prove,
  setupWith,
  type VerifyingKey,
  VerifyingKeyError,
  verify,
  verifyingKey,
  verifyingKeyFromJson,
  verifyingKeyToJson,
} from "@freehold/circuits";
import { BASE_FIELD, bn254, fromG1, GENERATOR2, toG1, toG2 } from "@freehold/circuits/prover";
import { expect } from "chai";
import { refusal, synthetic } from "./synthetic.ts";

type G1 = ReturnType<typeof toG1>;
type G2 = ReturnType<typeof toG2>;

const negative = (value: bigint) => (value === 0n ? 0n : BASE_FIELD - value);

describe("circuits: Groth16", () => {
  const { system, witness, publics } = synthetic({ constraints: 300, seed: 11 });
  let key: ProvingKey;
  let vk: VerifyingKey;
  let proof: Proof;
  before(async () => {
    key = await developmentSetup(system);
    vk = verifyingKey(key);
    proof = await prove(key, witness, { threads: 0 });
  });

  it("proves a statement of a development key, which says what it is", () => {
    expect(verify(vk, publics, proof)).to.equal(true);
    expect(key.development && vk.development).to.equal(true);
    expect(verifyingKeyToJson(vk)).to.include({ development: true });
  });

  it("proves systems of all small sizes, around each power of two", async () => {
    for (let constraints = 1; constraints <= 36; constraints += constraints < 10 ? 1 : 5) {
      const small = synthetic({ constraints, publics: constraints % 3, seed: constraints });
      const made = await developmentSetup(small.system);
      const proven = await prove(made, small.witness, { threads: 0 });
      expect(verify(verifyingKey(made), small.publics, proven), `${constraints} constraints`).to.equal(true);
    }
  });

  it("makes the same key of the same seed, and another of another", async () => {
    const small = synthetic({ constraints: 5 });
    const first = encodeKey(await developmentSetup(small.system));
    expect(encodeKey(await developmentSetup(small.system))).to.deep.equal(first);
    expect(encodeKey(await developmentSetup(small.system, { seed: "another" }))).to.not.deep.equal(first);
  });

  it("reads a verifying key as chains have it, and knows a development key by its alpha, whatever its flag says", async () => {
    const bytes = encodeVerifyingKey(vk);
    expect(decodeVerifyingKey(bytes)).to.deep.equal(vk);
    expect(decodeVerifyingKey(encodeVerifyingKey({ ...vk, development: false })).development).to.equal(true);
    const secrets = { tau: 3n, alpha: 5n, beta: 7n, gamma: 11n, delta: 13n, eta: 17n };
    const other = verifyingKey(await setupWith(system, secrets));
    expect(decodeVerifyingKey(encodeVerifyingKey(other)).development).to.equal(false);
  });

  it("refuses bytes that are no verifying key, at every point", () => {
    const bytes = encodeVerifyingKey(vk);
    const refused = (some: Uint8Array) => refusal(() => decodeVerifyingKey(some));
    for (const length of [0, 448, bytes.length - 1, bytes.length - 32]) {
      expect(refused(bytes.subarray(0, length)), `${length} bytes`).to.be.instanceOf(VerifyingKeyError);
    }
    for (let at = 31; at < bytes.length; at += 32) {
      const off = bytes.slice();
      off[at] = (off[at] ?? 0) ^ 1;
      expect(refused(off), `word ${at >> 5}`).to.be.instanceOf(VerifyingKeyError);
    }
    const infinity = bytes.slice();
    infinity.fill(0, 0, 64);
    expect(refused(infinity)).to.be.instanceOf(VerifyingKeyError);
    const skipped = bytes.slice();
    skipped.copyWithin(320, 192, 320);
    expect(refused(skipped)).to.be.instanceOf(VerifyingKeyError);
  });

  it("refuses other public inputs, and inputs that are equal only modulo the order", () => {
    for (const [i, value] of publics.entries()) {
      for (const other of [(value + 1n) % FIELD, value + FIELD, value - FIELD, 0n]) {
        expect(verify(vk, publics.toSpliced(i, 1, other), proof)).to.equal(false);
      }
    }
    expect(verify(vk, publics.slice(1), proof)).to.equal(false);
    expect(verify(vk, [...publics, 0n], proof)).to.equal(false);
  });

  it("proves nothing of a witness that breaks a constraint", async () => {
    for (const wire of [4, 100, 305]) {
      const broken = witness.slice();
      broken[32 * wire] = (broken[32 * wire] ?? 0) ^ 2;
      expect(verify(vk, publics, await prove(key, broken, { threads: 0 })), `wire ${wire}`).to.equal(false);
    }
  });

  it("proves one statement twice without a coordinate in common", async () => {
    const other = await prove(key, witness, { threads: 0 });
    expect(verify(vk, publics, other)).to.equal(true);
    const [first, second] = [proof, other].map(({ a, b, c }) => [a, b, c].flat(2));
    for (const [i, value] of first?.entries() ?? []) expect(value).to.not.equal(second?.[i]);
  });

  it("is malleable, as Groth16 is: replay must be keyed on the statement, never on the proof", () => {
    const { a, b, c } = proof;
    const twin: Proof = { a: [a[0], negative(a[1])], b: [b[0], [negative(b[1][0]), negative(b[1][1])]], c };
    expect(encodeProof(twin)).to.not.deep.equal(encodeProof(proof));
    expect(verify(vk, publics, twin)).to.equal(true);
    expect(verify(vk, publics, { ...twin, b })).to.equal(false);
  });

  it("refuses points off the curve, outside the subgroup, with aliased coordinates, and infinity", () => {
    const { a, b, c } = proof;
    // On the twist, but of another order: x from 1 until x^3 + 3 / (9 + u) has a root.
    const outside = outsideOfSubgroup();
    const forged: Proof[] = [
      { a: [a[0], (a[1] + 1n) % BASE_FIELD], b, c },
      { a: [a[0] + BASE_FIELD, a[1]], b, c },
      { a, b: [b[0], [b[1][1], b[1][0]]], c },
      { a, b: outside, c },
      { a: [0n, 0n], b, c },
      {
        a: [0n, 0n],
        b: [
          [0n, 0n],
          [0n, 0n],
        ],
        c: [0n, 0n],
      },
    ];
    for (const [i, item] of forged.entries()) expect(verify(vk, publics, item), `forgery ${i}`).to.equal(false);
  });

  it("refuses a key whose second phase was skipped: anything passes it", async () => {
    const secrets = { tau: 5n, alpha: 7n, beta: 11n, gamma: 13n, delta: 13n, eta: 17n };
    const skipped = verifyingKey(await setupWith(system, secrets));
    // A = alpha, B = beta, C = -vk_x: the equation holds for any statement.
    let sum = toG1(skipped.ic[0] ?? [0n, 0n]);
    for (const [i, value] of [1n, 2n, 3n].entries()) sum = sum.add(toG1(skipped.ic[i + 1] ?? [0n, 0n]).multiply(value));
    const forged: Proof = { a: skipped.alpha, b: skipped.beta, c: fromG1(sum.negate()) };
    expect(refusal(() => verify(skipped, [1n, 2n, 3n], forged))).to.be.instanceOf(VerifyingKeyError);
    const pairs: [G1, G2][] = [
      [toG1(forged.a).negate(), toG2(forged.b)],
      [toG1(skipped.alpha), toG2(skipped.beta)],
      [sum, toG2(skipped.gamma)],
      [toG1(forged.c), toG2(skipped.delta)],
    ];
    const product = bn254.pairingBatch(pairs.map(([g1, g2]) => ({ g1, g2 })));
    expect(bn254.fields.Fp12.eql(product, bn254.fields.Fp12.ONE), "the forgery is a good one").to.equal(true);
    for (const bad of [
      { ...vk, delta: vk.gamma },
      { ...vk, delta: GENERATOR2 },
      { ...vk, alpha: [1n, 1n] as const },
      { ...vk, beta: outsideOfSubgroup() },
      { ...vk, gamma: [[0n, 0n] as const, [0n, 0n] as const] as const },
    ]) {
      expect(refusal(() => checkVerifyingKey(bad))).to.be.instanceOf(VerifyingKeyError);
    }
  });

  it("reads what it writes: proofs, keys, and keys as JSON", async () => {
    expect(decodeProof(encodeProof(proof))).to.deep.equal(proof);
    expect(encodeProof(proof).length).to.equal(256);
    expect(verifyingKeyFromJson(JSON.parse(JSON.stringify(verifyingKeyToJson(vk))))).to.deep.equal(vk);
    const copy = decodeKey(encodeKey(key));
    expect(verify(vk, publics, await prove(copy, witness, { threads: 0 }))).to.equal(true);
  });

  it("refuses damaged proofs and keys without a crash", () => {
    const bytes = encodeProof(proof);
    expect(refusal(() => decodeProof(bytes.slice(1)))).to.be.instanceOf(PointError);
    expect(refusal(() => decodeProof(bytes.slice().fill(255, 0, 32)))).to.be.instanceOf(PointError);
    const encoded = encodeKey(key);
    for (let length = 0; length < encoded.length; length += 997) {
      expect(refusal(() => decodeKey(encoded.slice(0, length)))).to.be.instanceOf(KeyError);
    }
    expect(refusal(() => decodeKey(new Uint8Array([...encoded, 0])))).to.be.instanceOf(KeyError);
    const { a } = system;
    const wild = { ...a, wires: a.wires.map((wire, i) => (i === 3 ? 2 ** 31 : wire)) };
    const damaged = encodeKey({ ...key, matrices: [wild, key.matrices[1], key.matrices[2]] });
    expect(refusal(() => decodeKey(damaged))).to.be.instanceOf(KeyError);
    for (const json of [
      null,
      1,
      [],
      {},
      { ...verifyingKeyToJson(vk), IC: 3 },
      { ...verifyingKeyToJson(vk), vk_beta_2: [] },
    ]) {
      expect(refusal(() => verifyingKeyFromJson(json))).to.be.instanceOf(VerifyingKeyError);
    }
  });

  it("refuses witnesses that are none of the circuit", async () => {
    const aliased = witness.slice();
    aliased.set(
      Uint8Array.from({ length: 32 }, () => 255),
      32 * 7,
    );
    for (const bad of [witness.slice(32), aliased, witness.slice().fill(0, 0, 32)]) {
      const error = await prove(key, bad, { threads: 0 }).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(KeyError);
    }
  });
});

describe("circuits: the prover's threads", () => {
  const { system, witness, publics } = synthetic({ constraints: 3_000, terms: 6, seed: 12 });
  let key: ProvingKey;
  before(async () => {
    key = await developmentSetup(system);
  });

  for (const threads of [0, 1, 2, 3]) {
    it(`proves on ${threads} threads, several proofs at once, and tells how far it is`, async () => {
      const prover = await createProver(key, { threads });
      try {
        const steps: number[] = [];
        const all = [0, 1, 2].map((i) =>
          prover.prove(witness, i === 0 ? { onProgress: (done) => steps.push(done) } : {}),
        );
        for (const proof of await Promise.all(all)) expect(verify(verifyingKey(key), publics, proof)).to.equal(true);
        expect(steps).to.deep.equal(steps.toSorted((x, y) => x - y));
        expect(Math.round((steps.at(-1) ?? 0) * 1e6)).to.equal(1e6);
        expect(steps.length).to.be.at.least(7);
      } finally {
        prover.close();
      }
    });
  }

  it("stops when it is told to, and proves again afterwards", async () => {
    for (const threads of [0, 2]) {
      const prover = await createProver(key, { threads });
      try {
        const abort = new AbortController();
        const reason = new Error("enough");
        const stopped = prover.prove(witness, { signal: abort.signal, onProgress: () => abort.abort(reason) });
        expect(await stopped.catch((error: unknown) => error)).to.equal(reason);
        expect(await prover.prove(witness, { signal: abort.signal }).catch((error: unknown) => error)).to.equal(reason);
        expect(verify(verifyingKey(key), publics, await prover.prove(witness))).to.equal(true);
      } finally {
        prover.close();
      }
    }
  });

  it("rejects what is left when it is closed", async () => {
    const prover = await createProver(key, { threads: 2 });
    const left = prover.prove(witness).catch((error: unknown) => error);
    setTimeout(() => prover.close(), 5);
    for (const error of [await left, await prover.prove(witness).catch((error: unknown) => error)]) {
      expect(error).to.be.instanceOf(ProverError).and.include({ code: "CLOSED", message: "the prover is closed" });
    }
  });
});

/** A point of the twist whose order is not r. */
function outsideOfSubgroup(): typeof GENERATOR2 {
  const { Fp2 } = bn254.fields;
  for (let x = 1n; ; x++) {
    const at = Fp2.create({ c0: x, c1: 0n });
    const right = Fp2.add(
      Fp2.mul(at, Fp2.sqr(at)),
      Fp2.div(Fp2.create({ c0: 3n, c1: 0n }), Fp2.create({ c0: 9n, c1: 1n })),
    );
    try {
      const { c0, c1 } = Fp2.sqrt(right);
      const point = [
        [x, 0n],
        [c0, c1],
      ] as const;
      try {
        toG2(point);
      } catch {
        return point;
      }
    } catch {
      // No root: no point has this x.
    }
  }
}
