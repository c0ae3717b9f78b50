import {
  createFreehold,
  decodeExactReceipt,
  decodeReceipt,
  escrowDomain,
  type Hex,
  recoverExactReceipt,
  sameHex,
  X402_ROUTE,
} from "@freehold/sdk";
import {
  decodeHeader,
  FreeholdChannelScheme,
  PAYMENT_RESPONSE_HEADER,
  type SealedAnswer,
  type SettleResponse,
  sealedFetch,
} from "@freehold/sdk/x402";
import { measureCode } from "@freehold/worker";
import { x402Client } from "@x402/core/client";
import { wrapFetchWithPayment } from "@x402/fetch";
import { expect } from "chai";
import { toBeHex, zeroPadValue } from "ethers";
import { startChain, type TestChain } from "./harness/chain.ts";
import { createLine, type TestLine } from "./harness/model.ts";
import { PRICE } from "./harness/node.ts";
import { Payer } from "./harness/payer.ts";
import { startRpcFilter } from "./harness/rpc-filter.ts";
import { ServedNode } from "./harness/served.ts";
import { until } from "./harness/wait.ts";
import { balanceOf, INPUT, NETWORK, pay, X402Payer } from "./harness/x402.ts";

describe("worker: x402", () => {
  let chain: TestChain;
  let line: TestLine;
  let node: ServedNode;
  let unit: bigint;

  before(async () => {
    chain = await startChain();
    line = await createLine(chain, { measurementId: measureCode() });
    node = await ServedNode.start(chain, line);
    unit = (await chain.escrow.getFunction("UNIT").staticCall()) as bigint;
  });

  after(async () => {
    await node.stop();
    await chain.close();
  });

  const earned = () => balanceOf(chain, node.operator.address);

  it("asks a plain client for payment, with both schemes in what it accepts", async () => {
    const { status, code, required, settled } = await pay(node.url, {});
    expect(status).to.equal(402);
    expect(code).to.equal("payment-required");
    expect(settled, "nothing was tried").to.equal(undefined);
    const common = { network: NETWORK, asset: await chain.token.getAddress(), amount: (PRICE * unit).toString() };
    const [exact, channel, ...others] = required?.accepts ?? [];
    expect(others).to.deep.equal([]);
    expect(exact).to.include({ ...common, scheme: "exact", payTo: node.operator.address });
    expect(exact?.extra).to.include({ name: "Freehold Test Dollar", version: "1", lineId: line.lineId });
    expect(channel).to.include({ ...common, scheme: "freehold-channel", payTo: node.operator.address });
    expect(channel?.extra).to.include({ price: PRICE.toString(), unit: unit.toString(), versionHash: line.hashes[0] });
    expect(required?.resource.url).to.equal(`${node.url}${X402_ROUTE}`);
  });

  it("exact: the field's own client pays by one transfer, and opens what the enclave signed", async () => {
    const payer = await X402Payer.create(chain, 10n * PRICE * unit);
    const before = await earned();
    const fetchPaid = await payer.fetch(node.url, line);
    const response = await fetchPaid(`${node.url}${X402_ROUTE}`, {
      method: "POST",
      body: JSON.stringify({ input: INPUT }),
    });
    expect(response.status).to.equal(200);
    const { output, receipt, signature } = (await response.json()) as SealedAnswer<unknown>;
    expect(output).to.deep.equal(await (await line.engine(0)).infer(INPUT));
    expect(await payer.balance()).to.equal(9n * PRICE * unit);
    expect((await earned()) - before).to.equal(PRICE * unit);

    const read = decodeExactReceipt(receipt);
    const domain = escrowDomain(31337n, (await chain.escrow.getAddress()) as Hex);
    const { receiptKey } = (
      await payer.freehold.inference.watchOffer({
        endpoint: node.url,
        lineId: line.lineId,
        maxPrice: PRICE,
      })
    ).offer;
    expect(sameHex(recoverExactReceipt(domain, read, signature), receiptKey)).to.equal(true);
    expect(read.amount).to.equal(PRICE * unit);
    const settled = decodeHeader(PAYMENT_RESPONSE_HEADER, response.headers.get(PAYMENT_RESPONSE_HEADER));
    const { success, transaction, payer: paying } = settled as unknown as SettleResponse;
    expect([success, paying]).to.deep.equal([true, payer.wallet.address.toLowerCase()]);
    const mined = await chain.provider.getTransactionReceipt(transaction);
    expect(mined?.from, "the worker is its own facilitator").to.equal(node.operator.address);
  });

  it("freehold-channel: the field's own client pays from a channel by a voucher, and the escrow settles it", async () => {
    const opened = await Payer.open(chain, node.operator.address, line.lineId, 100n);
    const freehold = createFreehold({ signer: opened.wallet, chainId: 31337, deployment: chain.deployment });
    const { lineId } = line;
    const terms = { endpoint: node.url, lineId, maxPrice: PRICE };
    const session = await freehold.inference.connect({ ...terms, channel: opened.channel });
    const channel = await FreeholdChannelScheme.over(freehold, session);
    const sealed = await sealedFetch(freehold, { ...terms, channel });
    const client = new x402Client().register(NETWORK, channel).setSpendControls(false);
    const fetchPaid = wrapFetchWithPayment(sealed, client);
    const tokens = await balanceOf(chain, opened.wallet.address);

    const ask = async () => {
      const body = JSON.stringify({ input: INPUT });
      const response = await fetchPaid(`${node.url}${X402_ROUTE}`, { method: "POST", body });
      expect(response.status).to.equal(200);
      const { output, receipt } = (await response.json()) as SealedAnswer<unknown>;
      expect(output).to.deep.equal(await (await line.engine(0)).infer(INPUT));
      return decodeReceipt(receipt);
    };
    const one = await ask();
    expect([one.seq, one.cumulative]).to.deep.equal([1n, PRICE]);
    const more = await Promise.all([ask(), ask(), ask()]);
    expect(more.map(({ seq }) => Number(seq)).toSorted()).to.deep.equal([2, 3, 4]);
    expect(await balanceOf(chain, opened.wallet.address), "no transfer").to.equal(tokens);

    node.worker.settleAll();
    await until(async () => (await opened.paid()) === 4n * PRICE, "the vouchers to settle");
  });

  describe("with another token", () => {
    const answering = async (method: "TOKEN" | "UNIT", value: string) => {
      const filter = await startRpcFilter(chain.url);
      const asked = chain.escrow.interface.encodeFunctionData(method);
      filter.before = async (call) => {
        const { to, data } = (call.params[0] ?? {}) as { to?: string; data?: string };
        const isAsked =
          call.method === "eth_call" && data === asked && sameHex(to ?? "", await chain.escrow.getAddress());
        return isAsked ? { result: zeroPadValue(value, 32) } : undefined;
      };
      const served = await ServedNode.start(chain, line, { rpc: filter.url });
      try {
        return (await pay(served.url, {})).required?.accepts ?? [];
      } finally {
        await served.stop();
        await filter.close();
      }
    };

    it("of 18 decimals the amounts are in its smallest unit", async () => {
      const accepts = await answering("UNIT", toBeHex(10n ** 12n));
      expect(accepts.map(({ amount }) => amount)).to.deep.equal([`${PRICE}000000000000`, `${PRICE}000000000000`]);
    });

    it("that knows no EIP-3009, channels are offered and nothing else", async () => {
      // A contract that is no token at all.
      const accepts = await answering("TOKEN", await chain.ledger.getAddress());
      expect(accepts.map(({ scheme }) => scheme)).to.deep.equal(["freehold-channel"]);
    });
  });
});
