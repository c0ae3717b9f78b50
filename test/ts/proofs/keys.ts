import { expect } from "chai";
import { keccak256 } from "ethers";
import { network } from "hardhat";
import { Trapdoor } from "./utils/trapdoor.ts";

const CIRCUIT = { kind: 0, tier: 1, version: 1, features: 512, hidden: 16, classes: 3 };
const DELAY = 86_400;

describe("proofs: registry of keys", () => {
  const make = async () => {
    const { ethers, networkHelpers } = await network.create("local");
    const [admin, governor, stranger] = await ethers.getSigners();
    const manager = await ethers.deployContract("AccessManager", [admin!.address]);
    const keys = await ethers.deployContract("ProofKeys", [manager]);
    const role = 7n;
    await manager.getFunction("setTargetFunctionRole")(keys, [keys.interface.getFunction("pin")!.selector], role);
    await manager.getFunction("grantRole")(role, governor!.address, DELAY);
    const factory = await ethers.deployContract("Groth16Factory", [`0x${"11".repeat(32)}`]);
    const { key } = new Trapdoor(4);
    await factory.getFunction("deploy")(key);
    const verifier = await factory.getFunction("verifierOf")(key);
    const pin = async (circuit = CIRCUIT, hash = keccak256(key)) => {
      const data = keys.interface.encodeFunctionData("pin", [circuit, verifier, hash]);
      await manager.connect(governor!).getFunction("schedule")(keys, data, 0);
      await networkHelpers.time.increase(DELAY);
      return keys.connect(governor!).getFunction("pin")(circuit, verifier, hash);
    };
    return { ethers, keys, manager, governor: governor!, stranger: stranger!, verifier, key, pin };
  };

  it("pins a verifier by its key's hash, after governance's delay", async () => {
    const { keys, verifier, key, pin } = await make();
    const circuitId = await keys.getFunction("circuitIdOf")(CIRCUIT);
    await expect(keys.getFunction("verifierOf")(circuitId)).to.be.revertedWithCustomError(
      keys,
      "ProofKeys_UnknownCircuit",
    );
    const fields = Object.values(CIRCUIT);
    await expect(pin()).to.emit(keys, "KeyPinned").withArgs(circuitId, verifier, keccak256(key), fields);
    expect(await keys.getFunction("verifierOf")(circuitId)).to.equal(verifier);
    expect(await keys.getFunction("isPinned")(circuitId)).to.equal(true);
  });

  it("lets nobody pin without the delay, and no stranger at all", async () => {
    const { keys, manager, governor, stranger, verifier, key } = await make();
    const args = [CIRCUIT, verifier, keccak256(key)] as const;
    await expect(keys.connect(stranger).getFunction("pin")(...args)).to.be.revertedWithCustomError(
      keys,
      "AccessManagedUnauthorized",
    );
    await expect(keys.connect(governor).getFunction("pin")(...args)).to.be.revertedWithCustomError(
      manager,
      "AccessManagerNotScheduled",
    );
  });

  it("never replaces a key: governance cannot make honest proofs fail afterwards", async () => {
    const { keys, pin } = await make();
    await pin();
    await expect(pin()).to.be.revertedWithCustomError(keys, "ProofKeys_Pinned");
  });

  it("refuses a verifier whose key is not the one that was decided on", async () => {
    const { keys, pin } = await make();
    await expect(pin(CIRCUIT, keccak256("0x"))).to.be.revertedWithCustomError(keys, "ProofKeys_WrongKey");
  });

  it("refuses a circuit that is none", async () => {
    const { keys, pin } = await make();
    for (const bad of [{ tier: 0 }, { tier: 3 }, { features: 0 }, { hidden: 0 }, { classes: 0 }]) {
      await expect(pin({ ...CIRCUIT, ...bad })).to.be.revertedWithCustomError(keys, "ProofKeys_InvalidCircuit");
    }
  });

  it("names circuits apart in every field", async () => {
    const { keys } = await make();
    const ids = new Set([await keys.getFunction("circuitIdOf")(CIRCUIT)]);
    for (const field of Object.keys(CIRCUIT) as (keyof typeof CIRCUIT)[]) {
      ids.add(await keys.getFunction("circuitIdOf")({ ...CIRCUIT, [field]: CIRCUIT[field] + 1 }));
    }
    expect(ids.size).to.equal(7);
  });
});
