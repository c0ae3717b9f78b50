import {
  decodeResponse,
  encodeInput,
  escrowDomain,
  type Hex,
  type InferenceRequest,
  newIdempotencyKey,
  requestAad,
  sealRequest,
  signVoucher,
} from "@freehold/sdk";
import { developmentProvider } from "@freehold/worker";
import { expect } from "chai";
import { Wallet } from "ethers";
import { Channels } from "../../../worker/dist/chain/channels.js";
import type { Chain } from "../../../worker/dist/chain/types.js";
import { Watcher } from "../../../worker/dist/chain/watcher.js";
import { Enclave } from "../../../worker/dist/enclave/enclave.js";
import { KeyStore } from "../../../worker/dist/enclave/keys.js";
import { createServer } from "../../../worker/dist/http/server.js";
import { createMetrics } from "../../../worker/dist/metrics.js";
import { ServedVersions } from "../../../worker/dist/model/served.js";
import { Gate } from "../../../worker/dist/service/gate.js";
import { InferenceService } from "../../../worker/dist/service/inference.js";
import { Serving } from "../../../worker/dist/service/serving.js";
import { openStore, type Store, type StoreLocation } from "../../../worker/dist/store/index.js";
import { BACKENDS } from "./harness/backends.ts";

const PRICE = 10n;
const NODE: Hex = `0x${"22".repeat(20)}`;
const ESCROW: Hex = `0x${"11".repeat(20)}`;
const LINE: Hex = `0x${"33".repeat(32)}`;
const VERSION: Hex = `0x${"44".repeat(32)}`;
const CHAIN_ID = 31337n;

/** Two services that share books and, to be asked the same request, an enclave's keys. */
for (const backend of BACKENDS) {
  describe(`worker: replicas that overtake each other, books in ${backend.name}`, () => {
    const payer = Wallet.createRandom();
    const log = createServer({ logLevel: "silent", bodyLimit: 1_024 }).log;
    let location: StoreLocation;
    let store: Store;
    let enclave: Enclave;
    /** What happens while the model of the first service runs. */
    let meanwhile: () => Promise<unknown>;
    let runs: number;

    before(async function () {
      await backend.prepare(this);
    });

    beforeEach(async () => {
      location = await backend.create();
      const identity = { chainId: CHAIN_ID, escrow: ESCROW, node: NODE };
      store = await openStore(location, { ...identity, lineId: LINE });
      const provider = developmentProvider(VERSION);
      enclave = await Enclave.open(provider, new KeyStore(store.keys, provider), identity);
      await enclave.createKeys();
      runs = 0;
    });

    afterEach(async () => {
      await store.close();
      backend.remove(location);
    });

    const chain: Partial<Chain> = {
      head: async () => ({ number: 1, hash: "0x01", timestamp: 1_000n }),
      line: async () => ({ account: NODE, modelId: 1n, newest: 0, active: 0, activeHash: VERSION }),
      payableUntil: async () => 2n ** 40n - 1n,
      isPayable: async () => true,
      enclave: async () => ({
        node: NODE,
        registeredAt: 1n,
        validUntil: 2_000n,
        measurementId: VERSION,
      }),
      channelCount: async () => 1n,
      channel: async () => ({
        payer: payer.address,
        signer: payer.address,
        deposited: 1_000n,
        paid: 0n,
        closeAt: 0n,
        closed: false,
        optimistic: false,
      }),
      escrowEvents: async () => [],
      proofNotice: async () => 86_400n,
      proofPolicy: async () => undefined,
    };

    const service = async (onInfer: () => Promise<unknown>) => {
      const infer = async () => {
        runs++;
        await onInfer();
        return { label: "positive", class: 2, logits: ["1"] };
      };
      const engine = { kind: "integer", close: async () => undefined, infer } as const;
      const versions = new ServedVersions(
        async () => ({ modelId: 1n, lineId: LINE, version: 0, hash: VERSION, engine, committed: undefined }),
        log,
      );
      const options = {
        lineId: LINE,
        poll: 1_000,
        confirmations: 0,
        maxViewAge: 600_000,
        keys: () => enclave.keys.map(({ receiptKey }) => receiptKey),
        versions: () => versions.hashes,
        onView: () => undefined,
      };
      const watcher = new Watcher(chain as Chain, options, log);
      await versions.start((await watcher.poll()).active);
      return new InferenceService({
        store,
        enclave,
        versions,
        serving: new Serving({ enclave, versions, watcher, provability: { obstacle: () => undefined }, lineId: LINE }),
        channels: new Channels(chain as Chain, 0),
        gate: new Gate({ total: 100, perChannel: 100 }),
        metrics: createMetrics({ totals: () => store.debts.totals(), viewAge: () => 0, version: () => 0 }),
        chainId: CHAIN_ID,
        escrow: ESCROW,
        node: NODE,
        price: PRICE,
      });
    };
    const both = async () => [await service(() => meanwhile()), await service(async () => undefined)] as const;

    const prepare = async (cumulative: bigint): Promise<[string, InferenceRequest]> => {
      const key = newIdempotencyKey();
      const names = { channel: 0n, lineId: LINE, versionHash: VERSION };
      const aad = requestAad({
        ...names,
        chainId: CHAIN_ID,
        escrow: ESCROW,
        node: NODE,
        idempotencyKey: key,
        cumulative,
      });
      const hpkePublicKey = enclave.keys[0]?.hpkePublicKey as Hex;
      const { enc, ciphertext } = await sealRequest({ hpkePublicKey, aad, plaintext: encodeInput({ text: "a" }) });
      const domain = escrowDomain(CHAIN_ID, ESCROW);
      const voucher = { node: NODE, channel: 0n, lineId: LINE, cumulative };
      const signature = await signVoucher(payer, domain, voucher);
      return [key, { ...names, voucher: { cumulative, signature }, enc, ciphertext }];
    };
    const receiptOf = (body: string) => decodeResponse(JSON.parse(body)).receipt;
    const failure = (work: Promise<unknown>) => work.catch((error: unknown) => error) as Promise<Error>;

    it("sign finished work anew when the meter moved on, without running the model again", async () => {
      const [slow, quick] = await both();
      const [first, second] = [await prepare(PRICE), await prepare(2n * PRICE)];
      meanwhile = () => quick.answer(...second);
      expect(receiptOf(await slow.answer(...first))).to.include({ seq: 2n, cumulative: 2n * PRICE });
      expect(receiptOf(await slow.answer(...second))).to.include({ seq: 1n, cumulative: PRICE });
      expect(runs).to.equal(2);
      expect(await store.debts.totals()).to.include({ completed: 2n, metered: 2n * PRICE });
    });

    it("give one request one answer, byte for byte, and meter it once", async () => {
      const [slow, quick] = await both();
      const request = await prepare(5n * PRICE);
      let other = "";
      meanwhile = async () => {
        other = await quick.answer(...request);
      };
      expect(await slow.answer(...request)).to.equal(other);
      expect(await slow.answer(...request)).to.equal(other);
      expect(await store.debts.totals()).to.include({ completed: 1n, metered: PRICE });
    });

    it("give one request one answer, even when nothing is left to pay for it a second time", async () => {
      const [slow, quick] = await both();
      const [request, before] = [await prepare(2n * PRICE), await prepare(PRICE)];
      let other = "";
      meanwhile = async () => {
        await quick.answer(...before);
        other = await quick.answer(...request);
      };
      expect(await slow.answer(...request)).to.equal(other);
      expect(receiptOf(other).seq).to.equal(2n);
    });

    it("check the payment of finished work again, and meter nothing that is not paid for", async () => {
      const [slow, quick] = await both();
      const [first, second] = [await prepare(PRICE), await prepare(PRICE)];
      meanwhile = () => quick.answer(...second);
      const refused = await failure(slow.answer(...first));
      expect(refused).to.have.nested.property("problem.code", "voucher-too-low");
      expect(await store.debts.totals()).to.include({ completed: 1n, metered: PRICE });
    });

    it("refuse finished work on a channel that its payer ended meanwhile, and meter nothing", async () => {
      const [slow] = await both();
      meanwhile = () => store.books.end(0n, 0n, 1n);
      const refused = await failure(slow.answer(...(await prepare(PRICE))));
      expect(refused).to.have.nested.property("problem.code", "channel-closing");
      expect(runs).to.equal(1);
      expect(await store.debts.totals()).to.include({ completed: 0n, metered: 0n });
      const again = await failure(slow.answer(...(await prepare(PRICE))));
      expect(again).to.have.nested.property("problem.code", "channel-closing");
      expect(runs, "nothing is worked for").to.equal(1);
    });

    it("refuse a key that the other one answered with another body", async () => {
      const [slow, quick] = await both();
      const [[key, first], [, second]] = [await prepare(PRICE), await prepare(2n * PRICE)];
      const sealedAnew = async () => {
        const names = { ...second, chainId: CHAIN_ID, escrow: ESCROW, node: NODE };
        const aad = requestAad({ ...names, idempotencyKey: key, cumulative: 2n * PRICE });
        const hpkePublicKey = enclave.keys[0]?.hpkePublicKey as Hex;
        const sealed = await sealRequest({ hpkePublicKey, aad, plaintext: encodeInput({ text: "b" }) });
        return quick.answer(key, { ...second, enc: sealed.enc, ciphertext: sealed.ciphertext });
      };
      meanwhile = sealedAnew;
      const refused = await failure(slow.answer(key, first));
      expect(refused).to.have.nested.property("problem.code", "idempotency-conflict");
      expect(await store.debts.totals()).to.include({ completed: 1n, metered: PRICE });
    });

    it("refuse a request as busy when they are overtaken again and again", async () => {
      const [slow, quick] = await both();
      const others = await Promise.all(Array.from({ length: 40 }, (_, i) => prepare(999n - BigInt(i))));
      meanwhile = async () => undefined;
      const complete = store.books.complete.bind(store.books);
      let isOurs = true;
      store.books.complete = async (completion) => {
        // Before each of its writes another replica takes the step.
        const next = isOurs ? others.pop() : undefined;
        isOurs = false;
        if (next !== undefined) await quick.answer(...next);
        isOurs = true;
        return complete(completion);
      };
      const refused = await failure(slow.answer(...(await prepare(1_000n))));
      expect(refused).to.have.nested.property("problem.code", "busy");
      const { completed, metered } = await store.debts.totals();
      expect(metered).to.equal(completed * PRICE);
      expect(Number(completed)).to.equal(40 - others.length);
    });
  });
}
