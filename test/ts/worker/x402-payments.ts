import { decodeExactResponse, decodeOutput } from "@freehold/sdk";
import { encodeHeader, type PaymentPayload, type PaymentRequirements } from "@freehold/sdk/x402";
import { measureCode } from "@freehold/worker";
import { expect } from "chai";
import { Wallet } from "ethers";
import { send, startChain, type TestChain } from "./harness/chain.ts";
import { createLine, type TestLine } from "./harness/model.ts";
import { PRICE } from "./harness/node.ts";
import { seeded } from "./harness/random.ts";
import { ServedNode } from "./harness/served.ts";
import { balanceOf, exactTerms, INPUT, type PreparedExact, pay, X402Payer } from "./harness/x402.ts";

describe("worker: x402 payments", () => {
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

  const rich = () => X402Payer.create(chain, 10n * cost);
  const inferences = async () => {
    const text = await (await fetch(`${node.url}/metrics`)).text();
    return Number(/^freehold_inference_seconds_count ([0-9]+)$/m.exec(text)?.[1]);
  };
  const earned = () => balanceOf(chain, node.operator.address);
  const changed = (prepared: PreparedExact, change: (payment: PaymentPayload) => unknown): PreparedExact => {
    const payment = structuredClone(prepared.payment);
    change(payment);
    return { ...prepared, header: encodeHeader(payment) };
  };
  /** Nothing of it may move money or show an answer. */
  const refused = async (prepared: Partial<PreparedExact>, payer: X402Payer, status: number, reason: string) => {
    const [held, before] = [await payer.balance(), await earned()];
    const answer = await pay(node.url, prepared);
    expect({ status: answer.status, text: answer.text }).to.include({ status });
    const said = answer.required?.error ?? (JSON.parse(answer.text) as { details: { reason: string } }).details.reason;
    expect(said).to.equal(reason);
    expect(answer.text).not.to.contain("ciphertext");
    if (status === 402) expect(answer.required?.accepts.length, "it says what would do").to.equal(2);
    expect([await payer.balance(), await earned()], "no money moved").to.deep.equal([held, before]);
  };

  describe("refused before any work", () => {
    const cases: [string, number, string, (payment: PaymentPayload) => unknown][] = [
      ["another version of x402", 400, "invalid_x402_version", (p) => Object.assign(p, { x402Version: 1 })],
      ["no payload", 400, "invalid_payload", (p) => Object.assign(p, { payload: undefined })],
      ["no terms", 400, "invalid_payload", (p) => Object.assign(p, { accepted: "exact" })],
      [
        "a Permit2 payload",
        400,
        "invalid_payload",
        (p) => Object.assign(p, { payload: { permit2Authorization: {}, signature: "0x" } }),
      ],
      ["a value that is a number", 400, "invalid_payload", (p) => Object.assign(authorizationOf(p), { value: 7 })],
      [
        "a value of 300 bits",
        400,
        "invalid_payload",
        (p) => Object.assign(authorizationOf(p), { value: "9".repeat(90) }),
      ],
      [
        "a nonce of 31 bytes",
        400,
        "invalid_payload",
        (p) => Object.assign(authorizationOf(p), { nonce: `0x${"11".repeat(31)}` }),
      ],
      ["another scheme", 402, "unsupported_scheme", (p) => Object.assign(p.accepted, { scheme: "upto" })],
      ["the object's own scheme", 402, "unsupported_scheme", (p) => Object.assign(p.accepted, { scheme: "__proto__" })],
      ["another network", 402, "invalid_network", (p) => Object.assign(p.accepted, { network: "eip155:1" })],
      ["another token", 402, "invalid_asset", (p) => Object.assign(p.accepted, { asset: `0x${"22".repeat(20)}` })],
      [
        "another payer's signature",
        402,
        "invalid_exact_evm_signature",
        (p) => Object.assign(authorizationOf(p), { from: Wallet.createRandom().address }),
      ],
      ["an empty signature", 402, "invalid_exact_evm_signature", (p) => Object.assign(p.payload, { signature: "0x" })],
      [
        "a changed nonce",
        402,
        "invalid_exact_evm_signature",
        (p) => Object.assign(authorizationOf(p), { nonce: `0x${"11".repeat(32)}` }),
      ],
    ];
    for (const [name, status, reason, change] of cases) {
      it(`${name}: ${status} ${reason}`, async () => {
        const payer = await rich();
        // Whoever has no tokens is refused for that: a signature by nobody is judged of somebody who has.
        const prepared = changed(await payer.prepare(node.url, line), change);
        const claimed = authorizationOf(JSON.parse(atob(prepared.header)) as PaymentPayload)?.from;
        if (claimed !== undefined) await send(payer.wallet, chain.token, "mint", claimed, cost);
        await refused(prepared, payer, status, reason);
      });
    }

    for (const header of ["", "AAAA", "not base64!", btoa("[]"), btoa("null"), btoa('{"x402Version":2}')]) {
      it(`the header ${JSON.stringify(header)}: 400`, async () => {
        const payer = await rich();
        await refused({ ...(await payer.prepare(node.url, line)), header }, payer, 400, "invalid_payload");
      });
    }

    const signed: [string, string, (terms: PaymentRequirements) => Partial<PaymentRequirements>][] = [
      [
        "signed for another payee",
        "invalid_exact_evm_recipient_mismatch",
        () => ({ payTo: Wallet.createRandom().address }),
      ],
      [
        "underpaid by one",
        "invalid_exact_evm_payload_authorization_value_mismatch",
        ({ amount }) => ({ amount: `${BigInt(amount) - 1n}` }),
      ],
      [
        "overpaid by one",
        "invalid_exact_evm_payload_authorization_value_mismatch",
        ({ amount }) => ({ amount: `${BigInt(amount) + 1n}` }),
      ],
      ["expired", "invalid_exact_evm_payload_authorization_valid_before", () => ({ maxTimeoutSeconds: -10 })],
      [
        "with no time left for the work",
        "invalid_exact_evm_payload_authorization_valid_before",
        () => ({ maxTimeoutSeconds: 5 }),
      ],
      [
        "signed for another chain's token",
        "invalid_exact_evm_signature",
        () => ({ extra: { name: "USD Coin", version: "2" } }),
      ],
    ];
    for (const [name, reason, change] of signed) {
      it(`${name}: 402 ${reason}`, async () => {
        const payer = await rich();
        const prepared = await payer.prepare(node.url, line, change(await exactTerms(node.url)));
        await refused(prepared, payer, 402, reason);
      });
    }

    it("signed for later: 402 invalid_exact_evm_payload_authorization_valid_after", async () => {
      const payer = await rich();
      const later = (p: PaymentPayload) => Object.assign(authorizationOf(p), { validAfter: String(2 ** 40) });
      const reason = "invalid_exact_evm_payload_authorization_valid_after";
      await refused(changed(await payer.prepare(node.url, line), later), payer, 402, reason);
    });

    it("of somebody without money: 402 invalid_exact_evm_insufficient_balance", async () => {
      const payer = await X402Payer.create(chain, cost - 1n);
      await refused(await payer.prepare(node.url, line), payer, 402, "invalid_exact_evm_insufficient_balance");
    });

    it("400 changes of a good payment, seeded: never a crash, never an answer, never money", async () => {
      const random = seeded(402);
      const [payer, before] = [await rich(), await earned()];
      const prepared = await payer.prepare(node.url, line);
      const bytes = Buffer.from(JSON.stringify(prepared.payment));
      const below = (n: number) => Math.floor(random() * n);
      for (let i = 0; i < 400; i++) {
        const wrong = Buffer.from(bytes);
        // Inside of the terms that count and of the payload: what else it says is the client's own business.
        const from = i % 2 === 0 ? bytes.indexOf('"payload"') : bytes.indexOf('"accepted"');
        const at = from + below(i % 2 === 0 ? bytes.length - from : 60);
        // Not the bit of letter case: hex says the same in both.
        if (i % 4 < 2) wrong[at] = (wrong[at] ?? 0) ^ (1 << below(5));
        const header = (i % 4 < 2 ? wrong : wrong.subarray(0, at)).toString("base64");
        const { status, text } = await pay(node.url, { ...prepared, header });
        expect([400, 402, 422], text).to.include(status);
      }
      expect([await payer.balance(), (await earned()) - before]).to.deep.equal([10n * cost, 0n]);
      expect((await pay(node.url, prepared)).status, "unchanged it pays").to.equal(200);
    });

    it("without an idempotency key: 400", async () => {
      const payer = await rich();
      const { body, header } = await payer.prepare(node.url, line);
      expect(await pay(node.url, { body, header })).to.include({ status: 400, code: "bad-idempotency-key" });
      expect(await payer.balance()).to.equal(10n * cost);
    });
  });

  it("replay (attack case 1): the same bytes for the same request, nothing for another one, one transfer", async () => {
    const [payer, before] = [await rich(), await earned()];
    const prepared = await payer.prepare(node.url, line);
    const first = await pay(node.url, prepared);
    expect(first.status, first.text).to.equal(200);
    for (let i = 0; i < 3; i++) expect(await pay(node.url, prepared)).to.deep.equal(first);

    const other = await payer.seal(prepared.offer, prepared.payment);
    await refused(other, payer, 402, "payment_already_used");
    const otherKey = await payer.seal(prepared.offer, prepared.payment, prepared.key);
    await refused(otherKey, payer, 402, "payment_already_used");
    expect([await payer.balance(), (await earned()) - before]).to.deep.equal([9n * cost, cost]);
  });

  it("one payment in several requests at once pays for one of them; its twin gets the same bytes", async () => {
    const [payer, before] = [await rich(), await earned()];
    const prepared = await payer.prepare(node.url, line);
    const others = await Promise.all(Array.from({ length: 4 }, () => payer.seal(prepared.offer, prepared.payment)));
    const all = [prepared, prepared, ...others];
    const answers = await Promise.all(all.map((each) => pay(node.url, each)));
    const good = new Set(answers.filter(({ status }) => status === 200).map(({ text }) => text));
    expect(good.size).to.equal(1);
    for (const { required } of answers.filter(({ status }) => status !== 200)) {
      expect(required?.error).to.equal("payment_already_used");
    }
    expect([await payer.balance(), (await earned()) - before]).to.deep.equal([9n * cost, cost]);
  });

  it("verify-settle gap: a balance for one pays for one of four requests at once, and no work is done for the others", async () => {
    const [payer, before] = [await X402Payer.create(chain, cost), await earned()];
    const all = await Promise.all(Array.from({ length: 4 }, () => payer.prepare(node.url, line)));
    const work = await inferences();
    const answers = await Promise.all(all.map((each) => pay(node.url, each)));
    const reasons = answers.map(({ status, required }) => (status === 200 ? "paid" : required?.error)).toSorted();
    expect(reasons).to.deep.equal([...Array(3).fill("invalid_exact_evm_insufficient_balance"), "paid"]);
    expect((await inferences()) - work).to.equal(1);
    expect([await payer.balance(), (await earned()) - before]).to.deep.equal([0n, cost]);
  });

  it("a request sealed for another payment opens nothing, and its payment is not touched", async () => {
    const payer = await rich();
    const [one, two] = [await payer.prepare(node.url, line), await payer.prepare(node.url, line)];
    const crossed = await pay(node.url, { key: two.key, body: one.body, header: two.header });
    expect(crossed).to.include({ status: 422, code: "unseal-failed" });
    expect(await payer.balance()).to.equal(10n * cost);
    expect((await pay(node.url, two)).status, "it pays for its own still").to.equal(200);
  });

  it("a request that the model cannot take costs nothing (attack case 63), and its payment serves for the next", async () => {
    const payer = await rich();
    const prepared = await payer.prepare(node.url, line);
    const bad = await payer.seal(prepared.offer, prepared.payment, prepared.key, { nothing: 1 });
    expect(await pay(node.url, bad)).to.include({ status: 422, code: "bad-input" });
    expect(await payer.balance()).to.equal(10n * cost);
    const answer = await pay(node.url, prepared);
    expect(answer.status, answer.text).to.equal(200);
    expect(answer.settled?.amount).to.equal(cost.toString());
    const response = decodeExactResponse(JSON.parse(answer.text));
    const opened = await prepared.sealed.openResponse({ ...response, requestHash: prepared.hash });
    expect(decodeOutput(opened)).to.deep.equal(await (await line.engine(0)).infer(INPUT));
  });

  it("a superseded version is refused with its payment untouched", async () => {
    const other = await createLine(chain, { measurementId: measureCode() });
    const served = await ServedNode.start(chain, other);
    try {
      const payer = await rich();
      const prepared = await payer.prepare(served.url, other);
      const body = JSON.stringify({ ...JSON.parse(prepared.body), versionHash: line.hashes[0] });
      expect(await pay(served.url, { ...prepared, body })).to.include({ status: 409, code: "version-not-served" });
      expect(await payer.balance()).to.equal(10n * cost);
    } finally {
      await served.stop();
    }
  });

  it("nonce collision (x402 #2294): transfers of eight payers and settlements of channels share the operator's nonces", async () => {
    const before = await earned();
    const payers = await Promise.all(Array.from({ length: 8 }, rich));
    const all = await Promise.all(payers.map((payer) => payer.prepare(node.url, line)));
    node.worker.settleAll();
    const answers = await Promise.all(all.map((each) => pay(node.url, each)));
    expect(answers.map(({ status }) => status)).to.deep.equal(Array(8).fill(200));
    expect(new Set(answers.map(({ settled }) => settled?.transaction)).size).to.equal(8);
    expect((await earned()) - before).to.equal(8n * cost);
  });

  it("a node that takes no transfers offers channels only, and refuses a payment by transfer", async () => {
    const payer = await rich();
    const prepared = await payer.prepare(node.url, line);
    const served = await ServedNode.start(chain, line, { exactPrice: 0n });
    try {
      const { required } = await pay(served.url, {});
      expect(required?.accepts.map(({ scheme }) => scheme)).to.deep.equal(["freehold-channel"]);
      expect((await pay(served.url, prepared)).required?.error).to.equal("unsupported_scheme");
      expect(await payer.balance()).to.equal(10n * cost);
    } finally {
      await served.stop();
    }
  });
});

function authorizationOf(payment: PaymentPayload): Record<string, unknown> {
  return payment.payload?.authorization as Record<string, unknown>;
}
