import type { InferenceInput } from "@freehold/sdk";
import { Field } from "./json.js";

/** At most this many elements in one tensor of a request. */
const MAX_ELEMENTS = 4_194_304;

/**
 * Checks the form of a request's input.
 * @throws EngineError `BAD_INPUT`, naming the field and never its content
 */
export function parseInput(input: unknown): InferenceInput {
  const root = new Field(input, "input", "BAD_INPUT");
  const text = root.get("text");
  const tensors = root.get("tensors");
  if (text.present === tensors.present) throw root.fail('{"text": …} or {"tensors": …}');
  if (text.present) return { text: text.string() };
  const parsed = tensors.keys().map((name) => {
    const tensor = tensors.get(name);
    const dims = tensor.get("dims").array(16, (dimension) => dimension.integer(0, MAX_ELEMENTS));
    const data = tensor.get("data").array(MAX_ELEMENTS, (element) => {
      const { value } = element;
      if (typeof value === "number" && Number.isFinite(value)) return value;
      if (typeof value === "string" && /^-?\d{1,20}$/.test(value)) return value;
      throw element.fail("a number, or an integer as a decimal string");
    });
    const size = dims.reduce((product, dimension) => product * dimension, 1);
    if (size !== data.length) throw tensor.fail(`${size} elements, as its dims say`);
    return [name, { dims, data }] as const;
  });
  return { tensors: Object.fromEntries(parsed) };
}

/** The only tensor of a request, as `count` integers of 0..most. @throws EngineError `BAD_INPUT` */
export function parseIntegers(
  tensors: Extract<InferenceInput, { tensors: unknown }>["tensors"],
  name: string,
  count: number,
  most: number,
): number[] {
  const field = new Field(tensors, "input.tensors", "BAD_INPUT");
  if (Object.keys(tensors).length !== 1) throw field.fail(`one tensor named ${name}`);
  const data = field.get(name).get("data");
  const values = data.array(count, (element) => element.integer(0, most));
  if (values.length !== count) throw data.fail(`${count} counts`);
  return values;
}
