import { SCALAR_FIELD } from "@freehold/sdk";
import {
  applyDelta,
  commitmentMetadata,
  createDense,
  readCommitmentSecrets,
  readDeltaMetadata,
  readSafetensors,
  tensorOf,
  WeightsError,
  writeSafetensors,
} from "@freehold/sdk/weights";
import { expect } from "chai";

const BASE = `0x${"ab".repeat(32)}` as const;
const tensors = (value: number) => new Map([["w", tensorOf("I8", [2], Int8Array.from([value, 2]))]]);

describe("weights: what blinds commitments", () => {
  it("travels in the file of a base and of a delta, and leaves the weights alone", () => {
    const base = writeSafetensors({ tensors: tensors(1), metadata: commitmentMetadata({ salt: 5n, blinder: 6n }) });
    const tuned = writeSafetensors({ tensors: tensors(9), metadata: commitmentMetadata({ salt: 5n, blinder: 6n }) });
    expect(readCommitmentSecrets(base)).to.deep.equal({ salt: 5n, blinder: 6n });
    const delta = createDense(base, tuned, { base: BASE, commitment: { salt: SCALAR_FIELD - 1n } });
    expect(readCommitmentSecrets(delta)).to.deep.equal({ salt: SCALAR_FIELD - 1n, blinder: undefined });
    expect(readDeltaMetadata(readSafetensors(delta))).to.deep.equal({ kind: "dense", base: BASE });
    // The effective weights keep the base's metadata; the version's own salt is the delta's.
    expect(readCommitmentSecrets(applyDelta(base, delta, { expectedBase: BASE }))).to.include({ salt: 5n });
    expect(readCommitmentSecrets(writeSafetensors({ tensors: tensors(1) }))).to.deep.equal({
      salt: undefined,
      blinder: undefined,
    });
  });

  it("refuses what is no field element, and does not repeat it", () => {
    for (const salt of [SCALAR_FIELD, -1n]) {
      expect(() => commitmentMetadata({ salt }))
        .to.throw(WeightsError)
        .with.property("code", "WEIGHTS_COMMITMENT");
    }
    for (const text of ["", "0x5", "5", `0x${"F".repeat(64)}`, `0x${SCALAR_FIELD.toString(16)}`]) {
      const file = writeSafetensors({ tensors: tensors(1), metadata: new Map([["freehold.commitment_salt", text]]) });
      try {
        readCommitmentSecrets(file);
        expect.fail(`took ${text}`);
      } catch (error) {
        expect(error).to.be.instanceOf(WeightsError).with.property("code", "WEIGHTS_COMMITMENT");
        if (text.length > 2) expect((error as Error).message).not.to.include(text);
      }
    }
  });
});
