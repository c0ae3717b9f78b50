import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { decodeRecovery, decodeResponse, newIdempotencyKey, type SignedOffer } from "@freehold/sdk";
import { developmentProvider, measureCode, Worker } from "@freehold/worker";
import { expect } from "chai";
import type { HDNodeWallet } from "ethers";
import { send, sharedChain, type TestChain } from "./harness/chain.ts";
import { createLine, type TestLine } from "./harness/model.ts";
import { createNode, type LocalConfig, PRICE, workerConfig } from "./harness/node.ts";
import { Payer, type Prepared, post } from "./harness/payer.ts";
import { until } from "./harness/wait.ts";

/** Flips one bit of a base64 field. */
function flip(base64: string, index: number): string {
  const bytes = Buffer.from(base64, "base64");
  bytes[index % bytes.length] = (bytes[index % bytes.length] ?? 0) ^ 1;
  return bytes.toString("base64");
}

describe("worker: paid inference over HTTP", () => {
  let chain: TestChain;
  let line: TestLine;
  let operator: HDNodeWallet;
  let config: LocalConfig;
  let worker: Worker | undefined;
  let url: string;
  let payer: Payer;
  let offer: SignedOffer;

  before(async () => {
    chain = await sharedChain();
    line = await createLine(chain, { measurementId: measureCode() });
    operator = await createNode(chain);
    config = workerConfig(chain, line);
    worker = await Worker.create(config, operator.privateKey, developmentProvider());
    url = await worker.start();
  });

  beforeEach(async () => {
    payer = await Payer.open(chain, operator.address, line.lineId, 1_000n);
    offer = await payer.offer(url);
  });

  after(async () => {
    await worker?.stop();
  });

  const metered = async (channel = payer.channel) => {
    const response = await fetch(`${url}/v1/channels/${channel}`);
    return decodeRecovery(await response.json()).metered;
  };

  const refuses = async (prepared: Pick<Prepared, "body"> & { key?: string }, status: number, code: string) => {
    const answer = await post(url, prepared);
    expect(answer.code, answer.text).to.equal(code);
    expect(answer.status).to.equal(status);
    expect(answer.type).to.match(/^application\/problem\+json/);
    expect(await metered(), "units metered").to.equal(0n);
    return answer;
  };

  it("offers what the chain confirms", async () => {
    const enclave = await chain.nodes.getFunction("enclaveOf").staticCall(offer.receiptKey);
    expect(enclave.node).to.equal(operator.address);
    expect(enclave.measurementId).to.equal(measureCode());
    expect(enclave.validUntil).to.equal(offer.validUntil);
    expect(offer.versionHash).to.equal(line.hashes[0]);
    expect(offer.price).to.equal(PRICE);
  });

  it("answers what the model answers, meters it and signs", async () => {
    const first = await payer.infer(url, { text: "profit and loss" });
    expect(first.receipt).to.include({ seq: 1n, cumulative: PRICE, price: PRICE });
    expect(first.output).to.deep.equal(await (await line.engine(0)).infer({ text: "profit and loss" }));
    const second = await payer.infer(url);
    expect(second.receipt).to.include({ seq: 2n, cumulative: 2n * PRICE });
    expect(await metered()).to.equal(2n * PRICE);
  });

  it("lets a payer recover from what he and the enclave signed", async () => {
    expect(decodeRecovery(await (await fetch(`${url}/v1/channels/${payer.channel}`)).json())).to.deep.equal({
      channel: payer.channel,
      seq: 0n,
      metered: 0n,
      voucher: null,
      receipt: null,
      signature: null,
    });
    const done = await payer.infer(url);
    const recovery = decodeRecovery(await (await fetch(`${url}/v1/channels/${payer.channel}`)).json());
    expect(recovery.receipt).to.deep.equal(done.receipt);
    expect(recovery.signature).to.equal(done.signature);
    expect(recovery.voucher?.cumulative).to.equal(PRICE);
  });

  it("gives a replayed request the stored answer, byte for byte, and meters it once", async () => {
    const prepared = await payer.prepare(offer, { text: "rise" });
    const first = await post(url, prepared);
    expect(first.status).to.equal(200);
    for (let i = 0; i < 3; i++) expect((await post(url, prepared)).text).to.equal(first.text);
    expect(await metered()).to.equal(PRICE);
  });

  it("gives twins that run at once one answer", async () => {
    const prepared = await payer.prepare(offer, { text: "rise" });
    const answers = await Promise.all(Array.from({ length: 8 }, () => post(url, prepared)));
    expect(new Set(answers.map(({ text }) => text)).size).to.equal(1);
    expect(await metered()).to.equal(PRICE);
  });

  it("refuses an idempotency key with another body", async () => {
    const prepared = await payer.prepare(offer, { text: "rise" });
    expect((await post(url, prepared)).status).to.equal(200);
    const other = await payer.prepare(offer, { text: "fall" }, { key: prepared.key, cumulative: 2n * PRICE });
    expect((await post(url, other)).code).to.equal("idempotency-conflict");
    expect(await metered()).to.equal(PRICE);
  });

  it("refuses a copied request under another key, even when its voucher has room", async () => {
    const prepared = await payer.prepare(offer, { text: "rise" }, { cumulative: 10n * PRICE });
    expect((await post(url, { ...prepared, key: newIdempotencyKey() })).code).to.equal("unseal-failed");
    expect((await post(url, prepared)).status).to.equal(200);
    expect((await post(url, { ...prepared, key: newIdempotencyKey() })).code).to.equal("voucher-spent");
    expect(await metered()).to.equal(PRICE);
  });

  it("lets parallel requests of one channel spend no unit twice", async () => {
    const many = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        payer.prepare(offer, { text: "rise" }, { cumulative: BigInt(i + 1) * PRICE }),
      ),
    );
    const answers = await Promise.all(many.map((prepared) => post(url, prepared)));
    for (const { status, text } of answers) expect(status, text).to.equal(200);
    const receipts = answers.map(({ text }) => decodeResponse(JSON.parse(text)).receipt);
    expect(new Set(receipts.map(({ seq }) => seq)).size).to.equal(receipts.length);
    expect(await metered()).to.equal(BigInt(receipts.length) * PRICE);
    for (const { cumulative, seq } of receipts) expect(cumulative).to.equal(seq * PRICE);
  });

  it("serves vouchers that arrive out of order, and none without a voucher for it", async () => {
    const [first, second, third] = await Promise.all(
      [2n, 1n, 2n].map((n) => payer.prepare(offer, { text: "rise" }, { cumulative: n * PRICE })),
    );
    expect((await post(url, first as Prepared)).status).to.equal(200);
    expect((await post(url, second as Prepared)).status).to.equal(200);
    expect(await metered()).to.equal(2n * PRICE);
    const answer = await post(url, third as Prepared);
    expect(answer).to.deep.include({ status: 402, code: "voucher-too-low", details: { required: String(3n * PRICE) } });
    expect(await metered()).to.equal(2n * PRICE);
    const { voucher } = decodeRecovery(await (await fetch(`${url}/v1/channels/${payer.channel}`)).json());
    expect(voucher?.cumulative, "the highest is kept").to.equal(2n * PRICE);
  });

  it("case 20: a settled voucher is public, and a stranger who copies it gets nothing for it", async () => {
    const [wide, next] = await Promise.all(
      [5n, 4n].map((n) => payer.prepare(offer, { text: "rise" }, { cumulative: n * PRICE })),
    );
    expect((await post(url, wide as Prepared)).status).to.equal(200);
    const { voucher } = (wide as Prepared).json;
    const stranger = await payer.prepare(
      offer,
      { text: "my own question" },
      { cumulative: BigInt(voucher.cumulative) },
    );
    const copied = {
      ...stranger,
      body: JSON.stringify({ ...stranger.json, voucher: (wide as Prepared).json.voucher }),
    };
    expect((await post(url, copied)).code).to.equal("voucher-spent");
    expect((await post(url, next as Prepared)).status, "a lower one of the payer's own").to.equal(200);
    expect(
      (await post(url, { ...(await payer.prepare(offer, { text: "rise" }, { cumulative: 4n * PRICE })) })).code,
    ).to.equal("voucher-spent");
    expect(await metered()).to.equal(2n * PRICE);
  });

  it("refuses a low voucher that the payer did not sign, even when a higher one covers it", async () => {
    const covering = await payer.prepare(offer, { text: "rise" }, { cumulative: 5n * PRICE });
    expect((await post(url, covering)).status).to.equal(200);
    const signer = await chain.account();
    const forged = await payer.prepare(offer, { text: "rise" }, { signer });
    expect((await post(url, forged)).code).to.equal("bad-voucher-signature");
    expect(await metered()).to.equal(PRICE);
  });

  it("refuses a voucher that is too low, and says what is needed", async () => {
    const answer = await refuses(
      await payer.prepare(offer, { text: "rise" }, { cumulative: PRICE - 1n }),
      402,
      "voucher-too-low",
    );
    expect(answer.details).to.deep.equal({ required: String(PRICE) });
  });

  it("refuses a voucher of another signer", async () => {
    const signer = await chain.account();
    const answer = await refuses(
      await payer.prepare(offer, { text: "rise" }, { signer }),
      403,
      "bad-voucher-signature",
    );
    expect(answer.details).to.deep.equal({ expected: payer.wallet.address.toLowerCase() });
  });

  it("refuses a voucher over the deposit until it is topped up", async () => {
    const prepared = await payer.prepare(offer, { text: "rise" }, { cumulative: 1_001n });
    const answer = await refuses(prepared, 402, "insufficient-deposit");
    expect(answer.details).to.deep.equal({ deposited: "1000", required: String(PRICE) });
    await send(payer.wallet, chain.escrow, "topUp", operator.address, payer.lineId, payer.channel, 1n);
    await until(async () => (await post(url, prepared)).status === 200, "the top-up to be seen");
  });

  it("refuses an unknown channel and another node's channel", async () => {
    const stranger = new Payer(chain, payer.wallet, operator.address, payer.lineId, 10_000n);
    await refuses(await stranger.prepare(offer, { text: "rise" }), 404, "unknown-channel");
    const huge = new Payer(chain, payer.wallet, operator.address, payer.lineId, 2n ** 256n - 1n);
    await refuses(await huge.prepare(offer, { text: "rise" }), 404, "unknown-channel");
    expect((await fetch(`${url}/v1/channels/10000`)).status).to.equal(404);
  });

  it("refuses a channel that closes", async () => {
    await payer.infer(url);
    const prepared = await payer.prepare(offer, { text: "rise" });
    await send(payer.wallet, chain.escrow, "requestClose", operator.address, payer.lineId, payer.channel);
    await until(
      async () => (await post(url, { ...prepared, key: newIdempotencyKey() })).code === "channel-closing",
      "the close",
    );
    expect((await post(url, prepared)).code).to.equal("channel-closing");
    expect(await metered()).to.equal(PRICE);
  });

  it("refuses another version and another line, and names its own", async () => {
    const versionHash = `0x${"ab".repeat(32)}` as const;
    const answer = await refuses(
      await payer.prepare(offer, { text: "rise" }, { versionHash }),
      409,
      "version-not-served",
    );
    expect(answer.details).to.deep.equal({ served: line.hashes[0] });
    await refuses(await payer.prepare({ ...offer, lineId: versionHash }, { text: "rise" }), 409, "version-not-served");
  });

  it("refuses a request of which any bit was flipped", async () => {
    const { json, key } = await payer.prepare(offer, { text: "rise" });
    const changed = [
      ...[0, 15, 200, 271].map((index) => ({ ...json, ciphertext: flip(json.ciphertext, index) })),
      { ...json, enc: flip(json.enc, 0) },
      { ...json, enc: Buffer.alloc(32).toString("base64") },
      { ...json, ciphertext: "" },
    ];
    for (const body of changed) await refuses({ key, body: JSON.stringify(body) }, 422, "unseal-failed");
    const voucher = { ...json.voucher, cumulative: String(PRICE + 1n) };
    await refuses({ key, body: JSON.stringify({ ...json, voucher }) }, 403, "bad-voucher-signature");
    expect((await post(url, { key, body: JSON.stringify(json) })).status, "a failed request frees its key").to.equal(
      200,
    );
  });

  it("meters nothing for an input that the model cannot take, and repeats nothing of it", async () => {
    const secret = "quarterly-secret";
    for (const input of [
      { [secret]: 1 },
      { text: secret.repeat(200) },
      { tensors: { [secret]: { dims: [1], data: [1] } } },
      secret,
    ]) {
      const answer = await refuses(await payer.prepare(offer, input), 422, "bad-input");
      expect(answer.text).not.to.contain(secret);
    }
  });

  it("answers malformed requests with the field that is wrong", async () => {
    const { json, key } = await payer.prepare(offer, { text: "rise" });
    const malformed: [object, string][] = [
      [{ ...json, v: 2 }, "v"],
      [{ ...json, extra: 1 }, "extra"],
      [{ ...json, channel: 0 }, "channel"],
      [{ ...json, channel: "01" }, "channel"],
      [{ ...json, lineId: "0x00" }, "lineId"],
      [{ ...json, versionHash: null }, "versionHash"],
      [{ ...json, voucher: { cumulative: "1" } }, "voucher.signature"],
      [{ ...json, voucher: { ...json.voucher, cumulative: String(2n ** 64n) } }, "voucher.cumulative"],
      [{ ...json, enc: "AAAA" }, "enc"],
      [{ ...json, ciphertext: "%%%%" }, "ciphertext"],
      [[json], "body"],
    ];
    for (const [body, field] of malformed) {
      const answer = await refuses({ key, body: JSON.stringify(body) }, 400, "malformed");
      expect(answer.details.field).to.equal(field);
    }
    for (const body of ["", "{", "null", '"x"', '{"__proto__": 1}', `${"[".repeat(20_000)}`]) {
      await refuses({ key, body }, 400, "malformed");
    }
    await refuses({ body: JSON.stringify(json) }, 400, "bad-idempotency-key");
    await refuses(
      { key: key.toUpperCase().replace(/^./, "G"), body: JSON.stringify(json) },
      400,
      "bad-idempotency-key",
    );
    await refuses({ key, body: `${JSON.stringify(json)}${" ".repeat(70_000)}` }, 413, "too-large");
  });

  it("tells liveness, readiness and numbers", async () => {
    await payer.infer(url);
    expect((await fetch(`${url}/healthz`)).status).to.equal(200);
    expect((await fetch(`${url}/readyz`)).status).to.equal(200);
    expect((await fetch(`${url}/v1/nothing`)).status).to.equal(404);
    expect((await fetch(`${url}/v1/channels/x`)).status).to.equal(400);
    expect((await fetch(`${url}/v1/channels/%ff`)).status).to.equal(400);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).to.match(/freehold_requests_total\{route="\/v1\/inference",status="200",code="ok"\} [1-9]/);
    expect(metrics).to.match(/freehold_served_version 0/);
    expect(metrics).to.match(/freehold_metered_units [1-9]/);
    expect(metrics).to.match(/freehold_inference_seconds_count [1-9]/);
    expect(metrics).to.match(/freehold_chain_view_age_seconds 0/);
  });

  it("keeps no plaintext and no key in its files", async () => {
    const text = "zephyr wombat profit";
    const { output } = await payer.infer(url, { text });
    for (const entry of readdirSync(config.data, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const bytes = readFileSync(join(entry.parentPath, entry.name));
      for (const needle of ["zephyr", (output as { label: string }).label, operator.privateKey.slice(2)]) {
        expect(bytes.includes(needle), `${entry.name} holds ${needle}`).to.equal(false);
      }
    }
  });
});
