import { connect } from "node:net";
import {
  encodeCloseAsk,
  encodeKeyRelease,
  encodeRequest,
  escrowDomain,
  generateHpkeKeyPair,
  signCloseRequest,
  wrapFileKey,
} from "@freehold/sdk";
import { developmentProvider, measureCode, Worker } from "@freehold/worker";
import { expect } from "chai";
import { sharedChain, type TestChain } from "./harness/chain.ts";
import { createLine } from "./harness/model.ts";
import { createNode, workerConfig } from "./harness/node.ts";
import { Payer, post } from "./harness/payer.ts";
import { seeded } from "./harness/random.ts";

const random = seeded(20_260_401);
const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
const bytes = (length: number) => Uint8Array.from({ length }, () => Math.floor(random() * 256));

const VALUES: readonly unknown[] = [
  null,
  true,
  -1,
  1e308,
  "",
  "0",
  "-1",
  "18446744073709551615",
  String(2n ** 256n),
  "0x",
  `0x${"00".repeat(32)}`,
  `0x${"00".repeat(65)}`,
  "AAAA",
  "\u0000\ud800",
  "9".repeat(5_000),
  [],
  {},
  [[[[[[]]]]]],
  { toString: null },
  { constructor: 1, hasOwnProperty: 2 },
];

/** A request with one to three of its fields, at any depth, replaced, dropped or added. */
function mutate(valid: object): unknown {
  const copy = structuredClone(valid) as Record<string, unknown>;
  for (let i = Math.ceil(random() * 3); i > 0; i--) {
    const target = random() < 0.3 ? (copy.voucher as Record<string, unknown>) : copy;
    if (typeof target !== "object" || target === null) continue;
    const field = pick([...Object.keys(target), "extra", "__proto__"]);
    if (random() < 0.2) delete target[field];
    else
      Object.defineProperty(target, field, {
        value: pick(VALUES),
        enumerable: true,
        configurable: true,
        writable: true,
      });
  }
  return copy;
}

describe("worker: any input", () => {
  let chain: TestChain;
  let worker: Worker | undefined;
  let url: string;
  let payer: Payer;

  before(async () => {
    chain = await sharedChain();
    const line = await createLine(chain, { measurementId: measureCode() });
    const operator = await createNode(chain);
    worker = await Worker.create(workerConfig(chain, line), operator.privateKey, developmentProvider());
    url = await worker.start();
    payer = await Payer.open(chain, operator.address, line.lineId, 1_000n);
  });

  after(async () => {
    await worker?.stop();
  });

  const isRefusal = (answer: Awaited<ReturnType<typeof post>>) => {
    expect(answer.status, answer.text).to.be.within(400, 499);
    expect(answer.type).to.match(/^application\/problem\+json/);
    expect(answer.code, answer.text).to.match(/^[a-z-]+$/);
  };

  it("answers random bytes with a problem", async () => {
    for (let i = 0; i < 150; i++)
      isRefusal(await post(url, { key: "0".repeat(32), body: bytes(Math.floor(random() * 300)) }));
  });

  it("answers requests that are wrong anywhere with a problem", async () => {
    const { json, key } = await payer.prepare(await payer.offer(url), { text: "rise" });
    for (let i = 0; i < 250; i++) {
      const answer = await post(url, { key, body: JSON.stringify(mutate(json)) });
      // A mutation may have changed nothing.
      if (answer.status !== 200) isRefusal(answer);
    }
  });

  it("answers requests for a close that are wrong anywhere with a problem, and ends nothing", async () => {
    const owner = await Payer.open(chain, payer.node, payer.lineId, 1_000n);
    const channel = { node: owner.node, lineId: owner.lineId, channel: owner.channel };
    const domain = escrowDomain(31_337n, await chain.escrow.getAddress());
    const stranger = await chain.account();
    const signature = await signCloseRequest(stranger, domain, { ...channel, deadline: 2n ** 40n });
    const json = encodeCloseAsk({ ...channel, deadline: 2n ** 40n, signature });
    for (let i = 0; i < 150; i++) {
      isRefusal(await post(url, { body: JSON.stringify(mutate(json)) }, "/v1/close"));
    }
    await owner.infer(url);
  });

  it("answers key releases that are wrong anywhere with a problem", async () => {
    const { publicKey } = await generateHpkeKeyPair();
    const [zero, receiptKey] = [`0x${"00".repeat(32)}`, `0x${"11".repeat(20)}`] as const;
    const binding = { chainId: 31_337n, nodeRegistry: receiptKey, lineId: payer.lineId, versionHash: zero, receiptKey };
    const json = encodeKeyRelease(await wrapFileKey(bytes(32), publicKey, binding));
    for (let i = 0; i < 100; i++) isRefusal(await post(url, { body: JSON.stringify(mutate(json)) }, "/v1/release"));
  });

  it("answers sealed garbage with a problem", async () => {
    const offer = await payer.offer(url);
    for (let i = 0; i < 40; i++) {
      const prepared = await payer.prepare(offer, pick(VALUES), { cumulative: 900n });
      const changed =
        random() < 0.5
          ? { ...prepared.json, enc: encodeRequest({ ...requestOf(), enc: bytes(32) }).enc }
          : prepared.json;
      isRefusal(await post(url, { key: prepared.key, body: JSON.stringify(changed) }));
    }
  });

  it("answers what is not HTTP, and goes on", async () => {
    const { hostname, port } = new URL(url);
    for (let i = 0; i < 20; i++) {
      await new Promise<void>((resolve) => {
        const socket = connect(Number(port), hostname, () => socket.end(bytes(50)));
        socket.on("error", () => undefined).on("close", () => resolve());
        socket.resume();
      });
    }
    const other = await Payer.open(chain, payer.node, payer.lineId, 1_000n);
    expect((await other.infer(url)).receipt.seq).to.equal(1n);
  });
});

function requestOf() {
  const zero = `0x${"00".repeat(32)}` as const;
  const voucher = { cumulative: 0n, signature: `0x${"00".repeat(65)}` as const };
  return { channel: 0n, lineId: zero, versionHash: zero, voucher, ciphertext: bytes(16) };
}
