import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  createFreehold,
  encodeKeyRelease,
  type Freehold,
  fromHex,
  generateFileKey,
  generateHpkeKeyPair,
  type Hex,
  type KeyRelease,
  ReleaseError,
  sealFile,
} from "@freehold/sdk";
import { developmentProvider, measureCode, readDeployment } from "@freehold/worker";
import { expect } from "chai";
import { send, startChain, type TestChain } from "./harness/chain.ts";
import { type Hardware, nitroHardware, withVerifiers } from "./harness/hardware.ts";
import { createLine, type TestLine } from "./harness/model.ts";
import { Payer, post } from "./harness/payer.ts";
import { type OpenProvider, ServedNode } from "./harness/served.ts";
import { until } from "./harness/wait.ts";

/** Stands in every weights file of the tests' models, and in no sealed one. */
const PLAIN = "hidden.weight";
const FOREVER = { from: 1, until: 2n ** 40n - 1n };

/** An enclave as its registration shows it to everybody. */
interface Registered {
  readonly receiptKey: Hex;
  readonly hpkePublicKey: Hex;
}

const json = (release: KeyRelease) => JSON.stringify(encodeKeyRelease(release));

describe("worker: sealed weights", () => {
  let chain: TestChain;
  let freehold: Freehold;
  let node: ServedNode | undefined;
  let hardware: Hardware | undefined;

  before(async () => {
    // Its clock is moved past an enclave's life.
    chain = await startChain();
    freehold = createFreehold({ provider: chain.provider, chainId: 31337n, deployment: chain.deployment });
  });
  afterEach(async () => {
    await node?.stop();
    await hardware?.remove();
    node = undefined;
    hardware = undefined;
  });
  after(() => chain?.close());

  /** Seals a file of the line's store in the place of its plaintext. Returns its key. */
  const sealInStore = async (line: TestLine, version: number): Promise<Uint8Array> => {
    const plain = line.files[version] ?? "";
    const key = generateFileKey();
    const parts: Uint8Array[] = [];
    for await (const part of sealFile(readFileSync(plain), key)) parts.push(part);
    writeFileSync(plain.replace(/\.safetensors$/, ".sealed"), Buffer.concat(parts));
    rmSync(plain);
    return key;
  };
  const newLine = (measurementId = measureCode()) => createLine(chain, { measurementId });
  const serve = async (line: TestLine, provider?: OpenProvider) => {
    const addresses = withVerifiers(readDeployment(chain.deploymentFile));
    node = await ServedNode.start(chain, line, { addresses }, provider);
    return node;
  };
  /** The node's enclaves, newest first, from the chain's log. */
  const registered = async ({ operator }: ServedNode): Promise<Registered[]> => {
    const nodes = freehold.contract("NodeRegistry");
    const events = await nodes.queryFilter(nodes.filters.EnclaveRegistered(operator.address));
    return events
      .map(({ args }) => ({
        receiptKey: args.receiptKey.toLowerCase() as Hex,
        hpkePublicKey: args.hpkePublicKey as Hex,
      }))
      .reverse();
  };
  const newest = async (served: ServedNode) => {
    const [enclave] = await registered(served);
    if (enclave === undefined) throw new Error("no enclave");
    return enclave;
  };
  /** Puts a release where the worker looks for it. */
  const put = (line: TestLine, version: number, receiptKey: string, text: string) => {
    const sealed = (line.files[version] ?? "").replace(/\.safetensors$/, "");
    writeFileSync(`${sealed}.${receiptKey}.release.json`, text);
  };
  const release = async (line: TestLine, version: number, fileKey: Uint8Array, enclave: Registered) => {
    const made = await freehold.deltas.releaseKey({ lineId: line.lineId, version, ...enclave, fileKey });
    put(line, version, enclave.receiptKey, json(made));
  };
  const isReady = async (served: ServedNode) => (await fetch(`${served.url}/readyz`)).status === 200;
  const refusal = async (work: Promise<unknown>) => {
    const error: unknown = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(ReleaseError);
    return (error as ReleaseError).code;
  };
  /** Files below a directory that hold plaintext of weights. */
  const plaintextIn = (directory: string): string[] =>
    readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => readFileSync(file).includes(PLAIN));

  it("waits for the key, opens in memory, and serves; a sealed delta likewise", async () => {
    const line = await newLine();
    expect(plaintextIn(line.store), "the check sees plaintext").to.have.length(1);
    const key = await sealInStore(line, 0);
    const served = await serve(line);
    expect(await isReady(served), "before the release").to.equal(false);
    const enclave = await newest(served);
    await release(line, 0, key, enclave);
    await until(() => isReady(served), "the base to be opened");
    const payer = await Payer.open(chain, served.operator.address, line.lineId, 500n);
    const expected = async (version: number) => (await line.engine(version)).infer({ text: "profit" });
    expect((await payer.infer(served.url)).output).to.deep.equal(await expected(0));

    await line.append();
    const deltaKey = await sealInStore(line, 1);
    await line.activate(1);
    await release(line, 1, deltaKey, enclave);
    await until(async () => (await payer.offer(served.url)).version === 1, "the delta to be opened");
    expect((await payer.infer(served.url)).output).to.deep.equal(await expected(1));

    expect(plaintextIn(line.store)).to.deep.equal([]);
    expect(plaintextIn(served.config.data)).to.deep.equal([]);
    // Its keys are sealed: what was released to them opens after a restart.
    await served.stop();
    await served.restart();
    expect(await isReady(served)).to.equal(true);
  });

  it("needs a new release after a restart where keys live in memory only", async function () {
    hardware = nitroHardware(this, 4);
    const line = await newLine(hardware.measurementId);
    const key = await sealInStore(line, 0);
    const served = await serve(line, hardware.open);
    await release(line, 0, key, await newest(served));
    await until(() => isReady(served), "the base to be opened");
    await served.stop();
    await served.restart();
    expect(await isReady(served), "with the release to the lost key").to.equal(false);
    expect(await registered(served)).to.have.length(2);
    await release(line, 0, key, await newest(served));
    await until(() => isReady(served), "the base to be opened again");
  });

  it("goes on waiting with a release that opens nothing", async () => {
    const [line, other] = [await newLine(), await newLine()];
    const key = await sealInStore(line, 0);
    const served = await serve(line);
    const enclave = await newest(served);
    const { lineId } = line;
    const made = await freehold.deltas.releaseKey({ lineId, version: 0, ...enclave, fileKey: key });
    const forOther = await freehold.deltas.releaseKey({ lineId: other.lineId, version: 0, ...enclave, fileKey: key });
    const wrongKey = await freehold.deltas.releaseKey({ lineId, version: 0, ...enclave, fileKey: generateFileKey() });
    const bad: Record<string, string> = {
      "no JSON": "{",
      "another line": json(forOther),
      "another line, renamed": json({ ...forOther, lineId, versionHash: made.versionHash }),
      "another file's key": json(wrongKey),
      changed: json({ ...made, ciphertext: Uint8Array.from(made.ciphertext, (byte) => byte ^ 1) }),
    };
    for (const [name, text] of Object.entries(bad)) {
      put(line, 0, enclave.receiptKey, text);
      await served.stop();
      await served.restart();
      expect(await isReady(served), name).to.equal(false);
    }
    put(line, 0, enclave.receiptKey, json(made));
    await until(() => isReady(served), "the right release");
  });

  it("says which keys it awaits, and takes them from whoever brings the right ones", async () => {
    const line = await newLine();
    await line.append();
    await line.activate(1);
    const keys = [await sealInStore(line, 0), await sealInStore(line, 1)] as const;
    const served = await serve(line);
    const awaited = async () => {
      const response = await fetch(`${served.url}/v1/release`);
      return ((await response.json()) as { awaited: (Registered & { lineId: Hex; versionHash: Hex })[] }).awaited;
    };
    const { lineId } = line;
    const enclave = await newest(served);
    const hashes = line.hashes as Hex[];
    expect(await awaited()).to.deep.equal(hashes.map((versionHash) => ({ lineId, versionHash, ...enclave })));
    // As an owner does who keeps his keys by version hashes.
    const asked = await awaited();
    const make = (version: 0 | 1, fileKey: Uint8Array) => {
      const ask = asked[version];
      if (ask === undefined) throw new Error("not awaited");
      return freehold.deltas.releaseKey({ ...ask, lineId, fileKey });
    };
    const bring = (release: KeyRelease) => post(served.url, { body: json(release) }, "/v1/release");
    const [base, delta] = [await make(0, keys[0]), await make(1, keys[1])];

    expect(await post(served.url, { body: "{}" }, "/v1/release")).to.include({ status: 400, code: "malformed" });
    for (const [name, wrong] of Object.entries({
      "another file's key": await make(0, keys[1]),
      changed: { ...base, enc: Uint8Array.from(base.enc, (byte) => byte ^ 1) },
      "another version's": { ...base, versionHash: delta.versionHash },
      "another enclave's": { ...base, receiptKey: `0x${"12".repeat(20)}` as const },
    })) {
      expect(await bring(wrong), name).to.include({ status: 422, code: "unseal-failed" });
    }
    const unknown = await bring({ ...base, versionHash: `0x${"34".repeat(32)}` });
    expect(unknown).to.include({ status: 409, code: "version-not-served" });
    expect(unknown.details).to.deep.equal({ awaited: hashes });
    expect(await isReady(served)).to.equal(false);

    // The right ones, in any order, and nothing in the store.
    expect(await bring(delta)).to.include({ status: 204, text: "" });
    expect(await bring(base)).to.include({ status: 204, text: "" });
    await until(() => isReady(served), "both files to be opened");
    expect(await awaited()).to.deep.equal([]);
    expect(await bring(base), "once it has it").to.include({ status: 409, code: "version-not-served" });
    const payer = await Payer.open(chain, served.operator.address, lineId, 500n);
    const expected = (await line.engine(1)).infer({ text: "profit" });
    expect((await payer.infer(served.url)).output).to.deep.equal(await expected);
    expect(plaintextIn(line.store)).to.deep.equal([]);
  });

  it("names a sealed file that was changed, as it names others", async () => {
    const line = await newLine();
    const key = await sealInStore(line, 0);
    const served = await serve(line);
    await release(line, 0, key, await newest(served));
    await until(() => isReady(served), "the base to be opened");
    const file = (line.files[0] ?? "").replace(/\.safetensors$/, ".sealed");
    const sealed = readFileSync(file);
    const failure = async (content: Uint8Array) => {
      writeFileSync(file, content);
      await served.stop();
      return String(await served.restart().catch((error: unknown) => error));
    };
    sealed[100] = (sealed[100] ?? 0) ^ 1;
    expect(await failure(sealed))
      .to.contain(file)
      .and.to.contain("cannot be opened (chunk 0");
    expect(await failure(sealed.subarray(1)))
      .to.contain(file)
      .and.to.match(/has \d+ bytes, its content makes \d+/);
  });

  it("is refused by type: unknown, another HPKE key, another measurement, revoked, expired", async () => {
    const line = await newLine();
    const fileKey = await sealInStore(line, 0);
    const served = await serve(line);
    const enclave = await newest(served);
    const ask = (changes: Partial<Registered & { lineId: Hex }> = {}) =>
      freehold.deltas.releaseKey({ lineId: line.lineId, version: 0, ...enclave, fileKey, ...changes });
    expect(await ask()).to.deep.include({ lineId: line.lineId, receiptKey: enclave.receiptKey });

    expect(await refusal(ask({ receiptKey: `0x${"12".repeat(20)}` }))).to.equal("UNKNOWN_ENCLAVE");
    const { publicKey } = await generateHpkeKeyPair();
    expect(await refusal(ask({ hpkePublicKey: publicKey }))).to.equal("WRONG_HPKE_KEY");
    expect(await ask({ hpkePublicKey: "0x12" }).catch((e: unknown) => e)).to.include({ code: "INVALID_HEX" });
    const elsewhere = await newLine(`0x${"77".repeat(32)}`);
    expect(await refusal(ask({ lineId: elsewhere.lineId })), "another measurement").to.equal("ENCLAVE_NOT_ACCEPTED");
    expect(await refusal(ask({ lineId: `0x${"55".repeat(32)}` })), "no line").to.equal("ENCLAVE_NOT_ACCEPTED");
    const late = await freehold.deltas
      .releaseKey({ lineId: line.lineId, version: 9, ...enclave, fileKey })
      .catch((e: unknown) => e);
    expect(late, "a version that is not there").to.include({ name: "ContractRevertError" });

    // The line drops the measurement, and takes it back.
    const now = BigInt((await chain.provider.getBlock("latest"))?.timestamp ?? 0);
    await send(line.owner, chain.nodes, "setLineMeasurement", line.lineId, measureCode(), { from: 1, until: now + 1n });
    await chain.pass(5);
    expect(await refusal(ask()), "a measurement that ended").to.equal("ENCLAVE_NOT_ACCEPTED");
    await send(line.owner, chain.nodes, "setLineMeasurement", line.lineId, measureCode(), FOREVER);
    await ask();

    await served.stop();
    await send(served.operator, chain.nodes, "revokeEnclave", enclave.receiptKey);
    expect(await refusal(ask()), "revoked").to.equal("ENCLAVE_EXPIRED");

    await served.restart();
    const fresh = await newest(served);
    expect(fresh.receiptKey).not.to.equal(enclave.receiptKey);
    await ask(fresh);
    await served.stop();
    node = undefined;
    await chain.pass(Number(await chain.nodes.getFunction("MAX_ENCLAVE_TTL").staticCall()) + 1);
    expect(await refusal(ask(fresh)), "expired").to.equal("ENCLAVE_EXPIRED");
  });

  it("reads a plaintext file as before, and needs no key for it", async () => {
    const line = await newLine();
    const served = await serve(line, () => developmentProvider());
    expect(await isReady(served)).to.equal(true);
    expect(existsSync(line.files[0] ?? "")).to.equal(true);
    expect(fromHex((await newest(served)).hpkePublicKey)).to.have.length(32);
  });
});
