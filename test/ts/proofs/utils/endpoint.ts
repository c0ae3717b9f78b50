import { groth16VerifierAbi } from "@freehold/sdk/abis";
import { Interface, type Provider } from "ethers";

export const VERIFIER = new Interface(groth16VerifierAbi);

/** An endpoint that passes calls on, but answers some functions of verifiers by itself. It keeps the selectors that it was asked for. */
export function lyingEndpoint(provider: Provider, answers: Record<string, unknown>, chainId = 31337n) {
  const asked: string[] = [];
  const endpoint = {
    getNetwork: async () => ({ chainId }),
    call: async (request: { data: string }) => {
      const selector = request.data.slice(0, 10);
      asked.push(selector);
      for (const [name, answer] of Object.entries(answers)) {
        if (VERIFIER.getFunction(name)?.selector !== selector) continue;
        return typeof answer === "string" && answer === "0x" ? "0x" : VERIFIER.encodeFunctionResult(name, [answer]);
      }
      return provider.call(request);
    },
  };
  return { endpoint: endpoint as unknown as Provider, asked };
}
