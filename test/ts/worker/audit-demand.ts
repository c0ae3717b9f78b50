import { AuditState, type BatchAudit, ZERO_HASH } from "@freehold/sdk";
import { expect } from "chai";
import type { ChainView } from "../../../worker/dist/chain/view.js";
import { AuditDemand, type AuditDemandParts } from "../../../worker/dist/proofs/audit-demand.js";
import { hash } from "./harness/completion.ts";

describe("worker: a demanded audit", () => {
  it("is not opened before the books know which receipts its batch paid", async () => {
    let status = "pending";
    const audit = { state: AuditState.Demanded, deadline: 100n, seed: ZERO_HASH } as BatchAudit;
    const parts = {
      freehold: { arbiter: { auditOf: async () => audit } },
      store: {
        settlements: { ofNonce: async () => ({ id: 1n, status }) },
        books: { receiptsOf: async () => [] },
      },
    } as unknown as AuditDemandParts;
    const demand = new AuditDemand(parts, { kind: "audit", auditId: hash(1), nonce: 0n, block: 1 });
    const view = { head: { number: 5, timestamp: 50n }, finalBlock: 5, keys: new Map() } as unknown as ChainView;
    expect(await demand.look(view), "it waits").to.deep.equal({});
    status = "mined";
    expect(await demand.look(view)).to.deep.equal({ problem: "these books know no receipts of the batch" });
  });
});
