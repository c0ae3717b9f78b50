import { groth16VerifierAbi } from "@freehold/sdk/abis";
import { Interface, type Provider } from "ethers";

export const VERIFIER = new Interface(groth16VerifierAbi);

/** What an endpoint says in place of the chain, by the function's name. A function of another contract brings its interface. */
export type Lies = Record<string, unknown>;

/**
 * An endpoint that passes calls on, but answers some functions by itself: with a value, or with what it makes of the true one. "0x" is
 * no answer at all. It keeps the selectors that it was asked for.
 */
export function lyingEndpoint(provider: Provider, lies: Lies, { chainId = 31337n, contract = VERIFIER } = {}) {
  const asked: string[] = [];
  const endpoint = {
    getNetwork: async () => ({ chainId }),
    call: async (request: { data: string }) => {
      const selector = request.data.slice(0, 10);
      asked.push(selector);
      const lie = Object.entries(lies).find(([name]) => contract.getFunction(name)?.selector === selector);
      if (lie === undefined) return provider.call(request);
      const [name, answer] = lie;
      if (answer === "0x") return "0x";
      if (typeof answer !== "function") return contract.encodeFunctionResult(name, [answer]);
      const truth = contract.decodeFunctionResult(name, await provider.call(request));
      const asParameters = contract.decodeFunctionData(name, request.data);
      return contract.encodeFunctionResult(name, [answer(truth[0].toObject(true), asParameters)]);
    },
  };
  return { endpoint: endpoint as unknown as Provider, asked };
}
