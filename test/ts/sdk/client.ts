import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ConfigurationError,
  createFreehold,
  type Deployment,
  parseDeployment,
  UnknownChainError,
  WrongChainError,
} from "@freehold/sdk";
import { knownDeployments } from "@freehold/sdk/abis";
import { loadDeployment } from "@freehold/sdk/node";
import { expect } from "chai";
import { id, Wallet } from "ethers";
import { network } from "hardhat";
import { createWorld } from "./utils/world.ts";

const connection = await network.create();
const world = await createWorld(connection);
const { deployment, chainId } = world;
const { provider } = world.ethers;

describe("sdk: client", () => {
  it("knows no local chain, and says which ones it knows", () => {
    expect(Object.keys(knownDeployments)).not.to.include("31337");
    expect(() => createFreehold({ provider, chainId: 31337 }))
      .to.throw(UnknownChainError)
      .that.deep.includes({
        code: "UNKNOWN_CHAIN",
        details: { chainId: "31337", known: Object.keys(knownDeployments) },
      });
  });

  it("refuses a deployment of another chain", () => {
    expect(() => createFreehold({ provider, chainId: 1, deployment })).to.throw(WrongChainError, "chain 1");
  });

  it("refuses a signer that is connected to another chain than the provider beside it", async () => {
    const elsewhere = { getNetwork: async () => ({ chainId: 5n }) } as unknown as typeof provider;
    const signer = new Wallet(id("elsewhere"), elsewhere);
    const client = createFreehold({ signer, provider, chainId, deployment });
    const error = await client.models.unlockAccount().catch((e: unknown) => e);
    expect(error).to.be.instanceOf(WrongChainError);
  });

  it("connects a signer without a provider to the one beside it", async () => {
    const signer = new Wallet(id("alone"));
    const client = createFreehold({ signer, provider, chainId, deployment });
    await (await world.signers.owner.sendTransaction({ to: signer.address, value: 10n ** 18n })).wait();
    const { owner } = await (
      await client.datasets.commitDataset({ root: signer.signingKey.privateKey as never, records: 1 })
    ).wait();
    expect(owner).to.equal(signer.address);
    const lonely = createFreehold({ signer, chainId, deployment });
    expect(await lonely.models.unlockAccount().catch((e: unknown) => e)).to.include({ code: "NO_PROVIDER" });
  });

  it("gives ethers contracts with TypeChain's types", async () => {
    const ledger = world.owner.contract("DeltaLedger");
    expect(await ledger.MAX_DATASETS()).to.equal(64n);
    expect(await ledger.queryFilter(ledger.filters.LineOpened)).to.deep.equal([]);
    const { DevelopmentTeeVerifier: _, ...contracts } = deployment.contracts;
    const production = createFreehold({ provider, chainId, deployment: { ...deployment, contracts } });
    expect(() => production.contract("DevelopmentTeeVerifier"))
      .to.throw(ConfigurationError)
      .with.property("code", "MISSING_CONTRACT");
  });

  it("every function of every contract has an action", async () => {
    const groups = ["models", "deltas", "datasets", "nodes", "escrow", "arbiter", "proofs"];
    const covered = new Set<string>();
    for (const group of groups) {
      const actions = (await import(`../../../sdk/dist/actions/${group}/index.js`)) as Record<string, object>;
      for (const action of Object.values(actions[`${group}Actions`] as Record<string, { covers: string[] }>)) {
        for (const name of action.covers) covered.add(name.replace(/\(.*/, ""));
      }
    }
    // Called by the AccessManager only, and never by an account.
    const plumbing = ["setAuthority", "isConsumingScheduledOp"];
    const contracts = ["ModelRegistry", "DeltaLedger", "DatasetRegistry", "NodeRegistry", "InferenceEscrow"] as const;
    const missing = ([...contracts, "InferenceArbiter", "VersionProofs", "ProofKeys"] as const)
      .flatMap((name) => world.owner.contract(name).interface.fragments.map((fragment) => ({ name, fragment })))
      .filter(({ fragment }) => fragment.type === "function")
      .map(({ name, fragment }) => [name, (fragment as unknown as { name: string }).name])
      .filter(([name, method]) => !covered.has(`${name}.${method}`) && !plumbing.includes(method ?? ""));
    expect(missing).to.deep.equal([]);
  });

  describe("deployment records", () => {
    let directory: string;

    before(async () => {
      directory = await mkdtemp(join(tmpdir(), "freehold-"));
    });
    after(() => rm(directory, { recursive: true }));

    it("are loaded from a directory", async () => {
      await writeFile(join(directory, "31337.json"), JSON.stringify(deployment));
      expect(await loadDeployment(directory, 31337n)).to.deep.equal(deployment);
      await writeFile(join(directory, "5.json"), JSON.stringify(deployment));
      expect(await loadDeployment(directory, 5).catch((e: unknown) => e)).to.be.instanceOf(WrongChainError);
      expect(await loadDeployment(directory, 6).catch((e: unknown) => e)).to.include({ code: "INVALID_DEPLOYMENT" });
      await writeFile(join(directory, "6.json"), "{");
      expect(await loadDeployment(directory, 6).catch((e: unknown) => e)).to.include({ code: "INVALID_DEPLOYMENT" });
    });

    it("are refused by the name of the field that is wrong", () => {
      const contract = { ...deployment.contracts.Token };
      for (const [change, field] of [
        [{ schemaVersion: 2 }, "schemaVersion"],
        [{ chainId: 31337 }, "chainId"],
        [{ commit: undefined }, "commit"],
        [{ parameters: { a: {} } }, "parameters.a"],
        [{ contracts: { Token: { ...contract, address: "0x12" } } }, "contracts.Token.address"],
        [{ contracts: { Token: { ...contract, deployBlock: -1 } } }, "contracts.Token.deployBlock"],
        [{ contracts: { Token: { ...contract, codeHash: "0x" } } }, "contracts.Token.codeHash"],
      ] as const) {
        expect(() => parseDeployment({ ...deployment, ...change } as unknown as Deployment))
          .to.throw(ConfigurationError, `${field} must be`)
          .with.property("code", "INVALID_DEPLOYMENT");
      }
    });
  });
});
