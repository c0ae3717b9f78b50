import { TAGS, type Tag } from "../gadgets/poseidon.js";
import { MAX_WIDTH } from "../gadgets/poseidon-permutation.js";
import { INPUT_BITS, type Layout, requireLayout, type Shape } from "../model.js";
import { inputElements, layers } from "./layers.js";
import { constantsModule, POSEIDON, poseidonConstants } from "./poseidon.js";

/** Files of a Noir package, by their paths. */
export interface NoirPackage {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
}

/** Width of the permutation of a commitment to this many elements and a salt. */
const widthFor = (elements: number): number => Math.min(elements + 1, MAX_WIDTH - 1) + 1;

/**
 * The inference statement of tier 1 as a Noir program: the arithmetic, commitments and public inputs of
 * {@link inferenceCircuit}, in its order, so that a proof of either opens the same root of the ledger.
 * @throws CircuitError `UNFIT_ARCHITECTURE`
 */
export function noirInference(shape: Shape): NoirPackage {
  const layout = requireLayout(shape);
  const { inputs, hidden, classes } = layout;
  const name = `freehold_inference_${inputs}x${hidden}x${classes}`;
  const widths = [layout.elements, inputElements(layout), layout.outputGroups.length].map(widthFor);
  const modules = [...new Set(widths)].sort((a, b) => a - b);
  return {
    name,
    files: {
      "Nargo.toml": `[package]\nname = "${name}"\ntype = "bin"\nauthors = [""]\n\n[dependencies]\n`,
      "src/main.nr": `${head(layout, modules)}\n${main(layout)}\n${layers(layout)}`,
      "src/poseidon.nr": POSEIDON,
      ...Object.fromEntries(modules.map((width) => [`src/${constantsModule(width)}.nr`, poseidonConstants(width)])),
    },
  };
}

function head({ inputs, hidden, classes }: Layout, modules: readonly number[]): string {
  return [
    `// The version with these weights, given the input of this commitment, has this class and margin, and logits of this commitment.`,
    `// Models of ${inputs} inputs, ${hidden} neurons and ${classes} classes. Made by @freehold/circuits, like its circuit of tier 1.`,
    ...modules.map((width) => `mod ${constantsModule(width)};`),
    "mod poseidon;",
    "",
    "use crate::poseidon::commit;",
    "",
  ].join("\n");
}

function main(layout: Layout): string {
  const { inputs, hidden, classes, elements, groups, outputGroups } = layout;
  const commit = (tag: Tag, count: number, values: string, salt: string) => {
    return `commit(${TAGS[tag]}, ${values}, ${salt}, ${constantsModule(widthFor(count))}::ROUNDS)`;
  };
  const hiddenLayer = groups.flatMap((members, g) => [
    `let group: [Field; ${members.length}] = neurons(dot(weights, ${g * (inputs + 1)}, counts), total);`,
    ...copies("relus", members, "group"),
  ]);
  const outputLayer = outputGroups.flatMap((members, g) => {
    const first = groups.length * (inputs + 1) + g * (hidden + 1);
    return [
      `outputs[${g}] = shifted_logits::<${members.length}>(dot(weights, ${first}, relus), total);`,
      `let group: [u64; ${members.length}] = logits_of(outputs[${g}]);`,
      ...copies("logits", members, "group"),
    ];
  });
  return `\
fn main(
    root: pub Field,
    input: pub Field,
    output: pub Field,
    result: pub Field,
    context: pub Field,
    weights: [Field; ${elements}],
    salt: Field,
    counts: [Field; ${inputs}],
    input_salt: Field,
    output_salt: Field,
) {
    // Nothing else uses it: a proof's challenges are drawn from all public inputs, so that it is good for one context.
    let _ = context;

    assert(root == ${commit("weights", elements, "weights", "salt")}, "the root is the weights'");
    for i in 0..${inputs} {
        counts[i].assert_max_bit_size::<${INPUT_BITS}>();
    }
    let packed = pack_counts(counts);
    assert(input == ${commit("input", inputElements(layout), "packed", "input_salt")}, "the input is the committed one");

    let total = sum(counts);
    let mut relus: [Field; ${hidden}] = [0; ${hidden}];
${indent(hiddenLayer)}
    let total = sum(relus);
    let mut outputs: [Field; ${outputGroups.length}] = [0; ${outputGroups.length}];
    let mut logits: [u64; ${classes}] = [0; ${classes}];
${indent(outputLayer)}
    assert(result == ranked(logits), "class and margin are the logits'");
    assert(output == ${commit("output", outputGroups.length, "outputs", "output_salt")}, "the output is the committed one");
}
`;
}

function copies(to: string, members: readonly number[], from: string): string[] {
  const first = members[0] ?? 0;
  return [`for i in 0..${members.length} {`, `    ${to}[${first} + i] = ${from}[i];`, "}"];
}

const indent = (lines: readonly string[]): string => lines.map((line) => `    ${line}`).join("\n");
