import { AuditState, type Hex, ProofState } from "@freehold/sdk";
import { versionProofsAbi } from "@freehold/sdk/abis";
import { measureCode } from "@freehold/worker";
import { expect } from "chai";
import { Contract } from "ethers";
import { startChain, type TestChain } from "./harness/chain.ts";
import { createLine, type TestLine } from "./harness/model.ts";
import { createNode, PATIENT, PRICE, workerConfig } from "./harness/node.ts";
import { Payer } from "./harness/payer.ts";
import { freePort, serveArguments, WorkerProcess } from "./harness/process.ts";
import {
  askForProofs,
  type CommittedKeys,
  challengeReceipt,
  clientOf,
  pinCommittedCircuits,
  registerVersion,
  settledBatch,
} from "./harness/proofs.ts";
import { ServedNode } from "./harness/served.ts";
import { until } from "./harness/wait.ts";

const WHOLE = 65_536;

describe("worker: proofs of tier 2", function () {
  this.timeout(120_000);
  let chain: TestChain;
  let keys: CommittedKeys;
  let node: ServedNode | undefined;
  let life: WorkerProcess | undefined;

  before(async () => {
    chain = await startChain({ experimentalTier2: true });
    keys = await pinCommittedCircuits(chain);
  });
  afterEach(async () => {
    await chain.provider.send("evm_setAutomine", [true]);
    await node?.stop();
    await life?.end("SIGKILL");
    [node, life] = [undefined, undefined];
  });
  after(() => chain?.close());

  const serve = async (line: TestLine) => {
    node = await ServedNode.start(chain, line);
    return node;
  };
  const isReady = async ({ url }: ServedNode) => (await fetch(`${url}/readyz`)).status === 200;
  const ready = (served: ServedNode) => until(() => isReady(served), "the node to be ready");
  /** Who linked sums of a version. */
  const linksOf = async (versionHash: Hex) => {
    const address = chain.deployment.contracts.VersionProofs?.address ?? "";
    const proofs = new Contract(address, versionProofsAbi, chain.provider);
    const logs = await proofs.queryFilter(proofs.filters.SumLinked?.(versionHash) ?? "");
    return Promise.all(logs.map(async (log) => (await log.getTransaction()).from));
  };

  it("links its sum once the version is registered, takes no work before, proves challenges and audits; a restart links nothing", async () => {
    const line = await createLine(chain, { measurementId: measureCode(), commitments: "of its weights" });
    await askForProofs(chain, line, WHOLE / 2, 2);
    const served = await serve(line);
    const { operator } = served;
    const [hash] = line.hashes as [Hex];
    expect((await fetch(`${served.url}/v1/attestation`)).status, "not registered").to.equal(503);
    // It dies with the link in the pool, which is mined before it is back.
    await served.stop();
    await registerVersion(chain, line, 0, keys);
    await chain.provider.send("evm_setAutomine", [false]);
    await served.restart();
    await until(async () => (await chain.pooled(operator.address)) > 0, "the link to be sent");
    expect(await isReady(served), "not linked").to.equal(false);
    await served.stop();
    await chain.provider.send("evm_setAutomine", [true]);
    await chain.provider.send("evm_mine", []);
    await served.restart();
    await ready(served);
    expect(await linksOf(hash)).to.deep.equal([operator.address]);

    const payer = await Payer.open(chain, operator.address, line.lineId, 500n);
    const work = await payer.infer(served.url);
    const challenged = await challengeReceipt(chain, work, 0);
    await until(async () => (await challenged.state()) === ProofState.Proven, "the proof", 60);

    await payer.infer(served.url);
    const settled = await settledBatch(chain, served, 2n * PRICE);
    const { arbiter } = clientOf(chain, await chain.account());
    await (await arbiter.demandAudit({ ...settled, version: 0 })).wait();
    const passed = async () => {
      await chain.provider.send("evm_mine", []);
      return (await arbiter.auditOf(settled.batch)).state === AuditState.Passed;
    };
    await until(passed, "the audit to pass", 60);

    // The next version has a sum of its own: none is served before it is linked.
    const next = await line.append();
    await registerVersion(chain, line, next, keys);
    await line.activate(next);
    await until(async () => (await linksOf(line.hashes[1] as Hex)).length === 1, "the next version's link");
    await ready(served);
    const later = await payer.infer(served.url);
    await served.stop();
    await served.restart();
    await ready(served);
    const again = await challengeReceipt(chain, later, next);
    await until(async () => (await again.state()) === ProofState.Proven, "the proof after the restart", 60);
    for (const version of line.hashes) expect(await linksOf(version)).to.deep.equal([operator.address]);
  });

  for (const moment of ["while its sum is being made", "with the link in the pool"] as const) {
    it(`links once, and proves against it, after kill -9 ${moment}`, async () => {
      const line = await createLine(chain, { measurementId: measureCode(), commitments: "of its weights" });
      await askForProofs(chain, line, 0, 2);
      const operator = await createNode(chain);
      const config = workerConfig(chain, line, { port: await freePort(), settlement: PATIENT, logLevel: "info" });
      const start = () => {
        life = new WorkerProcess(serveArguments(config, chain.deploymentFile), operator.privateKey, config.port);
        return life;
      };
      const first = start();
      await Promise.all([first.says(/"msg":"enclave registered"/), first.says(/"msg":"proving key ready"/)]);
      await first.end("SIGKILL");
      await registerVersion(chain, line, 0, keys);
      if (moment === "with the link in the pool") {
        await chain.provider.send("evm_setAutomine", [false]);
        const middle = start();
        await until(async () => (await chain.pooled(operator.address)) > 0, "the link to be sent");
        await middle.end("SIGKILL");
        await chain.provider.send("evm_setAutomine", [true]);
        await chain.provider.send("evm_mine", []);
      }
      const last = start();
      await last.ready();
      const payer = await Payer.open(chain, operator.address, line.lineId, 500n);
      const challenged = await challengeReceipt(chain, await payer.infer(last.url), 0);
      await until(async () => (await challenged.state()) === ProofState.Proven, "the proof", 60);
      expect(await linksOf(line.hashes[0] as Hex)).to.deep.equal([operator.address]);
    });
  }
});
