import type { BaseContract } from "ethers";
import type { FrozenChain } from "./dcap.ts";

/** What a call gave: its decoded result, or the name of the error by which it was refused. */
export type Probed = { readonly result: readonly unknown[] } | { readonly error: string };

/**
 * Makes many calls of one contract, as many in one eth_call as its gas has room for. An error that nobody declared, a panic or an end without
 * words is no refusal: it throws.
 * @param errors contracts whose errors may come
 * @param batch calls of one eth_call
 */
export async function probeAll(
  chain: FrozenChain,
  target: BaseContract,
  name: string,
  calls: readonly (readonly unknown[])[],
  errors: readonly BaseContract[],
  batch: number,
): Promise<Probed[]> {
  const prober = await chain.ethers.deployContract("Prober");
  const address = await target.getAddress();
  const probed: Probed[] = [];
  for (let start = 0; start < calls.length; start += batch) {
    const data = calls.slice(start, start + batch).map((args) => target.interface.encodeFunctionData(name, args));
    const results = await prober.getFunction("probe").staticCall(address, data, []);
    for (const [index, { success, data: answer }] of results.entries()) {
      if (success) {
        probed.push({ result: [...target.interface.decodeFunctionResult(name, answer)] });
        continue;
      }
      const error = errors.map((contract) => contract.interface.parseError(answer)).find((found) => found != null);
      if (!error?.name.includes("_")) throw new Error(`${name} of ${data[index]} ended with ${error?.name ?? answer}`);
      probed.push({ error: error.name });
    }
  }
  return probed;
}
