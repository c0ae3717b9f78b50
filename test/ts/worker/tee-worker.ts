import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readDeployment, Worker } from "@freehold/worker";
import { expect } from "chai";
import { verifierOf } from "../../../worker/dist/chain/deployment.js";
import { sharedChain, type TestChain } from "./harness/chain.ts";
import { dstackHardware, type Hardware, nitroHardware, tdxHardware, withVerifiers } from "./harness/hardware.ts";
import { createLine } from "./harness/model.ts";
import { createNode, PRICE, workerConfig } from "./harness/node.ts";
import { Payer, post } from "./harness/payer.ts";
import { startRpcFilter } from "./harness/rpc-filter.ts";
import { ServedNode } from "./harness/served.ts";

/** Families, and whether their keys outlive a restart. */
const FAMILIES: readonly [string, (context: Mocha.Context) => Hardware | Promise<Hardware>, boolean][] = [
  ["AWS Nitro", (context) => nitroHardware(context, 1), false],
  ["Intel TDX by the kernel", tdxHardware, false],
  ["Intel TDX by dstack with a KMS", (context) => dstackHardware(context, "kms"), false],
  ["Intel TDX by dstack with a sealing key of its own", (context) => dstackHardware(context, "local-sgx"), true],
];

describe("worker: in an environment of hardware", () => {
  let chain: TestChain;
  let hardware: Hardware | undefined;
  let node: ServedNode | undefined;

  before(async () => {
    chain = await sharedChain();
  });
  afterEach(async () => {
    await node?.stop();
    await hardware?.remove();
    node = undefined;
    hardware = undefined;
  });

  for (const [name, create, seals] of FAMILIES) {
    it(`${name}: registers what is measured, serves, and ${seals ? "keeps its keys" : "registers new keys"} after a restart`, async function () {
      hardware = await create(this);
      const { measurementId } = hardware;
      const line = await createLine(chain, { measurementId });
      const addresses = withVerifiers(readDeployment(chain.deploymentFile));
      node = await ServedNode.start(chain, line, { addresses }, hardware.open);
      const payer = await Payer.open(chain, node.operator.address, line.lineId, 500n);
      const offer = await payer.offer(node.url);
      expect(offer.measurementId).to.equal(measurementId);
      const registered = await chain.nodes.getFunction("enclaveOf").staticCall(offer.receiptKey);
      expect(registered.measurementId).to.equal(measurementId);
      expect(registered.node).to.equal(node.operator.address);
      await payer.infer(node.url);
      const late = await payer.prepare(offer, { text: "rise" });

      await node.stop();
      await node.restart();
      const after = await payer.offer(node.url);
      expect(after.measurementId).to.equal(measurementId);
      expect(after.receiptKey === offer.receiptKey, "the receipt key").to.equal(seals);
      expect(after.hpkePublicKey === offer.hpkePublicKey, "the HPKE key").to.equal(seals);
      const { status, code } = await post(node.url, late);
      if (seals) payer.promise(PRICE);
      else
        expect({ status, code }, "sealed to a key that is gone").to.deep.equal({ status: 422, code: "unseal-failed" });
      await payer.infer(node.url);
      // What the lost key metered is settled by the new one.
      node.worker.settleAll();
      const metered = PRICE * (seals ? 3n : 2n);
      await node.settled(metered);
      expect(await payer.paid()).to.equal(metered);
    });
  }

  it("is not payable on a line that accepts another measurement", async function () {
    hardware = nitroHardware(this, 2);
    const line = await createLine(chain, { measurementId: `0x${"77".repeat(32)}` });
    const addresses = withVerifiers(readDeployment(chain.deploymentFile));
    node = await ServedNode.start(chain, line, { addresses }, hardware.open);
    expect((await fetch(`${node.url}/readyz`)).status).to.equal(503);
  });

  it("registers within the gas of one transaction, however much the verifier takes", async function () {
    hardware = nitroHardware(this, 5);
    const line = await createLine(chain, { measurementId: hardware.measurementId });
    const filter = await startRpcFilter(chain.url);
    filter.before = async ({ method }) => (method === "eth_estimateGas" ? { result: "0xe4e1c0" } : undefined);
    try {
      const addresses = withVerifiers(readDeployment(chain.deploymentFile));
      node = await ServedNode.start(chain, line, { addresses, rpc: filter.url }, hardware.open);
      const [registered] = await chain.nodes.queryFilter(
        chain.nodes.getEvent("EnclaveRegistered")(node.operator.address),
      );
      expect((await registered?.getTransaction())?.gasLimit, "15,000,000 and a quarter").to.equal(16_777_216n);
      await node.stop();
      node = undefined;
    } finally {
      await filter.close();
    }
  });

  it("finds the verifier of its family in the deployment's record", () => {
    const [contract] = Object.values(chain.deployment.contracts);
    if (contract === undefined) throw new Error("an empty deployment");
    const at = (byte: string) => ({ ...contract, address: `0x${byte.repeat(20)}` });
    const { DevelopmentTeeVerifier: _, ...rest } = chain.deployment.contracts;
    const contracts = { ...rest, NitroVerifier: at("11"), DcapVerifier: at("22") };
    const file = join(chain.directory, "verifiers.json");
    writeFileSync(file, JSON.stringify({ ...chain.deployment, contracts }));
    const addresses = readDeployment(file);
    expect(verifierOf(addresses, "nitro")).to.equal(at("11").address);
    for (const kind of ["tdx", "dstack"] as const) expect(verifierOf(addresses, kind)).to.equal(at("22").address);
    expect(() => verifierOf(addresses, "development")).to.throw(
      /no DevelopmentTeeVerifier: it takes no development TEE/,
    );
    const without = readDeployment(chain.deploymentFile);
    expect(() => verifierOf(without, "dstack"))
      .to.throw(/no DcapVerifier/)
      .with.property("code", "NO_VERIFIER");
  });

  it("says that a deployment has no verifier for it", async function () {
    hardware = nitroHardware(this, 3);
    const line = await createLine(chain, { measurementId: hardware.measurementId });
    const operator = await createNode(chain);
    const worker = await Worker.create(workerConfig(chain, line), operator.privateKey, await hardware.open());
    const error: unknown = await worker.start().catch((reason: unknown) => reason);
    await worker.stop();
    expect(error).to.include({ code: "NO_VERIFIER" });
    expect(String(error)).to.match(/has no NitroVerifier: it takes no nitro TEE/);
  });
});
