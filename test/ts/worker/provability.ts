import type { ProofPolicy } from "@freehold/sdk";
import { expect } from "chai";
import type { ChainView } from "../../../worker/dist/chain/view.js";
import type { ServedVersion } from "../../../worker/dist/model/load.js";
import { Provability } from "../../../worker/dist/proofs/provability.js";
import { hash } from "./harness/completion.ts";

const POLICY: ProofPolicy = { circuitId: hash(1), auditShare: 0n, since: 5n };
const view = (now?: ProofPolicy, next?: ProofPolicy) => ({ proofPolicy: { now, next } }) as unknown as ChainView;
const version = (committed: unknown) => ({ version: 1, committed }) as unknown as ServedVersion;
const PROVABLE = version({ shape: {} });

describe("worker: whether work can be proven", () => {
  const errors: unknown[] = [];
  const log = { error: (values: unknown) => errors.push(values) } as unknown as ConstructorParameters<
    typeof Provability
  >[2];
  const provability = (keepsWitnesses: boolean, missing?: string) =>
    new Provability({ keepsWitnesses }, { missing: () => missing }, log);

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

  it("says once, and before it begins, that a policy cannot be met", () => {
    const node = provability(true, "no key");
    for (let i = 0; i < 3; i++) node.follow(PROVABLE, view(undefined, POLICY));
    expect(errors).to.deep.equal([{ version: 1, since: "5", why: "no key" }]);
  });
});
