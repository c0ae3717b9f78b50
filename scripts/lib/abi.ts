import { ErrorFragment, type JsonFragment, type JsonFragmentType } from "ethers";

/** What solc itself reverts with. */
const BUILT_IN = ["Error(string message)", "Panic(uint256 code)"];

/**
 * Every error once, and the compiler's own. An error is known by its selector when it comes back, so two signatures with
 * the same one are refused.
 */
export function mergeErrors(abis: readonly (readonly JsonFragment[])[]): JsonFragment[] {
  const builtIn = BUILT_IN.map(
    (text) => JSON.parse(ErrorFragment.from(`error ${text}`).format("json")) as JsonFragment,
  );
  const bySelector = new Map<string, { signature: string; fragment: JsonFragment }>();
  for (const fragment of sortAbi([...abis.flat(), ...builtIn].filter(({ type }) => type === "error"))) {
    const error = ErrorFragment.from(fragment);
    const signature = error.format("sighash");
    const known = bySelector.get(error.selector);
    if (known && known.signature !== signature) {
      throw new Error(`${known.signature} and ${signature} have the same selector ${error.selector}`);
    }
    if (!known) bySelector.set(error.selector, { signature, fragment });
  }
  return [...bySelector.values()].map(({ fragment }) => fragment);
}

/** The fragments in an order of their own, without what only the compiler reads. */
export function sortAbi(abi: readonly JsonFragment[]): JsonFragment[] {
  const key = ({ type, name, inputs }: JsonFragment) =>
    `${type}\t${name ?? ""}\t${(inputs ?? []).map((input) => input.type).join(",")}`;
  return abi.map(strip).sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}

/** The fragment without `internalType`, its keys in a fixed order. */
function strip({ type, name, inputs, outputs, stateMutability, anonymous }: JsonFragment): JsonFragment {
  const parameter = (p: JsonFragmentType): JsonFragmentType => ({
    name: p.name ?? "",
    type: p.type ?? "",
    ...(p.indexed === undefined ? {} : { indexed: p.indexed }),
    ...(p.components === undefined ? {} : { components: p.components.map(parameter) }),
  });
  return {
    type: type ?? "function",
    ...(name === undefined ? {} : { name }),
    ...(inputs === undefined ? {} : { inputs: inputs.map(parameter) }),
    ...(outputs === undefined ? {} : { outputs: outputs.map(parameter) }),
    ...(stateMutability === undefined ? {} : { stateMutability }),
    ...(anonymous === undefined || type !== "event" ? {} : { anonymous }),
  };
}
