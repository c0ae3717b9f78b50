import type { Deployment, Hex } from "@freehold/sdk";
import { contractAt } from "@freehold/sdk";
import { heldCollateral, trimQuote } from "@freehold/sdk/attestation";
import { expect } from "chai";
import { hexlify } from "ethers";
import { prepareFor } from "../../../worker/dist/enclave/prepare-for.js";
import { registeredWorld } from "../attestation/utils/registry.ts";

const NOWHERE: Pick<Deployment, "contracts"> = { contracts: {} };
const KEY = `0x${"a1".repeat(20)}`;

describe("worker: evidence for the verifiers of a deployment", () => {
  let world: Awaited<ReturnType<typeof registeredWorld>>;

  before(async () => {
    world = await registeredWorld();
  });
  after(() => world.chain.connection.close());

  const contextOf = async (kind: "tdx" | "dstack" | "development") => ({
    kind,
    binding: `0x${"00".repeat(32)}` as Hex,
    hpkePublicKey: `0x${"00".repeat(32)}` as Hex,
    challengeHash: `0x${"00".repeat(32)}` as Hex,
    verifier: await world.dcap.verifier.getAddress(),
    chainId: 31_337n,
    now: 0n,
  });
  const prepare = () => prepareFor({ deployment: NOWHERE as Deployment }, world.chain.ethers.provider);

  it("trims a quote, finds the collateral that the chain holds, and registers with both", async () => {
    const { args, quote } = await world.registration(KEY, (raw) => raw);
    for (const kind of ["tdx", "dstack"] as const) {
      const prepared = await prepare()(quote, await contextOf(kind));
      expect(prepared).to.deep.equal({ evidence: hexlify(trimQuote(quote)), aux: world.aux });
    }
    const { evidence, aux } = await prepare()(quote, await contextOf("tdx"));
    await world.send(world.nodes, "registerEnclave", { ...args, evidence, aux });
    expect((await world.nodes.getFunction("enclaveOf").staticCall(KEY)).node).to.equal(world.node.address);
  });

  it("leaves a development report as it is", async () => {
    const prepared = await prepare()(Uint8Array.of(1, 2), await contextOf("development"));
    expect(prepared).to.deep.equal({ evidence: "0x0102", aux: "0x" });
  });

  it("says which collateral the chain lacks", async () => {
    const { ethers } = world.chain;
    const address = await world.dcap.collateral.getAddress();
    const collateral = contractAt("DcapCollateral", address, ethers.provider);
    const { quote } = await world.registration(KEY, (raw) => raw);
    const unknown = trimQuote(quote);
    unknown.fill(0x11, -32);
    const error = await heldCollateral(unknown, collateral).catch((problem: unknown) => problem);
    expect(error).to.have.property("code", "NO_COLLATERAL");
    const later = (await ethers.provider.getBlockNumber()) + 1;
    const late = await heldCollateral(quote, collateral, later).catch((problem: unknown) => problem);
    expect(late).to.have.property("code", "NO_COLLATERAL");
  });
});
