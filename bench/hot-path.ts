import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { Agent, createServer, type IncomingMessage, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  channelKey,
  decodeRequest,
  decodeResponse,
  encodeRequest,
  encodeResponse,
  escrowDomain,
  generateSessionKey,
  type Hex,
  type Receipt,
  recoverReceipt,
  sessionSigner,
  signReceipt,
  signVoucher,
  toHex,
} from "@freehold/sdk";
import { useFastCurve } from "@freehold/sdk/node";
import { accept } from "../sdk/dist/inference/accept.js";
import { ledgerOf } from "../sdk/dist/inference/ledger.js";
import { type ChannelState, FRESH_CHANNEL, type Ticket } from "../sdk/dist/inference/state.js";
import { memoryStore } from "../sdk/dist/inference/store.js";
import { reserve } from "../sdk/dist/inference/tickets.js";
import { requirePayment } from "../worker/dist/service/payment.js";
import { openStore } from "../worker/dist/store/index.js";

const WARM_UP = 300;
const ROUNDS = 3_000;
const PRICE = 100n;
const bytes32 = () => toHex(randomBytes(32));

/**
 * What payment adds to a request, milliseconds: a node's handler with and without it, asked in turn over one connection, payer
 * and node in one process, nobody asks a chain.
 * @returns `pay.hotPath.p99`: ticket and voucher at the payer, voucher check at the node, p99 with them less p99 without;
 * `.p50` the same of medians; `.receipt.p99` with the enclave's receipt signed, checked and accepted besides; `.durable.p99` with
 * the node's books in SQLite besides, synced to the disk at each commit
 */
export async function measureHotPath(): Promise<Record<string, number>> {
  await useFastCurve();
  const directory = await mkdtemp(join(tmpdir(), "freehold-hot-path-"));
  const domain = Object.freeze(escrowDomain(31_337n, `0x${"11".repeat(20)}`));
  const [node, lineId, versionHash] = [`0x${"22".repeat(20)}` as Hex, bytes32(), bytes32()];
  const store = await openStore(
    { data: directory, database: undefined },
    { chainId: domain.chainId, escrow: domain.verifyingContract, node, lineId },
  );
  const [payer, enclave] = [sessionSigner(generateSessionKey()), sessionSigner(generateSessionKey())];
  const onChain = {
    signer: payer.address,
    deposited: 2n ** 40n,
    paid: 0n,
    closeAt: 0n,
    closed: false,
    optimistic: false,
  };
  const books = { seq: 0n, metered: 0n, promised: 0n };
  const sealed = { enc: randomBytes(32), ciphertext: randomBytes(512) };
  const answer = { nonce: randomBytes(32), ciphertext: randomBytes(512) };

  const signed = async (requestHash: Hex) => {
    const receipt: Receipt = {
      node,
      channel: 0n,
      seq: books.seq + 1n,
      cumulative: books.metered + PRICE,
      price: PRICE,
      lineId,
      versionHash,
      requestHash,
      responseHash: bytes32(),
      inputCommitment: bytes32(),
      outputCommitment: bytes32(),
      workedAt: 1n,
    };
    return { receipt, signature: await signReceipt(enclave, domain, receipt) };
  };
  const canned = JSON.stringify(encodeResponse({ ...answer, ...(await signed(bytes32())) }));

  const server = createServer(async (incoming, outgoing) => {
    const body = await text(incoming);
    const kind = (incoming.url ?? "").slice(1) as Kind;
    const asked = decodeRequest(JSON.parse(body));
    if (kind === "bare") return outgoing.end(canned);
    const { promised, metered } = books;
    const isSpent = await store.books.isSpent(asked.channel, asked.voucher.cumulative);
    requirePayment(asked, onChain as never, { domain, node, price: PRICE, metered, promised, isSpent });
    books.promised = asked.voucher.cumulative;
    if (kind === "voucher") {
      books.seq++;
      books.metered += PRICE;
      return outgoing.end(canned);
    }
    const done = await signed(bytes32());
    books.seq++;
    books.metered += PRICE;
    const paid = JSON.stringify(encodeResponse({ ...answer, ...done }));
    if (kind === "durable") {
      await store.books.complete({
        ...done,
        receiptKey: enclave.address,
        voucher: asked.voucher,
        paidBefore: 0n,
        idempotencyKey: toHex(randomBytes(16)),
        body: paid,
        createdAt: 1n,
      });
    }
    outgoing.end(paid);
  });
  const url = await listening(server);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });

  /** One channel per kind; the bare one sends a voucher that was made before. */
  const asks = async (kind: Kind): Promise<() => Promise<void>> => {
    const ledger = ledgerOf<ChannelState>(
      memoryStore(),
      channelKey({ chainId: 31_337n, escrow: domain.verifyingContract, node, lineId, channel: 0n }),
      "channel",
    );
    await ledger.update(() => [FRESH_CHANNEL, undefined]);
    const fixed = await signVoucher(payer, domain, { node, channel: 0n, lineId, cumulative: PRICE });
    return async () => {
      let voucher = { cumulative: PRICE, signature: fixed };
      let ticket: Ticket | undefined;
      if (kind !== "bare") {
        ticket = await ledger.update((state) => {
          const wanted = { id: toHex(randomBytes(16)), price: PRICE, until: Date.now() + 60_000 };
          const made = reserve(state, wanted, {
            deposited: onChain.deposited,
            paid: 0n,
            maxInFlight: 1,
            now: Date.now(),
          });
          if (!Array.isArray(made) || made[1].outcome !== "reserved") throw new Error("not reserved");
          return [made[0], made[1].ticket] as const;
        });
        const { cumulative } = ticket;
        voucher = {
          cumulative,
          signature: await signVoucher(payer, domain, { node, channel: 0n, lineId, cumulative }),
        };
      }
      const sent = encodeRequest({ channel: 0n, lineId, versionHash, voucher, ...sealed });
      const said = decodeResponse(JSON.parse(await post(`${url}/${kind}`, JSON.stringify(sent), agent)));
      if (ticket === undefined) return;
      const { seq, cumulative } = kind === "voucher" ? { seq: books.seq, cumulative: books.metered } : said.receipt;
      if (kind !== "voucher" && recoverReceipt(domain, said.receipt, said.signature) !== enclave.address) {
        throw new Error("another enclave's receipt");
      }
      await ledger.update((state) => {
        const next = accept(state as ChannelState, ticket, { seq, cumulative, price: PRICE });
        if ("code" in next) throw new Error(next.code);
        return [next, undefined] as const;
      });
    };
  };

  try {
    const results: Record<string, number> = {};
    for (const [kind, suffix] of [
      ["voucher", ""],
      ["receipt", ".receipt"],
      ["durable", ".durable"],
    ] as const) {
      Object.assign(books, { seq: 0n, metered: 0n, promised: 0n });
      const { bare, paid } = await inTurn(await asks("bare"), await asks(kind));
      results[`pay.hotPath${suffix}.p99`] = at(paid, 0.99) - at(bare, 0.99);
      if (kind === "voucher") results["pay.hotPath.p50"] = at(paid, 0.5) - at(bare, 0.5);
    }
    return results;
  } finally {
    agent.destroy();
    await new Promise((resolve) => server.close(resolve));
    await store.close();
    await rm(directory, { recursive: true, force: true });
  }
}

type Kind = "bare" | "voucher" | "receipt" | "durable";

/** Times of both, sorted; whatever else the machine does meets both alike. */
async function inTurn(bareRun: () => Promise<void>, paidRun: () => Promise<void>) {
  const bare: number[] = [];
  const paid: number[] = [];
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const times = [await milliseconds(bareRun), await milliseconds(paidRun)] as const;
    if (round < 0) continue;
    bare.push(times[0]);
    paid.push(times[1]);
  }
  return { bare: bare.sort((a, b) => a - b), paid: paid.sort((a, b) => a - b) };
}

function at(sorted: readonly number[], quantile: number): number {
  return sorted[Math.floor(sorted.length * quantile)] ?? Number.NaN;
}

async function milliseconds(run: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function post(url: string, body: string, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const outgoing = request(url, { method: "POST", agent, headers }, (incoming) =>
      text(incoming).then(resolve, reject),
    );
    outgoing.on("error", reject).end(body);
  });
}

async function text(stream: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
