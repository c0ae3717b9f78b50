import { expect } from "chai";
import type { ChainView } from "../../../worker/dist/chain/view.js";
import { ProofAnswerer, type ProofAnswererParts } from "../../../worker/dist/proofs/answerer.js";
import type { StoredStep } from "../../../worker/dist/store/index.js";
import { hash } from "./harness/completion.ts";

const quiet = () => {};
const view = (number: number) => ({ head: { number, timestamp: 50n }, finalBlock: number }) as unknown as ChainView;

describe("worker: who answers demands", () => {
  it("sends each step once, whether it waits in the pool or is mined and not seen yet", async () => {
    const id = hash(1);
    const kept = new Map<string, StoredStep>();
    const sent: number[] = [];
    let receipt: { status: number; blockNumber: number } | undefined;
    const call = { prepare: async () => ({ to: "0x", data: "0x" }), estimateGas: async () => 21_000n };
    const demand = {
      id,
      block: 1,
      subject: {},
      look: async () => ({ steps: [{ id, name: "proveReceipt", call }] }),
      refused: () => false,
    };
    const transactions = {
      nextNonce: async () => sent.length,
      nonceAt: async () => 0,
      sign: async ({ nonce }: { nonce: number }) => ({ raw: "0x", hash: hash(10 + nonce) }),
      broadcast: async () => sent.push(1),
      receipt: async () => receipt,
    };
    const parts = {
      chain: { proofEvents: async () => [{ kind: "receipt" }] },
      store: {
        answers: { readTo: async () => undefined, setReadTo: async () => undefined },
        proofs: {
          open: async () => [...kept.values()],
          find: async (one: string) => kept.get(one),
          save: async (step: StoredStep) => kept.set(step.id, step),
        },
      },
      sender: { transactions, address: "0x", exclusive: (work: () => unknown) => work() },
      metrics: { proofs: { inc: quiet } },
      log: { info: quiet, warn: quiet, error: quiet },
      patience: 600n,
      demandOf: () => demand,
      standing: () => [],
    } as unknown as ProofAnswererParts;
    const answerer = new ProofAnswerer(parts);
    for (let block = 2; block < 5; block++) await answerer.turn(view(block));
    expect([sent.length, kept.get(id)?.transactions.map(({ status }) => status)]).to.deep.equal([1, ["pending"]]);
    receipt = { status: 1, blockNumber: 5 };
    for (let block = 5; block < 8; block++) await answerer.turn(view(block));
    expect([sent.length, kept.get(id)?.transactions.map(({ status }) => status)]).to.deep.equal([1, ["mined"]]);
  });
});
