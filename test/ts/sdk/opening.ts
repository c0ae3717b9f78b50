import { inputCommitment, outputCommitment } from "@freehold/circuits";
import {
  decodeAnswer,
  encodeOutput,
  type Hex,
  InferenceError,
  type Opening,
  type Receipt,
  ZERO_HASH,
} from "@freehold/sdk";
import { expect } from "chai";
import { toBeHex } from "ethers";
import { checkOpening } from "../../../sdk/dist/inference/opening.js";

const SHAPE = { inputs: 4, hidden: 2, classes: 3 };
const COUNTS = Uint8Array.from([1, 0, 15, 2]);
const LOGITS = [-5, 7, 7];
const OUTPUT = { label: "neutral", class: 1, logits: LOGITS.map(String) };
const OPENING: Opening = { hidden: SHAPE.hidden, counts: COUNTS, inputSalt: 11n, outputSalt: 12n };
const hex32 = (value: bigint) => toBeHex(value, 32) as Hex;
const COMMITMENTS = {
  inputCommitment: hex32(inputCommitment(SHAPE, COUNTS, 11n)),
  outputCommitment: hex32(outputCommitment(SHAPE, LOGITS, 12n)),
};
const RECEIPT: Receipt = {
  node: `0x${"22".repeat(20)}`,
  channel: 0n,
  seq: 1n,
  cumulative: 10n,
  price: 10n,
  lineId: ZERO_HASH,
  versionHash: ZERO_HASH,
  requestHash: ZERO_HASH,
  responseHash: ZERO_HASH,
  ...COMMITMENTS,
  workedAt: 1n,
};
const HONEST = { input: { text: "x" }, output: OUTPUT, opening: OPENING, receipt: RECEIPT, signature: "0x" } as const;
const counts = (data: readonly number[]) => ({ tensors: { counts: { dims: [data.length], data } } });

describe("inference: what opens a receipt's commitments", () => {
  it("takes an answer that its commitments are of, and one without any", async () => {
    await checkOpening(HONEST);
    await checkOpening({ ...HONEST, input: counts([...COUNTS]) });
    const none = { ...RECEIPT, inputCommitment: ZERO_HASH, outputCommitment: ZERO_HASH };
    await checkOpening({ ...HONEST, receipt: none, opening: undefined });
  });

  const attacks: Record<string, Partial<Parameters<typeof checkOpening>[0]>> = {
    "another answer than was committed": { output: { ...OUTPUT, logits: ["-5", "8", "7"] } },
    "a class that is not the greatest logit's": { output: { ...OUTPUT, class: 0 } },
    "the higher of two equal classes": { output: { ...OUTPUT, class: 2 } },
    "other counts than were committed": { opening: { ...OPENING, counts: Uint8Array.from([1, 0, 15, 3]) } },
    "counts of another request": { input: counts([0, 0, 0, 1]) },
    "another salt of the input": { opening: { ...OPENING, inputSalt: 13n } },
    "another salt of the output": { opening: { ...OPENING, outputSalt: 13n } },
    "commitments that are not opened": { opening: undefined },
    "an opening of no commitments": {
      receipt: { ...RECEIPT, ...{ inputCommitment: ZERO_HASH, outputCommitment: ZERO_HASH } },
    },
    "counts that no circuit takes": { opening: { ...OPENING, counts: Uint8Array.from([1, 0, 16, 2]) } },
    "an answer without logits": { output: { label: "neutral" } },
    "logits that are no integers": { output: { ...OUTPUT, logits: ["-5", "7.5", "7"] } },
  };
  for (const [what, changes] of Object.entries(attacks)) {
    it(`attack: refuses ${what}, and keeps the evidence`, async () => {
      const error = await checkOpening({ ...HONEST, ...changes }).catch((refused) => refused);
      expect(error).to.be.instanceOf(InferenceError).with.property("code", "COMMITMENT_MISMATCH");
      expect(error.details).to.have.property("receipt");
    });
  }

  it("travels in the sealed response", () => {
    expect(decodeAnswer(encodeOutput(OUTPUT, OPENING))).to.deep.equal({ output: OUTPUT, opening: OPENING });
    expect(decodeAnswer(encodeOutput(OUTPUT))).to.deep.equal({ output: OUTPUT, opening: undefined });
    const plain = JSON.parse(new TextDecoder().decode(encodeOutput(OUTPUT, OPENING)));
    const secret = "0x".padEnd(66, "f");
    for (const changes of [{ inputSalt: secret }, { counts: "?" }, { hidden: 0 }, { more: 1 }]) {
      const text = JSON.stringify({ ...plain, opening: { ...plain.opening, ...changes } });
      expect(() => decodeAnswer(new TextEncoder().encode(text)))
        .to.throw(/well-formed opening/)
        .with.property("message")
        .that.does.not.include(secret);
    }
  });
});
