import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { encodeInput, type Hex, requestHash, sealRequest } from "@freehold/sdk";
import { DEVELOPMENT_TEST_ROOT, developmentProvider, measureCode } from "@freehold/worker";
import type { InferenceEngine } from "@freehold/worker/engine";
import { expect } from "chai";
import { readParameters } from "../../../scripts/lib/deployment.ts";
import { Enclave } from "../../../worker/dist/enclave/enclave.js";
import type { Job } from "../../../worker/dist/enclave/jobs.js";
import { KeyStore } from "../../../worker/dist/enclave/keys.js";
import { sealerOf } from "../../../worker/dist/enclave/sealer.js";
import { openStore, type Store } from "../../../worker/dist/store/index.js";

const HASH: Hex = `0x${"ab".repeat(32)}`;
const IDENTITY = { chainId: 31337n, escrow: `0x${"11".repeat(20)}`, node: `0x${"22".repeat(20)}` };

describe("worker: enclave", () => {
  let directory: string;
  const provider = developmentProvider(HASH);
  let store: Store;
  const open = () => Enclave.open(provider, new KeyStore(store.keys, provider), IDENTITY);

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "freehold-enclave-"));
    store = await openStore({ data: directory, database: undefined }, { ...IDENTITY, lineId: HASH });
  });
  afterEach(async () => {
    await store.close();
    rmSync(directory, { recursive: true });
  });

  const job = async (
    enclave: Enclave,
    engine: Pick<InferenceEngine, "infer">,
    changes: Partial<Job> = {},
  ): Promise<Job> => {
    const [keys] = enclave.keys;
    if (keys === undefined) throw new Error("no keys");
    const aad = new Uint8Array([1, 2, 3]);
    const sealed = await sealRequest({
      hpkePublicKey: keys.hpkePublicKey,
      aad,
      plaintext: encodeInput({ text: "secret" }),
    });
    return {
      aad,
      enc: sealed.enc,
      ciphertext: sealed.ciphertext,
      requestHash: requestHash({ aad, ...sealed }),
      channel: 0n,
      lineId: HASH,
      versionHash: HASH,
      engine: { kind: "integer", close: async () => undefined, ...engine },
      price: 5n,
      payableKeys: [keys.receiptKey],
      finishedAt: () => 1_000n,
      ...changes,
    };
  };
  const run = async (enclave: Enclave, job: Job) =>
    enclave.meter(await enclave.infer(job), { seq: 3n, cumulative: 15n });
  const answer = () => ({ label: "positive", class: 2, logits: ["1"] });

  it("has the test root that development deployments take", async () => {
    expect(DEVELOPMENT_TEST_ROOT).to.equal((await readParameters("local")).parameters.developmentTestRoot);
  });

  it("measures its code as anybody can with sha256sum", () => {
    const dist = dirname(fileURLToPath(import.meta.resolve("@freehold/worker")));
    const command = "find * -name '*.js' -type f | LC_ALL=C sort | xargs sha256sum | sha256sum";
    const sum = execFileSync("sh", ["-c", command], { cwd: dist, encoding: "utf8" });
    expect(measureCode()).to.equal(`0x${sum.slice(0, 64)}`);
    writeFileSync(join(directory, "a.js"), "1");
    const before = measureCode(directory);
    writeFileSync(join(directory, "a.js"), "2");
    expect(measureCode(directory)).not.to.equal(before);
    expect(() => measureCode(join(directory, "enclave-is-empty"))).to.throw();
  });

  it("keeps its keys sealed over restarts, newest first", async () => {
    const enclave = await open();
    expect(enclave.keys).to.deep.equal([]);
    const first = await enclave.createKeys();
    const second = await enclave.createKeys();
    expect((await open()).keys).to.deep.equal([second, first]);
    for (const { sealed } of await store.keys.all()) {
      const content = Buffer.from(provider.unseal(sealed)).toString();
      const { privateKey, hpke } = JSON.parse(content) as { privateKey: string; hpke: string };
      for (const secret of ["privateKey", privateKey.slice(2), hpke.slice(2), Buffer.from(hpke.slice(2), "hex")]) {
        expect(Buffer.from(sealed).includes(secret)).to.equal(false);
      }
    }
    await enclave.forget(first.receiptKey);
    expect((await open()).keys).to.deep.equal([second]);
  });

  it("writes no key where the environment cannot seal, and has none after a restart", async () => {
    const { seal: _seal, unseal: _unseal, ...rest } = provider;
    const volatile = { ...rest, seals: false } as const;
    const openVolatile = () => Enclave.open(volatile, new KeyStore(store.keys, volatile), IDENTITY);
    const enclave = await openVolatile();
    const first = await enclave.createKeys();
    const second = await enclave.createKeys();
    expect(enclave.keys).to.deep.equal([second, first]);
    expect(await store.keys.all()).to.deep.equal([]);
    await enclave.forget(first.receiptKey);
    expect(enclave.keys).to.deep.equal([second]);
    expect((await openVolatile()).keys).to.deep.equal([]);
    await (await open()).createKeys();
    expect((await openVolatile()).keys, "what another environment sealed").to.deep.equal([]);
  });

  it("has the keys that its own code sealed, and leaves those of other code alone", async () => {
    const codeOf = (measurementId: Hex) => {
      const sealing = { ...provider, measurementId, ...sealerOf("secret of the machine", measurementId) };
      return Enclave.open(sealing, new KeyStore(store.keys, sealing), IDENTITY);
    };
    const [before, after] = [HASH, `0x${"cd".repeat(32)}`] as const;
    const old = await (await codeOf(before)).createKeys();
    const upgraded = await codeOf(after);
    expect(upgraded.keys).to.deep.equal([]);
    const fresh = await upgraded.createKeys();
    expect((await codeOf(after)).keys).to.deep.equal([fresh]);
    expect((await codeOf(before)).keys, "after a step back").to.deep.equal([old]);
  });

  it("refuses sealed keys that were changed, and says which", async () => {
    await (await open()).createKeys();
    const [key] = await store.keys.all();
    if (key === undefined) throw new Error("no key");
    for (const index of [0, 20, key.sealed.length - 1, undefined]) {
      const changed =
        index === undefined ? new Uint8Array() : Uint8Array.from(key.sealed, (byte, i) => byte ^ Number(i === index));
      await store.keys.remove(key.receiptKey);
      await store.keys.add({ ...key, sealed: changed });
      expect(String(await open().catch((error: unknown) => error))).to.contain(`${key.receiptKey} cannot be unsealed`);
    }
  });

  it("meters and signs a completed job only", async () => {
    const enclave = await open();
    await enclave.createKeys();
    const done = await run(enclave, await job(enclave, { infer: answer }));
    expect(done.receipt).to.include({ seq: 4n, cumulative: 20n, price: 5n, workedAt: 1_000n });
    const order: string[] = [];
    const infer = () => {
      order.push("infer");
      return answer();
    };
    const late = await job(
      enclave,
      { infer },
      {
        finishedAt() {
          order.push("finished");
          throw new Error("not payable any more");
        },
      },
    );
    expect(String(await run(enclave, late).catch((error: unknown) => error))).to.contain("not payable any more");
    expect(order, "time is asked when the work is done").to.deep.equal(["infer", "finished"]);
  });

  it("signs a finished job anew when the meter moved on, and nothing that it did not finish", async () => {
    const enclave = await open();
    await enclave.createKeys();
    const finished = await enclave.infer(await job(enclave, { infer: answer }));
    const [first, second] = [
      await enclave.meter(finished, { seq: 0n, cumulative: 0n }),
      await enclave.meter(finished, { seq: 1n, cumulative: 9n }),
    ];
    expect(first.receipt).to.include({ seq: 1n, cumulative: 5n });
    expect(second.receipt).to.include({ seq: 2n, cumulative: 14n, responseHash: first.receipt.responseHash });
    expect(second.response).to.equal(first.response);
    const made = await enclave.meter({ ...finished }, { seq: 1n, cumulative: 9n }).catch((error: unknown) => error);
    expect(made).to.include({ code: "UNKNOWN_JOB" });
  });

  it("fails without a word of the input when the engine fails", async () => {
    const enclave = await open();
    await enclave.createKeys();
    const infer = (input: unknown) => {
      throw new Error(`engine failed on ${JSON.stringify(input)}`);
    };
    const failure = await run(enclave, await job(enclave, { infer })).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(Error);
    expect((failure as Error).stack).not.to.contain("secret");
    expect((failure as Error).cause).to.equal(undefined);
  });

  it("opens with the generation that a client sealed to, as long as it is payable", async () => {
    const enclave = await open();
    const old = await enclave.createKeys();
    const sealedToOld = await job(enclave, { infer: answer });
    const fresh = await enclave.createKeys();
    const both = { payableKeys: [fresh.receiptKey, old.receiptKey] };
    expect((await run(enclave, { ...sealedToOld, ...both })).receiptKey).to.equal(old.receiptKey);
    const only = { payableKeys: [fresh.receiptKey] };
    expect(String(await run(enclave, { ...sealedToOld, ...only }).catch((error: unknown) => error))).to.contain(
      "not sealed",
    );
  });
});
