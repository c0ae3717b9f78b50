import { type InferenceValues, requireLayout, type Shape } from "@freehold/circuits";
import { type NoirInputs, type NoirPackage, noirInference, noirInferenceInputs } from "@freehold/circuits/noir";
import { expect } from "chai";
import { inferenceCase, randomModel } from "../circuits/models.ts";
import { NoirProgram, type NoirTools, noirTools } from "./utils/noir.ts";

/** Several elements of everything, none of them full: of neurons, classes and counts. */
const AWKWARD: Shape = { inputs: 70, hidden: 13, classes: 11 };
const TINY: Shape = { inputs: 2, hidden: 2, classes: 2 };
/** What the program says of the public input of a name, and of its hints. */
const REFUSALS = {
  root: "the root is the weights'",
  input: "the input is the committed one",
  output: "the output is the committed one",
  result: "class and margin are the logits'",
};
const FILLED = "the neurons fill the slots";
const BIT = "a neuron is active or not";
const RANGE = "call to assert_max_bit_size";
const REASONS = [...Object.values(REFUSALS), FILLED, BIT, RANGE];
const CASES = process.env.FREEHOLD_NIGHTLY === "1" ? 100 : 6;

/** What the program refuses; undefined when the statement is true. */
async function refusalOf(program: NoirProgram, inputs: NoirInputs): Promise<string | undefined> {
  try {
    await program.execute(inputs);
    return undefined;
  } catch (error) {
    const reason =
      error instanceof Error ? /^(?:Circuit execution failed: )?(.*)$/m.exec(error.message)?.[1] : undefined;
    // Whatever else goes wrong is no answer.
    if (reason !== undefined && REASONS.includes(reason)) return reason;
    throw error;
  }
}

describe("circuits: the inference statement in Noir, compiled", function () {
  this.timeout(600_000);
  let tools: NoirTools;
  const programs: NoirProgram[] = [];
  const compiled = async (from: NoirPackage) => {
    const program = await NoirProgram.of(tools, from);
    programs.push(program);
    return program;
  };

  before(async function () {
    tools = (await noirTools()) ?? this.skip();
  });
  after(() => Promise.all(programs.map((program) => program.close())));

  it("agrees with the reference for every statement, and with no other one", async () => {
    const program = await compiled(noirInference(AWKWARD));
    for (let seed = 1; seed <= CASES; seed++) {
      const { inputs } = noirInferenceInputs(AWKWARD, inferenceCase(AWKWARD, 1, seed).values);
      expect(await refusalOf(program, inputs), `seed ${seed}`).to.equal(undefined);
      for (const [name, reason] of Object.entries(REFUSALS)) {
        const other = `0x${(BigInt(inputs[name] as string) ^ 1n).toString(16)}`;
        expect(await refusalOf(program, { ...inputs, [name]: other }), `seed ${seed}`).to.equal(reason);
      }
    }
  });

  it("agrees at the ends of all ranges, at ties, and on negative sums", async () => {
    const program = await compiled(noirInference(TINY));
    const { values } = inferenceCase(TINY, 1);
    const layout = requireLayout(TINY);
    const limit = 2 ** (layout.biasBits - 1);
    const outputLimit = 2 ** (layout.outputBiasBits - 1);
    const model = (weight: number, bias: number, output: number[], outputBias: number[]) => ({
      hiddenWeight: new Array<number>(4).fill(weight),
      hiddenBias: [bias, bias],
      outputWeight: output,
      outputBias,
    });
    const cases: [InferenceValues["weights"], number[]][] = [
      [model(127, limit - 1, [127, 127, -128, -128], [outputLimit - 1, -outputLimit]), [15, 15]],
      [model(-128, -limit, [127, 127, -128, -128], [-outputLimit, outputLimit - 1]), [15, 15]],
      [model(1, -15, [1, 1, 1, 1], [7, 7]), [15, 0]],
      [model(0, 0, [0, 0, 0, 0], [0, 0]), [0, 0]],
      [model(0, 0, [0, 0, 0, 0], [0, 1]), [0, 0]],
      [model(0, 0, [0, 0, 0, 0], [4, 0]), [0, 0]],
      [model(0, 0, [0, 0, 0, 0], [3, 0]), [0, 0]],
      [model(1, -1, [1, 0, 0, 1], [0, 0]), [1, 0]],
    ];
    for (const [i, [weights, counts]] of cases.entries()) {
      const { inputs } = noirInferenceInputs(TINY, { ...values, weights, counts });
      expect(await refusalOf(program, inputs), `case ${i}`).to.equal(undefined);
      const other = `0x${(BigInt(inputs.result as string) ^ 256n).toString(16)}`;
      expect(await refusalOf(program, { ...inputs, result: other }), `case ${i}`).to.equal(REFUSALS.result);
    }
  });

  it("refuses counts out of range, though the commitment is theirs", async () => {
    const program = await compiled(noirInference(TINY));
    const { inputs } = noirInferenceInputs(TINY, inferenceCase(TINY, 1).values);
    // 16 in the first place packs like 1 in the second.
    const [first, second] = (inputs.counts as string[]).map(Number) as [number, number];
    const counts = [first + 16, second - 1].map((count) => `0x${count.toString(16)}`);
    expect(second).to.be.greaterThan(0);
    expect(await refusalOf(program, { ...inputs, counts })).to.equal(RANGE);
  });

  describe("a prover that lies in a hint", () => {
    const CARRY = `
unconstrained fn carried<let N: u32>(element: Field, size: u64) -> [u64; N] {
    let mut found: [u64; N] = slots(element, size);
    found[0] += size;
    found[1] -= 1;
    found
}
`;
    const upper = "upper[i] = (values[i] / half) as Field;";
    const rest = "rests[i] = (values[i] % half) as Field;";
    const lies: readonly (readonly [name: string, reason: string, ...[honest: string, lie: string][]])[] = [
      ["calls active neurons inactive", RANGE, [upper, "upper[i] = 0;"], [rest, "rests[i] = values[i] as Field;"]],
      [
        "calls inactive neurons active",
        RANGE,
        [upper, "upper[i] = 1;"],
        [rest, "rests[i] = values[i] as Field - half as Field;"],
      ],
      [
        "takes a bit that is none",
        BIT,
        [upper, "upper[i] = 2;"],
        [rest, "rests[i] = values[i] as Field - 2 * half as Field;"],
      ],
      ["carries from one neuron to the next", BIT, ["[u64; N] = slots(element", "[u64; N] = carried(element"]],
      ["carries from one logit to the next", RANGE, ["unsafe { slots(shifted", "unsafe { carried(shifted"]],
      ["says that all neurons are zero", FILLED, [upper, "upper[i] = 1;"], [rest, "rests[i] = 0;"]],
    ];
    for (const [name, reason, ...changes] of lies) {
      it(`and ${name} is refused`, async () => {
        const honest = noirInference(TINY);
        let source = honest.files["src/main.nr"]!;
        for (const [from, to] of changes) {
          expect(source.split(from)).to.have.length(2);
          source = source.replace(from, to);
        }
        const program = await compiled({ ...honest, files: { ...honest.files, "src/main.nr": source + CARRY } });
        // One neuron is active, the other is not; of the statement itself all is true.
        const weights = { ...randomModel(TINY, 5), hiddenBias: [100, -100], hiddenWeight: [1, 2, 3, 4] };
        const { inputs } = noirInferenceInputs(TINY, { ...inferenceCase(TINY, 1, 5).values, weights, counts: [3, 4] });
        expect(await refusalOf(program, inputs)).to.equal(reason);
      });
    }
  });
});
