import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect } from "chai";
import { getAddress, id, keccak256 } from "ethers";
import hre, { network } from "hardhat";
import { SELECTORS } from "../../../ignition/modules/core.ts";
import { deploy, readParameters } from "../../../scripts/lib/deployment.ts";
import { deployFreehold } from "../utils/deployment.ts";

const FOLDER = new URL("../../../deployments", import.meta.url).pathname;

describe("deployments", () => {
  async function validator() {
    const ajv = new Ajv2020({
      allErrors: true,
      allowUnionTypes: true,
      formats: { "date-time": (text: string) => !Number.isNaN(Date.parse(text)) },
    });
    return ajv.compile(JSON.parse(await readFile(join(FOLDER, "schema.json"), "utf8")) as object);
  }

  it("a fresh deployment makes a record that the schema accepts and the chain confirms", async () => {
    const connection = await network.create("local");
    const record = await deployFreehold(connection);
    const validate = await validator();
    expect(validate(JSON.parse(JSON.stringify(record))), JSON.stringify(validate.errors)).to.equal(true);
    for (const [name, contract] of Object.entries(record.contracts)) {
      expect(contract.address).to.equal(getAddress(contract.address));
      const code = await connection.ethers.provider.getCode(contract.address);
      expect(keccak256(code), name).to.equal(contract.codeHash);
      const receipt = await connection.ethers.provider.getTransactionReceipt(contract.transactionHash);
      expect(receipt?.contractAddress, name).to.equal(contract.address);
      expect(receipt?.blockNumber, name).to.equal(contract.deployBlock);
    }
  });

  it("every contract fits the code limit of 24,576 bytes (EIP-170)", async () => {
    const connection = await network.create("local");
    const record = await deployFreehold(connection);
    for (const [name, { address }] of Object.entries(record.contracts)) {
      const code = await connection.ethers.provider.getCode(address);
      expect((code.length - 2) / 2, name).to.be.within(1, 24_576);
    }
  });

  it("refuses a record with a field too many, a bad address or a missing contract", async () => {
    const record = await deployFreehold(await network.create("local"));
    const validate = await validator();
    const { ModelRegistry: _, ...others } = record.contracts;
    for (const wrong of [
      { ...record, extra: 1 },
      { ...record, chainId: 31337 },
      { ...record, contracts: others },
      { ...record, contracts: { ...record.contracts, Token: { ...record.contracts.Token, address: "0x12" } } },
    ]) {
      expect(validate(wrong)).to.equal(false);
    }
  });

  it("every committed record is valid and named after its chain", async () => {
    const validate = await validator();
    const names = (await readdir(FOLDER)).filter((name) => /^\d+\.json$/.test(name) && name !== "31337.json");
    for (const name of names) {
      const record = JSON.parse(await readFile(join(FOLDER, name), "utf8")) as { chainId: string };
      expect(validate(record), `${name}: ${JSON.stringify(validate.errors)}`).to.equal(true);
      expect(`${record.chainId}.json`).to.equal(name);
    }
  });

  it("leaves the deployer without a role, and governance with the delays of the parameters", async () => {
    const connection = await network.create("local");
    const record = await deployFreehold(connection);
    const [deployer] = await connection.ethers.getSigners();
    const manager = await connection.ethers.getContractAt("AccessManager", record.contracts.AccessManager!.address);
    const { governance, verifiersDelay, measurementsDelay, pauserDelay, provingKeysDelay, adminDelay } =
      record.parameters;
    const expected = [adminDelay, verifiersDelay, measurementsDelay, pauserDelay, provingKeysDelay];
    for (const [role, delay] of expected.entries()) {
      expect(
        await manager.getFunction("hasRole")(role, deployer!.address),
        `role ${role} of the deployer`,
      ).to.deep.equal([false, 0n]);
      expect(await manager.getFunction("hasRole")(role, governance), `role ${role} of governance`).to.deep.equal([
        true,
        BigInt(Number(delay)),
      ]);
    }
  });

  it("gives roles to exactly the functions that the ABIs mark as governed", async () => {
    const signatures = {
      setVerifier: "setVerifier(address,(uint40,uint40))",
      setDefaultMeasurement: "setDefaultMeasurement(bytes32,(uint40,uint40))",
      setEnclaveTtl: "setEnclaveTtl(uint8,uint32)",
      setDepositsPaused: "setDepositsPaused(bool)",
      pin: "pin((uint8,uint8,uint16,uint32,uint32,uint32),address,bytes32)",
    };
    for (const [name, signature] of Object.entries(signatures)) {
      expect(SELECTORS[name as keyof typeof SELECTORS]).to.equal(id(signature).slice(0, 10));
    }
    const governed: string[] = [];
    const names = [
      "ModelRegistry",
      "DeltaLedger",
      "DatasetRegistry",
      "NodeRegistry",
      "proofs/ProofKeys",
      "abstract/EscrowBase",
    ];
    for (const name of [...names, "abstract/Channels", "abstract/ChannelExits", "abstract/Settlements"]) {
      const source = await readFile(new URL(`../../../contracts/${name}.sol`, import.meta.url), "utf8");
      governed.push(...[...source.matchAll(/function (\w+)\([^)]*\)[^{;]*\brestricted\b/g)].map((match) => match[1]!));
    }
    const policies = await readFile(new URL("../../../contracts/abstract/LinePolicies.sol", import.meta.url), "utf8");
    governed.push(...[...policies.matchAll(/function (\w+)\([^)]*\)[^{;]*\brestricted\b/g)].map((match) => match[1]!));
    // Used up by the deployment itself: it works once.
    expect(governed.sort()).to.deep.equal([...Object.keys(signatures), "setSlashers"].sort());
  });

  it("tier 2 is off unless a deployment's parameters say otherwise", async () => {
    for (const name of ["local", "anvil", "sepolia", "baseSepolia", "opengradientDevnet"]) {
      const { parameters } = await readParameters(name, "0x8626f6940E2eb28930eFb4CeF49B2d1F2C9C1199");
      expect(parameters.experimentalTier2, name).to.equal(false);
    }
    const { parameters } = await readParameters("local");
    const { experimentalTier2: _, ...unsaid } = parameters;
    for (const [given, expected] of [
      [unsaid, false],
      [parameters, false],
      [{ ...parameters, experimentalTier2: true }, true],
    ] as const) {
      const connection = await network.create("local");
      const record = await deploy(connection, {
        network: "local",
        module: "FreeholdDevelopment",
        parameters: given,
        throwaway: true,
      });
      const proofs = await connection.ethers.getContractAt("VersionProofs", record.contracts.VersionProofs!.address);
      expect(await proofs.getFunction("EXPERIMENTAL")()).to.equal(expected);
      await connection.close();
    }
  });

  it("every configured public network has parameters, and asks for a governance address", async () => {
    for (const name of ["sepolia", "baseSepolia", "opengradientDevnet"]) {
      expect(hre.config.networks).to.have.property(name);
      const error = await readParameters(name).catch((problem: Error) => problem);
      expect(error, name).to.be.instanceOf(Error).with.property("message").that.includes("--governance");
      const { parameters } = await readParameters(name, "0x8626f6940E2eb28930eFb4CeF49B2d1F2C9C1199");
      expect(Number(parameters.thawPeriod)).to.be.greaterThan(Number(parameters.maxEnclaveTtl));
    }
    const unknown = await readParameters("nowhere").catch((problem: Error) => problem);
    expect(unknown).to.be.instanceOf(Error).with.property("message").that.includes("nowhere");
  });
});
