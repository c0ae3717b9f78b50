import { InferenceError, recoverExactReceipt, recoverReceipt, X402_ROUTE, ZERO_HASH } from "@freehold/sdk";
import {
  decodeHeader,
  encodeHeader,
  FreeholdChannelScheme,
  PAYMENT_REQUIRED_HEADER,
  type PaymentRequired,
  type PaymentRequirements,
  sealedFetch,
} from "@freehold/sdk/x402";
import { measureCode } from "@freehold/worker";
import { x402Client } from "@x402/core/client";
import { wrapFetchWithPayment } from "@x402/fetch";
import { expect } from "chai";
import { Wallet } from "ethers";
import { startChain, type TestChain } from "./harness/chain.ts";
import { createLine, type TestLine } from "./harness/model.ts";
import { PRICE } from "./harness/node.ts";
import { Payer } from "./harness/payer.ts";
import { startLiar } from "./harness/rpc-filter.ts";
import { ServedNode } from "./harness/served.ts";
import { exactTerms, INPUT, NETWORK, pay, X402Payer } from "./harness/x402.ts";

type Said = { status: number; headers: Headers; body: string };

describe("worker: x402, a client in front of a liar", () => {
  let chain: TestChain;
  let line: TestLine;
  let node: ServedNode;
  let cost: bigint;

  before(async () => {
    chain = await startChain();
    line = await createLine(chain, { measurementId: measureCode() });
    node = await ServedNode.start(chain, line);
    cost = PRICE * ((await chain.escrow.getFunction("UNIT").staticCall()) as bigint);
  });

  after(async () => {
    await node.stop();
    await chain.close();
  });

  const init = { method: "POST", body: JSON.stringify({ input: INPUT }) };
  const codeOf = async (work: Promise<unknown>) => {
    try {
      await work;
    } catch (error) {
      const found = error instanceof InferenceError ? error : (error as Error).cause;
      return (found as { code?: string } | undefined)?.code ?? (error as { code?: string }).code ?? String(error);
    }
    return "answered";
  };
  /** What the field's client over our fetch makes of a node whose words are changed on their way. */
  const through = async (change: (path: string, said: Said) => Said, maxPrice = PRICE) => {
    const payer = await X402Payer.create(chain, 10n * cost);
    const liar = await startLiar(node.url, change);
    try {
      const ask = async () => (await payer.fetch(liar.url, line, maxPrice))(`${liar.url}${X402_ROUTE}`, init);
      const code = await codeOf(ask());
      return { code, spent: 10n * cost - (await payer.balance()) };
    } finally {
      await liar.close();
    }
  };
  const terms = (change: (each: PaymentRequirements) => unknown) => (path: string, said: Said) => {
    const header = said.headers.get(PAYMENT_REQUIRED_HEADER);
    if (path !== X402_ROUTE || header === null) return said;
    const required = decodeHeader(PAYMENT_REQUIRED_HEADER, header) as unknown as PaymentRequired;
    for (const each of required.accepts) change(each);
    said.headers.set(PAYMENT_REQUIRED_HEADER, encodeHeader(required));
    return said;
  };
  const answer = (change: (json: { receipt: Record<string, string> } & Record<string, string>) => unknown) => {
    return (path: string, said: Said) => {
      if (path !== X402_ROUTE || said.status !== 200) return said;
      const json = JSON.parse(said.body);
      change(json);
      return { ...said, body: JSON.stringify(json) };
    };
  };
  const flipped = (base64 = "") => {
    const bytes = Buffer.from(base64, "base64");
    bytes[0] = (bytes[0] ?? 0) ^ 1;
    return bytes.toString("base64");
  };
  const foreign = Wallet.createRandom().address;

  const asked: [string, string, (each: PaymentRequirements) => unknown][] = [
    ["another payee", "NODE_LIED", (each) => Object.assign(each, { payTo: foreign })],
    ["another token", "NODE_LIED", (each) => Object.assign(each, { asset: foreign })],
    ["another network", "NODE_LIED", (each) => Object.assign(each, { network: "eip155:1" })],
    ["a scheme that nobody knows", "NODE_LIED", (each) => Object.assign(each, { scheme: "constructor" })],
    ["a negative amount", "NODE_LIED", (each) => Object.assign(each, { amount: "-7" })],
    ["more than the limit", "PRICE_TOO_HIGH", (each) => Object.assign(each, { amount: (cost + 1n).toString() })],
  ];
  for (const [name, code, change] of asked) {
    it(`is asked for ${name}: ${code}, and nothing is signed`, async () => {
      expect(await through(terms(change))).to.deep.equal({ code, spent: 0n });
    });
  }

  it("is told of an offer that the chain does not confirm, or of no x402: nothing is signed", async () => {
    const attestation = (path: string, said: Said) =>
      path === "/v1/attestation" ? { ...said, body: said.body.replace(`"price":"${PRICE}"`, '"price":"1"') } : said;
    expect(await through(attestation)).to.deep.equal({ code: "ATTESTATION_BAD_SIGNATURE", spent: 0n });
    const nothing = (path: string, said: Said) => {
      if (path === X402_ROUTE) said.headers.delete(PAYMENT_REQUIRED_HEADER);
      return said;
    };
    expect(await through(nothing)).to.deep.equal({ code: "RESPONSE_MALFORMED", spent: 0n });
  });

  const answers: [string, string, Parameters<typeof answer>[0]][] = [
    [
      "a changed output",
      "RECEIPT_WRONG_RESPONSE",
      (json) => Object.assign(json, { ciphertext: flipped(json.ciphertext) }),
    ],
    [
      "a receipt of another version",
      "RECEIPT_BAD_SIGNATURE",
      ({ receipt }) => Object.assign(receipt, { versionHash: `0x${"11".repeat(32)}` }),
    ],
    [
      "a receipt of another payment",
      "RECEIPT_BAD_SIGNATURE",
      ({ receipt }) => Object.assign(receipt, { paymentNonce: `0x${"11".repeat(32)}` }),
    ],
    ["no receipt", "RESPONSE_MALFORMED", (json) => Object.assign(json, { receipt: undefined })],
  ];
  for (const [name, code, change] of answers) {
    it(`gets ${name}: ${code}`, async () => {
      expect((await through(answer(change))).code).to.equal(code);
    });
  }

  it("gets somebody else's answer, signed by the enclave: RECEIPT_WRONG_REQUEST", async () => {
    const other = await X402Payer.create(chain, cost);
    const { text } = await pay(node.url, await other.prepare(node.url, line));
    const swap = (path: string, said: Said) =>
      path === X402_ROUTE && said.status === 200 ? { ...said, body: text } : said;
    expect((await through(swap)).code).to.equal("RECEIPT_WRONG_REQUEST");
  });

  it("what the enclave signs for a transfer is no receipt of a channel", async () => {
    const payer = await X402Payer.create(chain, cost);
    const { text } = await pay(node.url, await payer.prepare(node.url, line));
    const { receipt, signature } = JSON.parse(text);
    const domain = {
      name: "Freehold InferenceEscrow",
      version: "1",
      chainId: 31337n,
      verifyingContract: await chain.escrow.getAddress(),
    };
    const exact = { ...receipt, amount: BigInt(receipt.amount), workedAt: BigInt(receipt.workedAt) };
    const signer = recoverExactReceipt(domain, exact, signature);
    const commitments = { inputCommitment: ZERO_HASH, outputCommitment: ZERO_HASH };
    const place = { channel: 0n, seq: 1n, cumulative: exact.amount, price: exact.amount };
    const asChannel = { ...exact, ...commitments, ...place };
    expect(recoverReceipt(domain, asChannel, signature)).not.to.equal(signer);
    expect(signer.toLowerCase()).to.equal((await exactTerms(node.url)).extra.receiptKey);
  });

  it("keeps the input when the URL is another one, or the body is none", async () => {
    const payer = await X402Payer.create(chain, cost);
    const sealed = await sealedFetch(payer.freehold, { endpoint: node.url, lineId: line.lineId, maxPrice: PRICE });
    expect(await codeOf(sealed(`${node.url}/v1/inference`, init))).to.equal("INVALID_ENDPOINT");
    const header = encodeHeader(await payer.sign(await exactTerms(node.url)));
    const headers = { "payment-signature": header };
    const bad = sealed(`${node.url}${X402_ROUTE}`, { method: "POST", headers, body: "profit" });
    expect(await codeOf(bad)).to.equal("INVALID_ARGUMENT");
    expect(await payer.balance()).to.equal(cost);
  });

  describe("from a channel", () => {
    const setUp = async (units: bigint) => {
      const opened = await Payer.open(chain, node.operator.address, line.lineId, units);
      const { freehold } = await X402Payer.create(chain, 0n);
      const own = freehold.withSigner(opened.wallet);
      const connect = { endpoint: node.url, lineId: line.lineId, maxPrice: PRICE, channel: opened.channel };
      const session = await own.inference.connect(connect);
      const scheme = await FreeholdChannelScheme.over(own, session);
      return { opened, own, session, scheme };
    };
    const channelTerms = async () =>
      (await pay(node.url, {})).required?.accepts.find(
        ({ scheme }) => scheme === "freehold-channel",
      ) as PaymentRequirements;

    it("signs for its own node, chain and price only, and keeps what it set aside", async () => {
      const { scheme, session } = await setUp(10n * PRICE);
      const good = await channelTerms();
      const changes = [{ payTo: foreign }, { network: "eip155:1" as const }, { amount: "1" }, { scheme: "exact" }];
      for (const change of changes) {
        expect(await codeOf(scheme.createPaymentPayload(2, { ...good, ...change }))).to.equal("NODE_LIED");
      }
      expect(await codeOf(scheme.createPaymentPayload(1, good))).to.equal("NODE_LIED");
      const { receipt } = await session.request({ input: INPUT });
      expect(receipt.cumulative).to.equal(PRICE);
    });

    it("a voucher that is refused is a 402 with its reason, meters nothing, and the session goes on", async () => {
      const { opened, own, scheme, session } = await setUp(10n * PRICE);
      const { payload } = await scheme.createPaymentPayload(2, await channelTerms());
      const accepted = await channelTerms();
      const refused = async (changes: object, reason: string) => {
        const header = encodeHeader({ x402Version: 2, accepted, payload: { ...payload, ...changes } });
        const exact = await (await X402Payer.create(chain, cost)).prepare(node.url, line);
        const { status, required, code } = await pay(node.url, { ...exact, header });
        expect({ status, error: required?.error, code }).to.deep.equal({ status: 402, error: reason, code: reason });
      };
      await refused({ cumulative: (PRICE - 1n).toString() }, "voucher-too-low");
      await refused({ cumulative: (100n * PRICE).toString() }, "insufficient-deposit");
      await refused({ cumulative: (2n * PRICE).toString() }, "bad-voucher-signature");
      await refused({ channel: "999" }, "unknown-channel");
      expect(await opened.paid()).to.equal(0n);

      const sealed = await sealedFetch(own, {
        endpoint: node.url,
        lineId: line.lineId,
        maxPrice: PRICE,
        channel: scheme,
      });
      const fetchPaid = wrapFetchWithPayment(
        sealed,
        new x402Client().register(NETWORK, scheme).setSpendControls(false),
      );
      expect((await fetchPaid(`${node.url}${X402_ROUTE}`, init)).status).to.equal(200);
      const { receipt } = await session.request({ input: INPUT });
      expect([receipt.seq, receipt.cumulative]).to.deep.equal([2n, 2n * PRICE]);
    });

    it("the same voucher and bytes again get the same bytes, and are metered once", async () => {
      const { own, scheme } = await setUp(10n * PRICE);
      let sent: { body: string; key: string; header: string } | undefined;
      const real = globalThis.fetch;
      globalThis.fetch = async (input, options) => {
        const { headers, body } = (options ?? {}) as { headers?: Record<string, string>; body?: string };
        if (headers?.["PAYMENT-SIGNATURE"] !== undefined) {
          sent = { header: headers["PAYMENT-SIGNATURE"], key: headers["Idempotency-Key"] ?? "", body: body ?? "" };
        }
        return real(input, options);
      };
      try {
        const sealed = await sealedFetch(own, {
          endpoint: node.url,
          lineId: line.lineId,
          maxPrice: PRICE,
          channel: scheme,
        });
        const fetchPaid = wrapFetchWithPayment(
          sealed,
          new x402Client().register(NETWORK, scheme).setSpendControls(false),
        );
        expect((await fetchPaid(`${node.url}${X402_ROUTE}`, init)).status).to.equal(200);
      } finally {
        globalThis.fetch = real;
      }
      const [one, two] = [await pay(node.url, sent ?? {}), await pay(node.url, sent ?? {})];
      expect(one.status).to.equal(200);
      expect(one).to.deep.equal(two);
      const { seq } = JSON.parse(one.text).receipt;
      expect(seq).to.equal("1");
    });
  });
});
