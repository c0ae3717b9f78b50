import { expect } from "chai";
import { dcapRecheck, measureQuote, trimQuote } from "../../../sdk/dist/attestation/index.js";
import type { Hex } from "../../../sdk/dist/index.js";
import { issuerId } from "./utils/dcap.ts";
import { deployRegistry, registeredWorld } from "./utils/registry.ts";
import { NOW } from "./utils/scenario.ts";

const KEY = `0x${"a1".repeat(20)}`;
const OTHER_KEY = `0x${"a2".repeat(20)}`;

describe("attestation: a node registers with a quote", () => {
  let world: Awaited<ReturnType<typeof registeredWorld>>;

  beforeEach(async () => {
    world = await registeredWorld();
  });
  afterEach(() => world.chain.connection.close());

  const register = async (receiptKey = KEY) => {
    const { args, quote } = await world.registration(receiptKey, trimQuote);
    const { gas } = await world.send(world.nodes, "registerEnclave", args);
    return { args, quote, gas };
  };

  it("is known by what the quote measures, for as long as collateral and registry let it live", async () => {
    const { quote, gas } = await register();
    const enclave = await world.nodes.getFunction("enclaveOf").staticCall(KEY);
    expect(enclave.measurementId).to.equal(measureQuote(quote).measurementId);
    expect(enclave.teeType).to.equal(3n);
    expect(enclave.validUntil).to.equal(BigInt(NOW + 604_800));
    expect(gas, "gas of the whole registration").to.be.at.most(330_000);
  });

  it("is refused when another node, key or block shows the same quote, and when the quote comes twice", async () => {
    const { args } = await world.registration(KEY, trimQuote);
    const call = world.nodes.getFunction("registerEnclave");
    for (const change of [
      { receiptKey: OTHER_KEY },
      { challengeBlock: args.challengeBlock - 1 },
      { versionSet: `0x${"11".repeat(32)}` },
    ]) {
      await expect(call.staticCall({ ...args, ...change })).to.be.revertedWithCustomError(
        world.nodes,
        "NodeRegistry_BindingMismatch",
      );
    }
    await world.send(world.nodes, "registerEnclave", args);
    await expect(call.staticCall(args)).to.be.revertedWithCustomError(world.nodes, "NodeRegistry_ReceiptKeyUsed");
  });

  it("stops being payable when Intel revokes its certificate and anybody has it judged again", async () => {
    const { quote } = await register();
    const { ca, chain, dcap, bundle, nodes, aux } = world;
    const identityLength = Number.parseInt(aux.slice(2, 6), 16);
    const packed = {
      identity: `0x${aux.slice(6, 6 + 2 * identityLength)}` as Hex,
      tcbInfo: `0x${aux.slice(6 + 2 * identityLength)}` as Hex,
    };
    const recheck = dcapRecheck(quote, packed);
    await expect(nodes.getFunction("recheck").staticCall(KEY, recheck.aux)).to.be.revertedWithCustomError(
      nodes,
      "NodeRegistry_NothingChanged",
    );

    await chain.at(NOW + 60);
    const crl = ca.pckCrl({ thisUpdate: NOW + 30, number: 2, revoked: [bundle.pck.serial] });
    await dcap.call("updatePckCrl", crl, issuerId(bundle.crlIssuer));
    await dcap.call("refreshPck", bundle.pckChain[0], crl);
    await world.send(nodes, "recheck", KEY, recheck.aux);
    const enclave = await nodes.getFunction("enclaveOf").staticCall(KEY);
    expect(enclave.validUntil).to.equal(BigInt(NOW + 60));
  });

  it("cannot use a verifier with a test root in production, though it is no development TEE", async () => {
    const { nodes, send } = await deployRegistry(world.chain, true);
    const { verifier } = world.dcap;
    expect(await verifier.getFunction("isDevelopment").staticCall()).to.equal(true);
    await expect(send(nodes, "setVerifier", verifier, { from: 0n, until: 1n })).to.be.revertedWithCustomError(
      nodes,
      "NodeRegistry_DevelopmentTee",
    );
  });
});
