import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import {
  createFreehold,
  decodeCloseWord,
  encodeCloseAsk,
  escrowDomain,
  type Freehold,
  type InferenceError,
  newIdempotencyKey,
  signCloseRequest,
} from "@freehold/sdk";
import { measureCode } from "@freehold/worker";
import { expect } from "chai";
import { ContractFactory, type HDNodeWallet } from "ethers";
import { artifacts } from "hardhat";
import { bookState } from "./harness/books.ts";
import { send, sharedChain, type TestChain } from "./harness/chain.ts";
import { createLine, type TestLine } from "./harness/model.ts";
import { PRICE } from "./harness/node.ts";
import { Payer, post } from "./harness/payer.ts";
import { ServedNode } from "./harness/served.ts";
import { until } from "./harness/wait.ts";

const DEPOSIT = 500n;

describe("worker: cooperative close", () => {
  let chain: TestChain;
  let line: TestLine;
  let node: ServedNode;
  let unit: bigint;

  before(async () => {
    chain = await sharedChain();
    line = await createLine(chain, { measurementId: measureCode() });
    unit = (await chain.escrow.getFunction("UNIT").staticCall()) as bigint;
  });

  beforeEach(async () => {
    node = await ServedNode.start(chain, line);
  });

  afterEach(() => node.stop());

  const open = (optimistic = false) => Payer.open(chain, node.operator.address, line.lineId, DEPOSIT, optimistic);
  const clientOf = (signer: HDNodeWallet): Freehold =>
    createFreehold({ signer, chainId: 31_337n, deployment: chain.deployment });
  const channelOf = ({ channel }: Payer) => ({ node: node.operator.address, lineId: line.lineId, channel });
  const now = async () => BigInt((await chain.provider.getBlock("latest"))?.timestamp ?? 0);
  const ask = async (payer: Payer, { signer = payer.wallet, life = 600n, lineId = line.lineId } = {}) => {
    const domain = escrowDomain(31_337n, await chain.escrow.getAddress());
    const deadline = (await now()) + life;
    const signature = await signCloseRequest(signer, domain, { ...channelOf(payer), deadline });
    const body = JSON.stringify(encodeCloseAsk({ lineId, channel: payer.channel, deadline, signature }));
    return postClose(body);
  };
  const postClose = async (body: string) => {
    const { status, text } = await post(node.url, { body }, "/v1/close");
    return { status, json: JSON.parse(text) as { code?: string; details?: Record<string, unknown> } };
  };
  const isRefused = async (payer: Payer) => {
    const prepared = await payer.prepare(await payer.offer(node.url), { text: "rise" });
    const { status, code } = await post(node.url, { ...prepared, key: newIdempotencyKey() });
    return status === 409 && code === "channel-closing";
  };

  it("closes a channel in one block, to the unit, and serves it no more", async () => {
    const payer = await open();
    for (let i = 0; i < 3; i++) await payer.infer(node.url);
    const freehold = clientOf(payer.wallet);
    const block = await chain.provider.getBlockNumber();
    const sent = await freehold.inference.closeNow({ endpoint: node.url, ...channelOf(payer) });
    expect(await sent.wait()).to.include({ refund: DEPOSIT - 3n * PRICE });
    expect(await chain.provider.getBlockNumber(), "one transaction").to.equal(block + 1);

    const state = await freehold.escrow.channelOf(channelOf(payer));
    expect(state).to.include({ closed: true, paid: 3n * PRICE });
    expect(await bookState(chain, node)).to.include({ earned: 3n * PRICE, nextNonce: 0n });
    const balance = () => chain.token.getFunction("balanceOf").staticCall(payer.wallet.address) as Promise<bigint>;
    const before = await balance();
    await (await freehold.escrow.withdraw({ to: payer.wallet.address })).wait();
    expect((await balance()) - before).to.equal((DEPOSIT - 3n * PRICE) * unit);

    await node.settled(3n * PRICE);
    expect(await node.totals()).to.include({ writtenOff: 0n });
    expect(await node.settlements(), "nothing was left to settle").to.deep.equal([]);
    expect(await isRefused(payer)).to.equal(true);
  });

  it("pays with the close what was not settled before, in either lane", async () => {
    for (const optimistic of [false, true]) {
      const payer = await open(optimistic);
      await payer.infer(node.url);
      node.worker.settleAll();
      await until(async () => (await payer.paid()) === PRICE, "the settlement");
      await payer.infer(node.url);
      const sent = await clientOf(payer.wallet).inference.closeNow({ endpoint: node.url, ...channelOf(payer) });
      expect(await sent.wait()).to.include({ refund: DEPOSIT - 2n * PRICE });
      expect(await payer.paid()).to.equal(2n * PRICE);
    }
    await node.settled(4n * PRICE);
    expect(await bookState(chain, node)).to.include({ earned: 4n * PRICE });
  });

  it("meters nothing after the word was given, whether or not the payer uses it, and gives it again", async () => {
    const payer = await open();
    await payer.infer(node.url);
    const first = decodeCloseWord((await ask(payer)).json);
    expect(first.cumulative).to.equal(PRICE);
    expect(await isRefused(payer)).to.equal(true);
    await node.stop();
    await node.restart();
    expect(await isRefused(payer), "after a restart").to.equal(true);
    node.worker.settleAll();
    await node.settled(PRICE);
    const second = decodeCloseWord((await ask(payer)).json);
    expect(second.cumulative, "what was paid meanwhile is part of it").to.equal(PRICE);
    const { cumulative, issuedAt, signature } = second;
    const sent = await clientOf(payer.wallet).escrow.closeNow({
      ...channelOf(payer),
      cumulative,
      issuedAt,
      signature,
    });
    expect(await sent.wait()).to.include({ refund: DEPOSIT - PRICE });
  });

  it("closes a channel that was never used, and one that closes already", async () => {
    const unused = await open();
    const freehold = clientOf(unused.wallet);
    const sent = await freehold.inference.closeNow({ endpoint: node.url, ...channelOf(unused) });
    expect(await sent.wait()).to.include({ refund: DEPOSIT });
    expect(await isRefused(unused)).to.equal(true);
    expect(await node.totals()).to.include({ completed: 0n, metered: 0n, settled: 0n });

    const closing = await open();
    await closing.infer(node.url);
    await send(closing.wallet, chain.escrow, "requestClose", ...Object.values(channelOf(closing)));
    const quick = await clientOf(closing.wallet).inference.closeNow({ endpoint: node.url, ...channelOf(closing) });
    expect(await quick.wait()).to.include({ refund: DEPOSIT - PRICE });
    await node.settled(PRICE);
  });

  it("case 62: a stranger can neither close nor freeze a channel", async () => {
    const payer = await open();
    await payer.infer(node.url);
    const stranger = await chain.account();
    for (const changes of [{ signer: stranger }, { life: -10n }]) {
      const { status, json } = await ask(payer, changes);
      expect([status, json.code]).to.deep.equal([403, "bad-close-signature"]);
      expect(json.details).to.deep.equal({ expected: payer.wallet.address.toLowerCase() });
    }
    const refused = await clientOf(stranger)
      .inference.closeNow({ endpoint: node.url, ...channelOf(payer) })
      .catch((error: InferenceError) => error.code);
    expect(refused).to.equal("CHANNEL_NOT_YOURS");
    await payer.infer(node.url);
    expect(await node.totals()).to.include({ metered: 2n * PRICE });
  });

  it("refuses what is malformed, of another line, unknown or closed", async () => {
    const payer = await open();
    expect((await postClose("{}")).json.code).to.equal("malformed");
    expect((await ask(payer, { lineId: `0x${"ab".repeat(32)}` })).json.code).to.equal("unknown-channel");
    const unknown = new Payer(chain, payer.wallet, payer.node, payer.lineId, 9_999n);
    expect((await ask(unknown)).json.code).to.equal("unknown-channel");
    await send(node.operator, chain.escrow, "release", line.lineId, payer.channel);
    await until(async () => (await ask(payer)).json.code === "channel-closing", "the release to be seen");
  });

  it("takes the word of a payer that is a contract", async () => {
    const owner = await chain.account();
    const { abi, bytecode } = await artifacts.readArtifact("Wallet1271");
    const wallet = await new ContractFactory(abi, bytecode, owner).deploy(owner.address);
    await wallet.waitForDeployment();
    const opener = await open();
    await send(opener.wallet, chain.token, "approve", await chain.escrow.getAddress(), DEPOSIT * unit);
    const opening = {
      node: payerNode(),
      lineId: line.lineId,
      payer: await wallet.getAddress(),
      signer: opener.wallet.address,
    };
    const rest = { amount: DEPOSIT, closeDelay: 86_400, optimistic: false };
    await send(opener.wallet, chain.escrow, "open", { ...opening, ...rest });
    const channel =
      ((await chain.escrow.getFunction("channelCount").staticCall(payerNode(), line.lineId)) as bigint) - 1n;
    const payer = new Payer(chain, opener.wallet, payerNode(), line.lineId, channel);
    await payer.infer(node.url);
    expect((await ask(payer, { signer: opener.wallet })).json.code).to.equal("bad-close-signature");
    expect(decodeCloseWord((await ask(payer, { signer: owner })).json).cumulative).to.equal(PRICE);
  });
  const payerNode = () => node.operator.address;

  it("case 61: the client believes no word beyond its vouchers and receipts", async () => {
    const payer = await open();
    await payer.infer(node.url);
    const liar = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { method = "GET", url = "" } = request;
      const headers = { "content-type": "application/json" };
      const body = method === "POST" ? { body: Buffer.concat(chunks) } : {};
      const text = await (await fetch(`${node.url}${url}`, { method, headers, ...body })).text();
      response.end(text.replace('"cumulative":"7","issuedAt"', '"cumulative":"8","issuedAt"'));
    }).listen(0, "127.0.0.1");
    await once(liar, "listening");
    try {
      const endpoint = `http://127.0.0.1:${(liar.address() as AddressInfo).port}`;
      const error = (await clientOf(payer.wallet)
        .inference.closeNow({ endpoint, ...channelOf(payer) })
        .catch((reason: unknown) => reason)) as InferenceError;
      expect(error.code).to.equal("NODE_LIED");
      expect(error.details).to.deep.equal({ cumulative: "8", metered: "7" });
      expect(await clientOf(payer.wallet).escrow.channelOf(channelOf(payer))).to.include({ closed: false });
    } finally {
      liar.close();
    }
  });
});
