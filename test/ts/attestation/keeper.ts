import { expect } from "chai";
import { type CollateralItem, keep, stateOf } from "../../../sdk/dist/attestation/keeper/index.js";

const NOW = 1_000_000n;
const DAY = 86_400n;

/** An item that ends at `validUntil`, and for which something until `published` is to be had. */
function item(name: string, validUntil: bigint, published: bigint | Error) {
  const state = { asked: 0, validUntil };
  const collateral: CollateralItem = {
    name,
    validUntil: async () => state.validUntil,
    async *refresh() {
      state.asked++;
      if (published instanceof Error) throw published;
      if (published <= state.validUntil) return;
      state.validUntil = published;
      yield "0xab";
    },
  };
  return { collateral, state };
}

describe("attestation: a keeper", () => {
  it("refreshes what is newer, says what will expire, and lets no failure stop the others", async () => {
    const items = [
      item("newer", NOW + 30n * DAY, NOW + 60n * DAY),
      item("same", NOW + 30n * DAY, NOW + 30n * DAY),
      item("ends soon", NOW + DAY, NOW + DAY),
      item("broken", NOW - 1n, new Error("away")),
      item("never there", 0n, NOW + 30n * DAY),
    ];
    const reports = await keep(
      items.map(({ collateral }) => collateral),
      NOW,
    );
    expect(reports.map(({ name, state, transactions }) => [name, state, ...transactions])).to.deep.equal([
      ["newer", "fresh", "0xab"],
      ["same", "fresh"],
      ["ends soon", "expiring"],
      ["broken", "expired"],
      ["never there", "fresh", "0xab"],
    ]);
    expect(reports[3]?.error).to.have.property("message", "away");
    expect(reports[0]).to.include({ before: NOW + 30n * DAY, after: NOW + 60n * DAY });
  });

  it("tells what was sent before an item failed, and what could not be looked at", async () => {
    const half: CollateralItem = {
      name: "half",
      validUntil: async () => NOW + 30n * DAY,
      async *refresh() {
        yield "0x01";
        throw new Error("then");
      },
    };
    const away: CollateralItem = { ...half, name: "away", validUntil: () => Promise.reject(new Error("gone")) };
    const [first, second] = await keep([half, away], NOW);
    expect(first).to.deep.include({ state: "fresh", transactions: ["0x01"] });
    expect(first?.error).to.have.property("message", "then");
    expect(second).to.deep.include({ state: "unknown", before: undefined, after: undefined, transactions: [] });
    expect(second?.error).to.have.property("message", "gone");
  });

  it("waits for the margin when it is not eager, and sends nothing when it only looks", async () => {
    const late = item("late", NOW + 30n * DAY, NOW + 60n * DAY);
    const due = item("due", NOW + DAY, NOW + 60n * DAY);
    await keep([late.collateral, due.collateral], NOW, { eager: false, margin: 2n * DAY }, true);
    expect([late.state.asked, due.state.asked]).to.deep.equal([0, 0]);
    await keep([late.collateral, due.collateral], NOW, { eager: false, margin: 2n * DAY });
    expect([late.state.asked, due.state.asked]).to.deep.equal([0, 1]);
  });

  it("counts the last second as valid", () => {
    expect(stateOf(NOW, NOW, 10n)).to.equal("expiring");
    expect(stateOf(NOW - 1n, NOW, 10n)).to.equal("expired");
    expect(stateOf(NOW + 10n, NOW, 10n)).to.equal("expiring");
    expect(stateOf(NOW + 11n, NOW, 10n)).to.equal("fresh");
  });
});
