import { writeFile } from "node:fs/promises";
import {
  committedSum,
  createProver,
  encodeProof,
  encodeVerifyingKey,
  KeyError,
  keyFromZkey,
  type Proof,
  proofToJson,
  prove,
  readPtau,
  readZkey,
  verify,
  verifyingKey,
  verifyingKeyToJson,
  writeWtns,
  type Zkey,
} from "@freehold/circuits";
import {
  applyBeacon,
  contributeToZkey,
  contributionHash,
  encodeZkey,
  firstZkey,
  verifyZkey,
} from "@freehold/circuits/ceremony";
import { expect } from "chai";
import { hexlify, keccak256 } from "ethers";
import { network } from "hardhat";
import { openScene, type Scene } from "./ceremony-scene.ts";
import { writePtau } from "./powers.ts";
import { synthetic } from "./synthetic.ts";

const BEACON = { value: Uint8Array.from(Buffer.from("0102030405060708090a0b0c0d0e0f", "hex")), log: 10 };

describe("circuits: ceremony", function () {
  this.timeout(120_000);
  let scene: Scene;
  let last: Zkey;
  before(async () => {
    scene = await openScene();
  });
  after(() => scene.close());

  const faultsOf = async (zkey: Zkey, options = {}) =>
    (await verifyZkey(zkey, scene.system, scene.powers, options)).faults;

  it("goes on where snarkjs was, and snarkjs where it was: both verify what both made", async () => {
    const one = await contributeToZkey(scene.first, { name: "ann", entropy: "dice" });
    await scene.write("1.zkey", one.zkey);
    const said = await scene.snarkjs("zkey", "contribute", "1.zkey", "2.zkey", "--name=bob", "-e=more dice");
    const two = await scene.read("2.zkey");
    const three = await contributeToZkey(two, { name: "eve" });
    const { zkey } = await applyBeacon(three.zkey, BEACON, { name: "beacon" });
    last = zkey;
    await scene.write("3.zkey", three.zkey);
    await scene.write("last.zkey", last);

    expect(await scene.isAccepted("last.zkey")).to.equal(true);
    const checked = await verifyZkey(last, scene.system, scene.powers, {
      beacon: BEACON,
      parties: 3,
      include: [one.hash],
    });
    expect(checked.faults).to.deep.equal([]);
    expect(checked.contributions.map(({ name }) => name)).to.deep.equal(["ann", "bob", "eve", "beacon"]);
    // The hash that snarkjs prints is the one by which the party is found.
    const printed = said.slice(said.indexOf("Contribution Hash")).match(/[0-9a-f]{8}/g) ?? [];
    expect(printed.join("")).to.equal(hex(checked.contributions[1]?.hash));
  });

  it("applies the beacon that snarkjs applies, byte for byte", async () => {
    await scene.snarkjs("zkey", "beacon", "3.zkey", "theirs.zkey", hex(BEACON.value), "10", "--name=beacon");
    expect(encodeZkey(await scene.read("theirs.zkey"))).to.deep.equal(encodeZkey(last));
    expect(await faultsOf(await scene.read("theirs.zkey"), { beacon: BEACON })).to.deep.equal([]);
  });

  it("verifies a key of snarkjs alone", async () => {
    await scene.snarkjs("groth16", "setup", "c.r1cs", "c.ptau", "s0.zkey");
    await scene.snarkjs("zkey", "contribute", "s0.zkey", "s1.zkey", "--name=only", "-e=dice");
    expect(await faultsOf(await scene.read("s1.zkey"))).to.deep.equal([]);
    const theirs = await scene.read("s0.zkey");
    expect(encodeZkey(theirs)).to.deep.equal(encodeZkey(scene.first));
  });

  it("verifies against the first key as published, and finds one that is not what circuit and powers give", async () => {
    expect(await faultsOf(last, { first: scene.first })).to.deep.equal([]);
    // The first point that is not infinity in place of the second.
    const changed = (id: number, size: number, from = 0) => {
      const bytes = Uint8Array.from(scene.first.constant.get(id) ?? []);
      const places: number[] = [];
      for (let at = from; at < bytes.length; at += size)
        if (bytes.subarray(at, at + size).some(Boolean)) places.push(at);
      bytes.copyWithin(places[1] ?? 0, places[0] ?? 0, (places[0] ?? 0) + size);
      return { ...scene.first, constant: new Map([...scene.first.constant, [id, bytes]]) };
    };
    const k = Uint8Array.from(scene.first.k);
    k.copyWithin(0, 64, 128);
    const h = Uint8Array.from(scene.first.h).fill(0, 0, 64);
    const bad = [changed(3, 64), changed(4, 44, 4), changed(5, 64), changed(6, 64), changed(7, 128)];
    for (const [i, first] of [...bad, { ...scene.first, k }, { ...scene.first, h }, last].entries()) {
      const [fault] = await faultsOf(last, { first });
      expect(fault?.code, `change ${i}`).to.equal("POINTS");
    }
  });

  it("exports keys whose proofs verify here, by snarkjs and on the chain", async () => {
    const key = keyFromZkey(last, scene.system);
    const vk = verifyingKey(key);
    const proof = await prove(key, scene.witness, { threads: 0 });
    expect(key.development).to.equal(false);
    expect(verify(vk, scene.publics, proof)).to.equal(true);
    expect(verify(vk, [1n, ...scene.publics.slice(1)], proof)).to.equal(false);

    const json = (name: string, value: unknown) => writeFile(scene.path(name), JSON.stringify(value));
    await json("vk.json", verifyingKeyToJson(vk));
    await json("publics.json", scene.publics.map(String));
    await json("proof.json", proofToJson(proof));
    expect(await scene.snarkjs("groth16", "verify", "vk.json", "publics.json", "proof.json")).to.include("OK!");
    await writeFile(scene.path("c.wtns"), writeWtns(scene.witness));
    await scene.snarkjs("groth16", "prove", "last.zkey", "c.wtns", "theirs.json", "theirs-publics.json");
    expect(await scene.snarkjs("groth16", "verify", "vk.json", "theirs-publics.json", "theirs.json")).to.include("OK!");

    // A public chain's number: the key is none of development.
    const chain = await network.create({ network: "local", override: { chainId: 1, hardfork: "osaka" } });
    try {
      const factory = await chain.ethers.deployContract("Groth16Factory", [keccak256("0x01")]);
      const bytes = hexlify(encodeVerifyingKey(vk));
      await factory.getFunction("deploy")(bytes);
      const address = await factory.getFunction("verifierOf")(bytes);
      const verifier = await chain.ethers.getContractAt("Groth16Verifier", address);
      expect(await verifier.getFunction("verify")(scene.publics, encodeProof(proof))).to.equal(true);
      expect(await verifier.getFunction("verify")([1n, ...scene.publics.slice(1)], encodeProof(proof))).to.equal(false);
    } finally {
      await chain.close();
    }
  });

  it("keeps tier 2's blinder, and finds a key that lost it to a tool that knows none", async () => {
    const two = await openScene({ seed: 52, committed: 4 });
    try {
      const one = await contributeToZkey(two.first, { name: "ann" });
      const { zkey } = await applyBeacon(one.zkey, BEACON);
      expect((await verifyZkey(zkey, two.system, two.powers)).faults).to.deep.equal([]);
      const key = keyFromZkey(readZkey(encodeZkey(zkey)), two.system);
      const prover = await createProver(key, { threads: 0 });
      const proof: Proof = await prover.prove(two.witness, { blinder: 99n });
      const sum = await committedSum(key, two.committed, 99n);
      expect(verify(verifyingKey(key), two.publics, proof, sum)).to.equal(true);
      prover.close();

      await two.write("1.zkey", zkey);
      expect(await two.isAccepted("1.zkey")).to.equal(true);
      await two.snarkjs("zkey", "contribute", "1.zkey", "2.zkey", "--name=bob", "-e=dice");
      const codes = async (changed: Zkey) =>
        (await verifyZkey(changed, two.system, two.powers)).faults.map(({ code }) => code);
      expect(await codes(await two.read("2.zkey"))).to.deep.equal(["CIRCUIT"]);
      const other = await contributeToZkey(two.first);
      expect(await codes({ ...zkey, blinder: other.zkey.blinder })).to.deep.equal(["DIVIDED"]);
    } finally {
      await two.close();
    }
  });

  it("says how far it is, and stops when it is told to", async () => {
    const seen: number[] = [];
    await verifyZkey(last, scene.system, scene.powers, { onProgress: (done) => seen.push(done) });
    expect(seen).to.deep.equal([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).to.equal(1);
    const stop = new AbortController();
    const onProgress = () => stop.abort(new Error("enough"));
    const work = { signal: stop.signal, onProgress };
    for (const start of [
      () => firstZkey(scene.system, scene.powers, work),
      () => contributeToZkey(scene.first, {}, work),
      () => applyBeacon(scene.first, { ...BEACON, log: 30 }, {}, work),
      () => verifyZkey(last, scene.system, scene.powers, work),
    ]) {
      const reason = await start().catch((error: Error) => error.message);
      expect(reason).to.equal("enough");
    }
  });

  it("refuses powers that have none to spare for a domain of 2^15, whose hash needs one more", async function () {
    this.timeout(900_000);
    const { system } = synthetic({ constraints: 16_500, seed: 41, terms: 1 });
    const error = await firstZkey(system, { ...scene.powers, power: 15 }).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(KeyError).with.property("message").that.includes("2^16");
    if (process.env.FREEHOLD_NIGHTLY !== "1") return;
    // Printed by `groth16 setup` of snarkjs 0.7.6 for these files, in a minute.
    const printed =
      "4957b9794a8ffd7d0c56396619f9adc301436bb01a4c140b86f3f930456bb892e9eeadb9173cef0ca5ef372b6131da88335108f5fb8c07878b81f99f4a6c7066";
    const { transcript } = await firstZkey(system, readPtau(await writePtau(16)));
    expect(hex(transcript.circuitHash)).to.equal(printed);
  });

  it("names a contribution by the hash that its party printed", async () => {
    const { hash, zkey } = await contributeToZkey(scene.first);
    const [contribution] = zkey.transcript.contributions;
    expect(contribution && contributionHash(contribution)).to.deep.equal(hash);
    expect((await contributeToZkey(scene.first)).hash).to.not.deep.equal(hash);
  });
});

function hex(bytes: Uint8Array = new Uint8Array()): string {
  return Buffer.from(bytes).toString("hex");
}
