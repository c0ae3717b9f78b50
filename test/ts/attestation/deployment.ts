import { expect } from "chai";
import { network } from "hardhat";
import { deploy, readParameters } from "../../../scripts/lib/deployment.ts";
import { readVector } from "../utils/vectors.ts";

describe("attestation: what a production deployment has", () => {
  it("verifiers below the vendors' own roots, none of them accepted before governance says so", async function () {
    this.timeout(240_000);
    const connection = await network.create("local");
    const { ethers } = connection;
    const token = await ethers.deployContract("TestToken", [6]);
    const { parameters } = await readParameters("local");
    const record = await deploy(connection, {
      network: "local",
      throwaway: true,
      module: "Freehold",
      parameters: { ...parameters, token: await token.getAddress() },
    });
    const at = (name: string) => ethers.getContractAt(name, record.contracts[name]!.address);
    const [nodes, nitro, dcap, collateral] = [
      await at("NodeRegistry"),
      await at("NitroVerifier"),
      await at("DcapVerifier"),
      await at("DcapCollateral"),
    ];
    for (const verifier of [nitro, dcap]) {
      expect(await verifier.getFunction("isDevelopment").staticCall()).to.equal(false);
      const window = await nodes.getFunction("verifierWindow").staticCall(verifier);
      expect([...window]).to.deep.equal([0n, 0n]);
    }
    expect(await collateral.getFunction("IS_GENUINE").staticCall()).to.equal(true);
    expect(record.contracts).not.to.have.property("DevelopmentTeeVerifier");
    const root = readVector("intel/collateral/automata-pccs-rootCaDer.der");
    if (root !== undefined) {
      expect(await collateral.getFunction("isRoot").staticCall(root)).to.equal(true);
    }
    await connection.close();
  });
});
