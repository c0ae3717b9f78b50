import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type ChannelStore,
  type Hex,
  InferenceError,
  type InferenceResponse,
  Lane,
  lineIdOf,
  memoryStore,
  packVoucherRows,
  type Receipt,
  recoverReceipt,
  signReceipt,
  TcbStatus,
} from "@freehold/sdk";
import { fileStore } from "@freehold/sdk/node";
import { expect } from "chai";
import { id, Wallet } from "ethers";
import { network } from "hardhat";
import { TestNode } from "./utils/test-node.ts";
import { createWorld, deltaOf, deployModel, MEASUREMENT, registerNode } from "./utils/world.ts";

const connection = await network.create();
const world = await createWorld(connection);
const { owner, operator, payer, stranger } = world;
const INPUT = { text: "the market rises" };

let node: TestNode;
let modelId: bigint;
let lineId: Hex;
let channel: bigint;

async function openChannel(amount = 10_000n): Promise<bigint> {
  await (await payer.escrow.approve({ amount })).wait();
  return (await (await payer.escrow.open({ node: node.node, lineId, amount })).wait()).channel;
}

const parameters = () => ({ endpoint: node.endpoint, lineId, channel, maxPrice: 100n, store: memoryStore() });
const ask = (changes: object = {}) => payer.inference.request({ ...parameters(), input: INPUT, ...changes });

async function codeOf(run: Promise<unknown>): Promise<string> {
  return (await errorOf(run)).code;
}

async function errorOf(run: Promise<unknown>): Promise<InferenceError> {
  try {
    await run;
  } catch (error) {
    expect(error, String(error)).to.be.instanceOf(InferenceError);
    return error as InferenceError;
  }
  throw new Error("nothing was thrown");
}

const flip = (bytes: Uint8Array<ArrayBuffer>, bit: number) => {
  const changed = new Uint8Array(bytes);
  changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return changed;
};

describe("sdk: inference", () => {
  before(async () => {
    modelId = await deployModel(world, owner, "asked");
    lineId = lineIdOf(modelId, await world.signers.owner.getAddress());
    await (await owner.deltas.append({ modelId, delta: deltaOf("asked") })).wait();
    await (await owner.deltas.activate({ modelId, version: 1 })).wait();
    node = await TestNode.start(world, "the enclave");
    node.node = (await registerNode(world, node.keys)).toLowerCase() as Hex;
    node.lineId = lineId;
    const policy = { followDefaults: false, maxTcbStatus: TcbStatus.UpToDate };
    const verifiers = [world.address("DevelopmentTeeVerifier")];
    await (await owner.nodes.setPolicy({ lineId, policy, verifiers, measurements: [MEASUREMENT] })).wait();
    await world.token.mint(await world.signers.payer.getAddress(), 10n ** 12n);
  });

  beforeEach(async () => {
    node.misbehaviour = {};
    node.price = 100n;
    node.posts.length = 0;
    channel = await openChannel();
  });

  after(() => node.stop());

  describe("with an honest node", () => {
    it("asks, pays, and verifies what comes back", async () => {
      const { output, receipt, signature, paid } = await ask();
      expect(output).to.deep.equal({ label: "positive", class: 2, logits: [`${INPUT.text.length}`] });
      expect(paid).to.equal(100n);
      expect(receipt).to.include({ seq: 1n, cumulative: 100n, price: 100n, channel });
      expect(recoverReceipt(node.domain, receipt, signature)).to.equal(node.enclave.address);
      expect(node.posts[0]?.body).not.to.contain("market");
    });

    it("keeps a session for many requests, which run at once", async () => {
      node.mostAtOnce = 0;
      let waiting = 0;
      let open = () => {};
      const all = new Promise<void>((resolve) => {
        open = resolve;
      });
      node.misbehaviour.arrive = async () => {
        if (++waiting === 5) open();
        await all;
      };
      const session = await payer.inference.connect(parameters());
      const results = await Promise.all(Array.from({ length: 5 }, () => session.request({ input: INPUT })));
      expect(results.map(({ receipt }) => receipt.seq).sort()).to.deep.equal([1n, 2n, 3n, 4n, 5n]);
      expect(results.map(({ receipt }) => receipt.cumulative).sort()).to.deep.equal([100n, 200n, 300n, 400n, 500n]);
      expect(node.mostAtOnce).to.equal(5);
      expect(new Set(node.posts.map(({ key }) => key)).size).to.equal(5);
    });

    it("two clients of one process do not sign the same amount", async () => {
      const store = memoryStore();
      const sessions = [
        await payer.inference.connect({ ...parameters(), store }),
        await payer.inference.connect({ ...parameters(), store }),
      ];
      const results = await Promise.all(
        sessions.flatMap((session) => [0, 1].map(() => session.request({ input: INPUT }))),
      );
      expect(results.map(({ receipt }) => receipt.seq).sort()).to.deep.equal([1n, 2n, 3n, 4n]);
    });

    it("follows the line's owner to another version, in the middle of a session", async () => {
      const session = await payer.inference.connect(parameters());
      const first = await session.request({ input: INPUT });
      const { version } = await (await owner.deltas.append({ modelId, delta: deltaOf("next") })).wait();
      const { versionHash } = await (await owner.deltas.activate({ modelId, version })).wait();
      const second = await session.request({ input: INPUT });
      expect(first.receipt.versionHash).not.to.equal(versionHash);
      expect(second.receipt.versionHash).to.equal(versionHash);
      expect(second.receipt.seq).to.equal(2n);
    });

    it("tries again with the same key and body when the node is busy, and is metered once", async () => {
      node.misbehaviour.before = (response, post) => {
        if (post > 3) return false;
        const status = [429, 500, 503][post - 1] ?? 500;
        response.writeHead(status, { "retry-after": "0" }).end();
        return true;
      };
      const { receipt } = await ask();
      expect(receipt.cumulative).to.equal(100n);
      expect(node.posts).to.have.length(4);
      expect(new Set(node.posts.map(({ key }) => key)).size).to.equal(1);
      expect(new Set(node.posts.map(({ body }) => body)).size).to.equal(1);
    });

    it("gets the stored response when the connection broke after the work, and is metered once", async () => {
      node.misbehaviour.after = (response, post) => {
        if (post > 2) return false;
        response.destroy();
        return true;
      };
      expect((await ask()).receipt).to.include({ seq: 1n, cumulative: 100n });
      expect(node.channels.get(channel)?.metered).to.equal(100n);
      expect(node.posts).to.have.length(3);
    });

    it("makes up for a lost response from the enclave's receipt, within what was signed", async () => {
      const store = memoryStore();
      node.misbehaviour.after = (response) => {
        response.destroy();
        return true;
      };
      expect(await codeOf(ask({ store }))).to.equal("NODE_UNREACHABLE");
      node.misbehaviour = {};
      const { receipt } = await ask({ store });
      expect(receipt).to.include({ seq: 2n, cumulative: 200n });
    });

    it("recovers a channel that it remembers nothing of", async () => {
      await ask();
      await ask();
      const { receipt } = await ask({ store: memoryStore() });
      expect(receipt).to.include({ seq: 3n, cumulative: 300n });
    });

    it("keeps channels in files, durable before a voucher leaves", async () => {
      const directory = await mkdtemp(join(tmpdir(), "freehold-"));
      try {
        const file = fileStore(directory);
        const log: string[] = [];
        const store: ChannelStore = {
          get: (key) => file.get(key),
          compareAndSwap: async (key, expected, state) => {
            const swapped = await file.compareAndSwap(key, expected, state);
            if (state.kind === "channel") {
              log.push(`${state.signed}/${state.metered}/${state.tickets.length} after ${node.posts.length}`);
            }
            return swapped;
          },
        };
        await ask({ store });
        await ask({ store: { ...store } });
        expect(log).to.deep.equal([
          "0/0/0 after 0",
          "100/0/1 after 0",
          "100/100/0 after 1",
          "200/100/1 after 1",
          "200/200/0 after 2",
        ]);
      } finally {
        await rm(directory, { recursive: true });
      }
    });

    it("pays a price that rose within the limit, and not one above it", async () => {
      const session = await payer.inference.connect({ ...parameters(), maxPrice: 150n });
      await session.request({ input: INPUT });
      node.price = 140n;
      expect((await session.request({ input: INPUT })).paid).to.equal(140n);
      node.price = 151n;
      const error = await errorOf(session.request({ input: INPUT }));
      expect(error).to.include({ code: "PRICE_TOO_HIGH" });
      expect(error.details).to.deep.equal({ price: "151", maxPrice: "150" });
    });

    it("a voucher of a failed request serves for the next", async () => {
      const store = memoryStore();
      node.misbehaviour.before = (response) => {
        response.writeHead(422).end(JSON.stringify({ code: "bad-input", detail: "no such tensor" }));
        return true;
      };
      const error = await errorOf(ask({ store }));
      expect(error.details).to.deep.include({ status: 422, code: "bad-input" });
      node.misbehaviour = {};
      expect((await ask({ store })).receipt.cumulative).to.equal(100n);
    });
  });

  describe("refuses before it pays", () => {
    const other = new Wallet(id("another enclave"));

    for (const [what, code, field, value] of [
      ["another chain", "ATTESTATION_WRONG_DEPLOYMENT", "chainId", 5n],
      ["another escrow", "ATTESTATION_WRONG_DEPLOYMENT", "escrow", "0x1111111111111111111111111111111111111111"],
      [
        "another registry",
        "ATTESTATION_WRONG_DEPLOYMENT",
        "nodeRegistry",
        "0x1111111111111111111111111111111111111111",
      ],
      ["another ledger", "ATTESTATION_WRONG_DEPLOYMENT", "deltaLedger", "0x1111111111111111111111111111111111111111"],
      ["another line", "ATTESTATION_WRONG_LINE", "lineId", id("line")],
      ["another version", "VERSION_MISMATCH", "versionHash", id("version")],
      ["another node", "ATTESTATION_WRONG_NODE", "node", "0x1111111111111111111111111111111111111111"],
      ["another HPKE key", "ATTESTATION_KEY_MISMATCH", "hpkePublicKey", id("key")],
      ["another measurement", "ATTESTATION_MISMATCH", "measurementId", id("code")],
      ["a longer life", "ATTESTATION_MISMATCH", "validUntil", 2n ** 40n - 1n],
      ["another model", "ATTESTATION_MISMATCH", "modelId", 7n],
      ["another version number", "ATTESTATION_MISMATCH", "version", 0],
      ["a price over the limit", "PRICE_TOO_HIGH", "price", 101n],
    ] as const) {
      it(`an offer of ${what}`, async () => {
        node.misbehaviour.offer = (offer) => ({ ...offer, [field]: value });
        expect(await codeOf(ask())).to.equal(code);
        expect(node.posts).to.have.length(0);
      });
    }

    it("an offer that another key signed, or whose price was changed after", async () => {
      node.misbehaviour.signer = other;
      expect(await codeOf(ask())).to.equal("ATTESTATION_BAD_SIGNATURE");
      node.misbehaviour = { offerJson: (json) => ({ ...json, price: "99" }) };
      expect(await codeOf(ask())).to.equal("ATTESTATION_BAD_SIGNATURE");
      node.misbehaviour = { offerJson: (json) => ({ ...json, signature: `0x${"00".repeat(65)}` }) };
      expect(await codeOf(ask())).to.equal("ATTESTATION_BAD_SIGNATURE");
    });

    it("an enclave that the chain does not know", async () => {
      node.misbehaviour = {
        signer: other,
        offer: (offer) => ({ ...offer, receiptKey: other.address.toLowerCase() as Hex }),
      };
      expect(await codeOf(ask())).to.equal("ATTESTATION_UNKNOWN_ENCLAVE");
    });

    it("an offer in another form", async () => {
      for (const json of [[], "offer", { v: 2 }]) {
        node.misbehaviour.offerJson = () => json;
        expect(await codeOf(ask())).to.equal("ATTESTATION_MALFORMED");
      }
      node.misbehaviour.offerJson = (offer) => ({ ...offer, price: 100 });
      expect((await errorOf(ask())).message).to.contain("price");
      node.misbehaviour.offerJson = () => ({ v: "x".repeat(2 ** 17) });
      expect(await codeOf(ask())).to.equal("RESPONSE_TOO_LARGE");
    });

    it("a node that is not the one asked for", async () => {
      const strangerAddress = await world.signers.stranger.getAddress();
      expect(await codeOf(ask({ node: strangerAddress }))).to.equal("ATTESTATION_WRONG_NODE");
    });

    it("a channel of somebody else, one that closes, one without enough", async () => {
      const foreign = stranger.inference.request({ ...parameters(), input: INPUT });
      expect(await codeOf(foreign)).to.equal("CHANNEL_NOT_YOURS");
      channel = await openChannel(150n);
      const store = memoryStore();
      await ask({ store });
      const error = await errorOf(ask({ store }));
      expect(error.code).to.equal("INSUFFICIENT_DEPOSIT");
      expect(error.details).to.include({ deposited: "150", required: "200" });
      await (await payer.escrow.approve({ amount: 50n })).wait();
      await (await payer.escrow.topUp({ node: node.node, lineId, channel, amount: 50n })).wait();
      await ask({ store });
      await (await payer.escrow.requestClose({ node: node.node, lineId, channel })).wait();
      expect(await codeOf(ask({ store }))).to.equal("CHANNEL_CLOSING");
    });

    it("an endpoint that is none, that is dead, or that redirects", async () => {
      for (const endpoint of ["node", "ftp://node", "file:///etc/passwd"]) {
        expect(await codeOf(ask({ endpoint }))).to.equal("INVALID_ENDPOINT");
      }
      expect(await codeOf(ask({ endpoint: "http://127.0.0.1:1" }))).to.equal("NODE_UNREACHABLE");
      expect(await codeOf(ask({ endpoint: `${node.endpoint}wrong` }))).to.equal("NODE_REFUSED");
    });
  });

  describe("refuses what a node answers when it", () => {
    const receiptLies: [string, string, (receipt: Receipt) => Receipt][] = [
      ["answers for another version", "VERSION_MISMATCH", (r) => ({ ...r, versionHash: id("old") as Hex })],
      ["answers for another line", "VERSION_MISMATCH", (r) => ({ ...r, lineId: id("line") as Hex })],
      ["receipts another node", "RECEIPT_WRONG_CHANNEL", (r) => ({ ...r, node: world.address("DeltaLedger") })],
      ["receipts another channel", "RECEIPT_WRONG_CHANNEL", (r) => ({ ...r, channel: r.channel + 1n })],
      ["skips a number", "RECEIPT_WRONG_SEQ", (r) => ({ ...r, seq: r.seq + 1n })],
      ["repeats a number", "RECEIPT_WRONG_SEQ", (r) => ({ ...r, seq: r.seq - 1n })],
      [
        "takes more than its price",
        "RECEIPT_WRONG_AMOUNT",
        (r) => ({ ...r, price: r.price + 1n, cumulative: r.cumulative + 1n }),
      ],
      ["sums up too much", "RECEIPT_WRONG_AMOUNT", (r) => ({ ...r, cumulative: r.cumulative + 1n })],
      ["receipts another request", "RECEIPT_WRONG_REQUEST", (r) => ({ ...r, requestHash: id("request") as Hex })],
      ["receipts another response", "RECEIPT_WRONG_RESPONSE", (r) => ({ ...r, responseHash: id("response") as Hex })],
      ["worked in the future", "RECEIPT_WRONG_TIME", (r) => ({ ...r, workedAt: r.workedAt + 3_600n })],
      ["worked in the past", "RECEIPT_WRONG_TIME", (r) => ({ ...r, workedAt: r.workedAt - 3_600n })],
    ];
    for (const [what, code, receipt] of receiptLies) {
      it(what, async () => {
        node.misbehaviour.receipt = receipt;
        expect(await codeOf(ask())).to.equal(code);
      });
    }

    it("flips one bit, anywhere", async () => {
      for (const [part, bit, code] of [
        ["ciphertext", 0, "RECEIPT_WRONG_RESPONSE"],
        ["ciphertext", 1_000, "RECEIPT_WRONG_RESPONSE"],
        ["nonce", 77, "RECEIPT_WRONG_RESPONSE"],
      ] as const) {
        channel = await openChannel();
        node.misbehaviour.response = (r: InferenceResponse) => ({ ...r, [part]: flip(r[part], bit) });
        expect(await codeOf(ask()), `${part} ${bit}`).to.equal(code);
      }
      for (const digit of [3, 70, 131]) {
        channel = await openChannel();
        node.misbehaviour.response = (r) => {
          const flipped = (Number.parseInt(r.signature[digit] ?? "0", 16) ^ 1).toString(16);
          return { ...r, signature: `${r.signature.slice(0, digit)}${flipped}${r.signature.slice(digit + 1)}` as Hex };
        };
        expect(await codeOf(ask()), `signature ${digit}`).to.equal("RECEIPT_BAD_SIGNATURE");
      }
      channel = await openChannel();
      node.misbehaviour.response = (r) => ({ ...r, receipt: { ...r.receipt, workedAt: r.receipt.workedAt ^ 1n } });
      expect(await codeOf(ask())).to.equal("RECEIPT_BAD_SIGNATURE");
    });

    it("replays its answer to another request", async () => {
      let first: InferenceResponse | undefined;
      const store = memoryStore();
      node.misbehaviour.response = (response) => {
        first ??= response;
        return first;
      };
      await ask({ store });
      expect(await codeOf(ask({ store, input: { text: "it falls" } }))).to.equal("RECEIPT_WRONG_REQUEST");
    });

    it("replays its answer to another payer's channel", async () => {
      let first: InferenceResponse | undefined;
      node.misbehaviour.response = (response) => {
        first ??= response;
        return first;
      };
      await ask();
      channel = await openChannel();
      expect(await codeOf(ask())).to.equal("RECEIPT_WRONG_CHANNEL");
    });

    it("signs with a key that was not attested", async () => {
      node.misbehaviour.receipt = (receipt) => {
        node.misbehaviour.signer = new Wallet(id("outside of the enclave"));
        return receipt;
      };
      expect(await codeOf(ask())).to.equal("RECEIPT_BAD_SIGNATURE");
    });

    it("seals something that cannot be opened: the receipt counts, the output does not exist", async () => {
      const store = memoryStore();
      // The host cannot do this, only a broken enclave: it hashes and signs bytes that are no seal.
      node.misbehaviour.receipt = (receipt) => receipt;
      let sealed = { nonce: new Uint8Array(32), ciphertext: new Uint8Array(300) };
      const { createHash } = await import("node:crypto");
      const digest = createHash("sha256").update(sealed.nonce).update(sealed.ciphertext).digest("hex");
      node.misbehaviour = {
        receipt: (receipt) => ({ ...receipt, responseHash: `0x${digest}` as Hex }),
        response: (response) => {
          const swapped = { ...response, ...sealed };
          sealed = { ...sealed };
          return swapped;
        },
      };
      expect(await codeOf(ask({ store }))).to.equal("RESPONSE_UNREADABLE");
      node.misbehaviour = {};
      expect((await ask({ store })).receipt.seq).to.equal(2n);
    });

    it("answers nonsense", async () => {
      for (const body of ["", "<html>", "null", "{}", '{"receipt":{}}', "[".repeat(50_000)]) {
        node.misbehaviour.before = (response) => {
          response.writeHead(200).end(body);
          return true;
        };
        expect(await codeOf(ask()), body.slice(0, 10)).to.equal("RESPONSE_MALFORMED");
      }
    });

    it("answers with a giant body, announced or not", async () => {
      for (const announced of [true, false]) {
        let stopped = false;
        node.misbehaviour.before = (response) => {
          response.writeHead(200, announced ? { "content-length": 2 ** 40 } : {});
          const chunk = Buffer.alloc(2 ** 16, 0x20);
          const more = () => {
            while (!stopped && response.write(chunk));
          };
          response.on("drain", more).on("close", () => {
            stopped = true;
          });
          more();
          return true;
        };
        expect(await codeOf(ask({ maxResponseBytes: 2 ** 20 }))).to.equal("RESPONSE_TOO_LARGE");
      }
    });

    it("hangs: before its answer, and in the middle of it", async () => {
      for (const start of [false, true]) {
        node.misbehaviour.before = (response) => {
          if (start) response.writeHead(200).write('{"receipt":');
          return true;
        };
        expect(await codeOf(ask({ timeoutMs: 300 }))).to.equal("NODE_TIMEOUT");
      }
    });

    it("is busy for ever, and not ready for ever", async () => {
      for (const [status, code] of [
        [429, "busy"],
        [503, "not-ready"],
      ] as const) {
        node.posts.length = 0;
        node.misbehaviour.before = (response) => {
          response.writeHead(status, { "retry-after": "0" }).end(JSON.stringify({ code }));
          return true;
        };
        const error = await errorOf(ask());
        expect(error.code).to.equal("NODE_REFUSED");
        expect(error.details).to.include({ status, code });
        expect(node.posts).to.have.length(4);
      }
    });

    it("refuses with codes of its own invention", async () => {
      node.misbehaviour.before = (response) => {
        response.writeHead(418).end(JSON.stringify({ code: "pay-me-more", detail: "now" }));
        return true;
      };
      expect((await errorOf(ask())).details).to.deep.equal({ status: 418, code: "http-418" });
    });

    it("the caller's own signal ends a request with its own reason", async () => {
      node.misbehaviour.before = () => {
        controller.abort(new Error("enough"));
        return true;
      };
      const controller = new AbortController();
      const error = await ask({ signal: controller.signal }).catch((e: unknown) => e);
      expect(error).to.be.instanceOf(Error).with.property("message", "enough");
    });
  });

  describe("believes no unsigned word about the past", () => {
    const tooLow = (response: Parameters<NonNullable<typeof node.misbehaviour.before>>[0]) => {
      response.writeHead(402).end(JSON.stringify({ code: "voucher-too-low", details: { required: "9000" } }));
      return true;
    };

    it("a demand for more than the receipts show", async () => {
      node.misbehaviour.before = tooLow;
      const store = memoryStore();
      const error = await errorOf(ask({ store }));
      expect(error.code).to.equal("NODE_LIED");
      node.misbehaviour = {};
      expect((await ask({ store })).receipt.cumulative).to.equal(100n);
    });

    it("a meter without a receipt", async () => {
      node.misbehaviour = { recovery: (r) => ({ ...r, metered: 5_000n, seq: 50n }) };
      expect((await ask()).receipt).to.include({ seq: 1n, cumulative: 100n });
    });

    const first = async () => {
      await ask();
      const honest = node.channels.get(channel);
      if (honest?.receipt == null) throw new Error("no receipt");
      return { honest, receipt: honest.receipt };
    };

    it("a receipt above what was ever signed", async () => {
      const { receipt } = await first();
      const inflated = { ...receipt, cumulative: 5_000n, seq: 2n };
      const signature = await signReceipt(node.enclave, node.domain, inflated);
      node.misbehaviour.recovery = (r) => ({ ...r, receipt: inflated, signature });
      expect(await codeOf(ask())).to.equal("NODE_LIED");
    });

    it("a receipt that no enclave of the node signed, and another channel's receipt", async () => {
      const { receipt } = await first();
      const signature = await signReceipt(new Wallet(id("nobody")), node.domain, receipt);
      node.misbehaviour.recovery = (r) => ({ ...r, signature });
      expect(await codeOf(ask())).to.equal("NODE_LIED");
      const elsewhere = { ...receipt, channel: receipt.channel - 1n };
      const other = await signReceipt(node.enclave, node.domain, elsewhere);
      node.misbehaviour.recovery = (r) => ({ ...r, receipt: elsewhere, signature: other });
      expect(await codeOf(ask())).to.equal("NODE_LIED");
      node.misbehaviour.recovery = (r) => ({ ...r, channel: r.channel + 1n });
      expect(await codeOf(ask())).to.equal("NODE_LIED");
    });

    it("a voucher that the payer did not sign", async () => {
      const { honest } = await first();
      const forged = { cumulative: 9_000n, signature: honest.voucher?.signature ?? "0x" };
      node.misbehaviour.recovery = (r) => ({ ...r, voucher: forged });
      expect(await codeOf(ask())).to.equal("NODE_LIED");
    });

    it("no receipt at all for what the chain paid", async () => {
      const { honest, receipt } = await first();
      const { versionHash } = receipt;
      const { nextNonce: nonce } = await operator.escrow.earningsOf({ node: node.node, lineId });
      const batch = { node: node.node, lineId, versionHash, lane: Lane.Voucher, nonce, lastAt: receipt.workedAt };
      if (honest.voucher === null) throw new Error("no voucher");
      const { cumulative: signed, signature } = honest.voucher;
      const rows = packVoucherRows([{ channel, metered: 100n, signed, signature }]);
      const settlement = await operator.escrow.signSettlement({ batch, rows, enclave: node.enclave });
      await (await stranger.escrow.settle(settlement)).wait();
      node.misbehaviour.recovery = (r) => ({ ...r, voucher: null, receipt: null, signature: null });
      expect(await codeOf(ask())).to.equal("NODE_LIED");
      node.misbehaviour = {};
      expect((await ask()).receipt).to.include({ seq: 2n, cumulative: 200n });
    });

    it("words in another form", async () => {
      node.misbehaviour.recovery = (r) => ({ ...r, metered: -1n });
      expect(await codeOf(ask())).to.equal("RESPONSE_MALFORMED");
    });
  });

  // Last, because it ends the enclave.
  describe("pays no enclave that", () => {
    it("was revoked, also not in a session that goes on", async () => {
      const session = await payer.inference.connect({ ...parameters(), recheckMs: 0 });
      await session.request({ input: INPUT });
      await (await operator.nodes.revokeEnclave({ receiptKey: node.enclave.address })).wait();
      await world.networkHelpers.mine();
      expect(await codeOf(session.request({ input: INPUT }))).to.equal("ATTESTATION_NOT_PAYABLE");
      expect(await codeOf(ask())).to.equal("ATTESTATION_NOT_PAYABLE");
    });
  });
});
