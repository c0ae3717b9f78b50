import { setTimeout as pause } from "node:timers/promises";
import { measureCode } from "@freehold/worker";
import { expect } from "chai";
import {
  type Contract,
  concat,
  dataLength,
  getCreateAddress,
  type HDNodeWallet,
  Signature,
  Transaction,
  toBeHex,
} from "ethers";
import { send, startChain, type TestChain } from "./harness/chain.ts";
import { createLine, type TestLine } from "./harness/model.ts";
import { PRICE } from "./harness/node.ts";
import { LET_THROUGH, type RpcFilter, startRpcFilter } from "./harness/rpc-filter.ts";
import { ServedNode } from "./harness/served.ts";
import { until } from "./harness/wait.ts";
import { balanceOf, type PreparedExact, pay, X402Payer } from "./harness/x402.ts";

describe("worker: x402 while the chain moves", () => {
  let chain: TestChain;
  let line: TestLine;
  let filter: RpcFilter;
  let node: ServedNode;
  let cost: bigint;

  before(async () => {
    chain = await startChain();
    line = await createLine(chain, { measurementId: measureCode() });
    filter = await startRpcFilter(chain.url);
    node = await ServedNode.start(chain, line, { rpc: filter.url });
    cost = PRICE * ((await chain.escrow.getFunction("UNIT").staticCall()) as bigint);
  });

  afterEach(() => {
    filter.before = LET_THROUGH;
  });

  after(async () => {
    await node.stop();
    await filter.close();
    await chain.close();
  });

  const rich = () => X402Payer.create(chain, 10n * cost);
  const earned = () => balanceOf(chain, node.operator.address);
  /** Runs `work` once, when the worker's next transaction is on its way to the chain. */
  const beforeTransfer = (through: RpcFilter, work: (raw: string) => Promise<object | undefined>) => {
    let done = false;
    through.before = async ({ method, params }) => {
      if (done || method !== "eth_sendRawTransaction") return undefined;
      done = true;
      return work(String(params[0]));
    };
  };
  const copy = async (stranger: HDNodeWallet, raw: string) => {
    const { to, data } = Transaction.from(raw);
    await (await stranger.sendTransaction({ to, data })).wait();
  };
  const nonceCall = async (payer: X402Payer, { payment }: PreparedExact, to: string): Promise<unknown[]> => {
    const { nonce, validAfter, validBefore } = payment.payload.authorization as Record<string, string>;
    const message = { from: payer.wallet.address, to, value: cost, validAfter, validBefore, nonce };
    const { v, r, s } = Signature.from(await payer.wallet.signTypedData(await domainOf(chain), TRANSFER, message));
    return [message.from, to, cost, validAfter, validBefore, nonce, v, r, s];
  };
  const useNonce = async (payer: X402Payer, prepared: PreparedExact, to: string) =>
    send(payer.wallet, chain.token, "transferWithAuthorization", ...(await nonceCall(payer, prepared, to)));

  it("front-run (attack case 29): who copies the transfer pays the same payee, and the client gets his answer", async () => {
    const [payer, stranger, before] = [await rich(), await chain.account(), await earned()];
    const prepared = await payer.prepare(node.url, line);
    beforeTransfer(filter, async (raw) => {
      await copy(stranger, raw);
      return undefined;
    });
    const answer = await pay(node.url, prepared);
    expect(answer.status, answer.text).to.equal(200);
    const mined = await chain.provider.getTransactionReceipt(answer.settled?.transaction ?? "");
    expect([mined?.from, mined?.status]).to.deep.equal([stranger.address, 1]);
    expect([await payer.balance(), (await earned()) - before]).to.deep.equal([9n * cost, cost]);
    expect(await pay(node.url, prepared), "and again").to.deep.equal(answer);
  });

  it("a transfer that reverts is no pay: nothing is released, and the same payment is taken when it can pay", async () => {
    const [payer, friend, before] = [await rich(), await chain.account(), await earned()];
    const prepared = await payer.prepare(node.url, line);
    beforeTransfer(filter, async () => {
      await send(payer.wallet, chain.token, "transfer", friend.address, 10n * cost);
      return undefined;
    });
    const failed = await pay(node.url, prepared);
    expect(failed.status).to.equal(402);
    expect(failed.settled).to.include({ success: false, transaction: "", payer: payer.wallet.address.toLowerCase() });
    expect(failed.text).not.to.contain("ciphertext");
    expect(await earned()).to.equal(before);
    expect((await pay(node.url, prepared)).status, "still no money").to.equal(402);

    await send(friend, chain.token, "transfer", payer.wallet.address, 10n * cost);
    const answer = await pay(node.url, prepared);
    expect(answer.status, answer.text).to.equal(200);
    expect([await payer.balance(), (await earned()) - before]).to.deep.equal([9n * cost, cost]);
  });

  it("a payer who cancels between work and transfer gets nothing", async () => {
    const [payer, before] = [await rich(), await earned()];
    const prepared = await payer.prepare(node.url, line);
    const { nonce } = prepared.payment.payload.authorization as { nonce: string };
    beforeTransfer(filter, async () => {
      const message = { authorizer: payer.wallet.address, nonce };
      const { v, r, s } = Signature.from(await payer.wallet.signTypedData(await domainOf(chain), CANCEL, message));
      await send(payer.wallet, chain.token, "cancelAuthorization", message.authorizer, nonce, v, r, s);
      return undefined;
    });
    for (let i = 0; i < 2; i++) {
      const answer = await pay(node.url, prepared);
      expect(answer.required?.error).to.equal("invalid_exact_evm_nonce_already_used");
      expect(answer.text).not.to.contain("ciphertext");
    }
    expect([await payer.balance(), await earned()]).to.deep.equal([10n * cost, before]);
  });

  it("a payer who spends the nonce on himself between work and transfer gets nothing", async () => {
    const [payer, before] = [await rich(), await earned()];
    const prepared = await payer.prepare(node.url, line);
    beforeTransfer(filter, async () => {
      await useNonce(payer, prepared, payer.wallet.address);
      return undefined;
    });
    const answer = await pay(node.url, prepared);
    expect(answer.required?.error).to.equal("invalid_exact_evm_nonce_already_used");
    expect([await payer.balance(), await earned()]).to.deep.equal([10n * cost, before]);
  });

  it("a transfer beside the authorisation, in one transaction, is not the authorisation's", async () => {
    const [payer, before] = [await rich(), await earned()];
    const prepared = await payer.prepare(node.url, line);
    const { interface: abi } = chain.token;
    beforeTransfer(filter, async () => {
      const self = await nonceCall(payer, prepared, payer.wallet.address);
      const code = getCreateAddress({ from: payer.wallet.address, nonce: (await payer.wallet.getNonce()) + 1 });
      await send(payer.wallet, chain.token, "approve", code, cost);
      const calls = [
        abi.encodeFunctionData("transferWithAuthorization", self),
        abi.encodeFunctionData("transferFrom", [payer.wallet.address, node.operator.address, cost]),
      ];
      const data = callsInOrder(await chain.token.getAddress(), calls);
      await (await payer.wallet.sendTransaction({ data, gasLimit: 1_000_000n })).wait();
      return undefined;
    });
    const answer = await pay(node.url, prepared);
    expect((await earned()) - before, "it was another payment").to.equal(cost);
    expect(answer.required?.error).to.equal("invalid_exact_evm_nonce_already_used");
    expect(answer.text).not.to.contain("ciphertext");
  });

  it("an authorisation that was spent before its request pays for none, though the payee has the money", async () => {
    const payer = await rich();
    const prepared = await payer.prepare(node.url, line);
    await useNonce(payer, prepared, node.operator.address);
    const answer = await pay(node.url, prepared);
    expect(answer.required?.error).to.equal("invalid_exact_evm_nonce_already_used");
    expect(await payer.balance()).to.equal(9n * cost);
  });

  it("one payment shown to two nodes of one payee pays one of them", async () => {
    const slow = await startRpcFilter(chain.url);
    const sister = await ServedNode.start(chain, line, { rpc: slow.url });
    await send(sister.operator, chain.nodes, "update", "http://127.0.0.1", node.operator.address);
    try {
      const [payer, before] = [await rich(), await earned()];
      const prepared = await payer.prepare(node.url, line);
      const { offer } = await payer.freehold.inference.watchOffer({
        endpoint: sister.url,
        lineId: line.lineId,
        maxPrice: PRICE,
      });
      await until(async () => {
        const { required } = await pay(sister.url, {});
        return required?.accepts[0]?.payTo === node.operator.address;
      }, "the new payee");
      const second = await payer.seal(offer, prepared.payment);
      let first: Promise<Awaited<ReturnType<typeof pay>>> | undefined;
      beforeTransfer(slow, async () => {
        first = pay(node.url, prepared);
        await first;
        return undefined;
      });
      const late = await pay(sister.url, second);
      const won = await first;
      expect(won?.status, won?.text).to.equal(200);
      expect(late.required?.error).to.equal("payment_already_used");
      expect([await payer.balance(), (await earned()) - before]).to.deep.equal([9n * cost, cost]);
    } finally {
      await sister.stop();
      await slow.close();
    }
  });

  it("an outage is no bad payment: 503, nothing asked again, and the same payment serves later", async () => {
    const payer = await rich();
    for (const cut of ["eth_getCode", "eth_sendRawTransaction", "eth_getLogs"]) {
      const prepared = await payer.prepare(node.url, line);
      const balance = await payer.balance();
      // The watcher goes on: it is the payment's calls that fail.
      filter.before = async ({ method }) => (method === cut ? { error: { code: -32000, message: "out" } } : undefined);
      const answer = await pay(node.url, prepared);
      expect(answer.status, `${cut}: ${answer.text}`).to.equal(503);
      expect(answer.required, "not asked to pay again").to.equal(undefined);
      expect(answer.text).not.to.contain("ciphertext");
      filter.before = LET_THROUGH;
      const later = await pay(node.url, prepared);
      expect(later.status, later.text).to.equal(200);
      expect(await payer.balance()).to.equal(balance - cost);
    }
  });

  it("reorganisation (x402 #2559): unconfirmed money counts for nothing, and a transfer that is lost is sent again", async () => {
    const careful = await ServedNode.start(chain, line, { confirmations: 2 });
    try {
      const payer = await rich();
      const payee = () => balanceOf(chain, careful.operator.address);
      const prepared = await payer.prepare(careful.url, line);
      const snapshot = await chain.provider.send("evm_snapshot", []);
      let released = false;
      const answered = pay(careful.url, prepared).then((answer) => {
        released = true;
        return answer;
      });
      await until(async () => (await payee()) === cost, "the transfer");
      await chain.provider.send("evm_revert", [snapshot]);
      expect(await payee(), "it is gone").to.equal(0n);
      await until(async () => (await payee()) === cost, "the transfer again");
      await chain.provider.send("evm_mine", []);
      await pause(300);
      expect(released, "one block on top is not two").to.equal(false);
      await chain.provider.send("evm_mine", []);
      const answer = await answered;
      expect(answer.status, answer.text).to.equal(200);
      expect([await payer.balance(), await payee()]).to.deep.equal([9n * cost, cost]);
    } finally {
      await careful.stop();
    }
  });
});

/** Init code that calls a contract several times and leaves no code: many calls in one transaction. */
function callsInOrder(target: string, calls: readonly string[]): string {
  const hex = (value: number) => toBeHex(value, 2).slice(2);
  // CODECOPY the call's data to 0, CALL with it, POP.
  const size = 44;
  let offset = size * calls.length + 1;
  let code = "0x";
  for (const data of calls) {
    const length = dataLength(data);
    code += `61${hex(length)}61${hex(offset)}600039`;
    code += `6000600061${hex(length)}6000600073${target.slice(2)}5af150`;
    offset += length;
  }
  return concat([code, "0x00", ...calls]);
}

const TRANSFER = {
  TransferWithAuthorization: [
    { name: "from", type: "address" },
    { name: "to", type: "address" },
    { name: "value", type: "uint256" },
    { name: "validAfter", type: "uint256" },
    { name: "validBefore", type: "uint256" },
    { name: "nonce", type: "bytes32" },
  ],
};
const CANCEL = {
  CancelAuthorization: [
    { name: "authorizer", type: "address" },
    { name: "nonce", type: "bytes32" },
  ],
};

async function domainOf(chain: TestChain) {
  const token: Contract = chain.token;
  const verifyingContract = await token.getAddress();
  return { name: "Freehold Test Dollar", version: "1", chainId: 31337n, verifyingContract };
}
