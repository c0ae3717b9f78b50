import { CircuitKind, circuitIdOf, circuitOf, type Hex, type ProofPolicy } from "@freehold/sdk";
import { expect } from "chai";
import type { ChainView } from "../../../worker/dist/chain/view.js";
import type { ServedVersion } from "../../../worker/dist/model/load.js";
import { Provability } from "../../../worker/dist/proofs/provability.js";
import { hash } from "./harness/completion.ts";

const SHAPE = { inputs: 16, hidden: 4, classes: 2 };
const policyOf = (circuitId: Hex): ProofPolicy => ({ circuitId, auditShare: 0n, since: 5n });
const POLICY = policyOf(circuitIdOf(circuitOf(CircuitKind.Inference, SHAPE)));
const TIER_2 = policyOf(circuitIdOf(circuitOf(CircuitKind.Inference, SHAPE, 2)));
const view = (now?: ProofPolicy, next?: ProofPolicy) =>
  ({ proofPolicy: { now, next }, finalBlock: 7 }) as unknown as ChainView;
const version = (committed: unknown) => ({ version: 1, hash: hash(9), committed }) as unknown as ServedVersion;
const PROVABLE = version({ shape: SHAPE });

describe("worker: whether work can be proven", () => {
  const errors: unknown[] = [];
  const log = { error: (values: unknown) => errors.push(values) } as unknown as ConstructorParameters<
    typeof Provability
  >[3];
  const asked: unknown[] = [];
  const provability = (keepsWitnesses: boolean, missing?: string, unlinked?: string) => {
    const sums = {
      missing: ({ versionHash, circuitId }: { versionHash: Hex; circuitId: Hex }, finalBlock: number) => {
        asked.push([versionHash, circuitId, finalBlock]);
        return unlinked;
      },
    };
    return new Provability({ keepsWitnesses }, { missing: () => missing }, sums, log);
  };

  it("says nothing where no policy holds, and of versions that nobody can be asked of", () => {
    expect(provability(false, "no key").obstacle(PROVABLE, view())).to.equal(undefined);
    expect(provability(false, "no key").obstacle(PROVABLE, view(undefined, POLICY)), "not yet").to.equal(undefined);
    expect(provability(false, "no key").obstacle(version(undefined), view(POLICY))).to.equal(undefined);
  });

  it("takes work when weights, key and a place for witnesses are there, and names the one that is not", () => {
    expect(provability(true).obstacle(PROVABLE, view(POLICY))).to.equal(undefined);
    expect(provability(true).obstacle(version("not its weights"), view(POLICY))).to.equal("not its weights");
    expect(provability(true, "no key").obstacle(PROVABLE, view(POLICY))).to.equal("no key");
    expect(provability(false).obstacle(PROVABLE, view(POLICY))).to.match(/keeps nothing over a restart/);
  });

  it("in tier 2 takes none until the version's sum is linked, and asks for no sum in tier 1", () => {
    expect(provability(true, undefined, "not linked").obstacle(PROVABLE, view(POLICY))).to.equal(undefined);
    expect(provability(true, "no key", "not linked").obstacle(PROVABLE, view(TIER_2))).to.equal("no key");
    expect(asked).to.deep.equal([]);
    expect(provability(true, undefined, "not linked").obstacle(PROVABLE, view(TIER_2))).to.equal("not linked");
    expect(asked).to.deep.equal([[hash(9), TIER_2.circuitId, 7]]);
    expect(provability(true).obstacle(PROVABLE, view(TIER_2))).to.equal(undefined);
  });

  it("says once, and before it begins, that a policy cannot be met", () => {
    const node = provability(true, "no key");
    for (let i = 0; i < 3; i++) node.follow(PROVABLE, view(undefined, POLICY));
    expect(errors).to.deep.equal([{ version: 1, since: "5", why: "no key" }]);
  });
});
