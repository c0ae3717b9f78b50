import type { Provider } from "ethers";
import type { Freehold } from "./client.js";
import { FreeholdError } from "./errors/base.js";
import { ConfigurationError } from "./errors/config.js";
import { decoded } from "./errors/decode.js";

/** The provider that a client reads through. Throws `NO_PROVIDER`. */
export function providerOf(freehold: Freehold): Provider {
  const provider = freehold.contract("InferenceEscrow").runner?.provider;
  if (provider != null) return provider;
  throw new ConfigurationError("NO_PROVIDER", "the signer has no provider", "Connect it: signer.connect(provider).");
}

/** Number and time (Unix seconds) of the newest block. Throws what the endpoint answers, typed. */
export async function newestBlock(provider: Provider): Promise<{ number: number; time: bigint }> {
  const block = await decoded("provider", () => provider.getBlock("latest"));
  if (block === null) throw new FreeholdError("NO_BLOCK", "the chain has no newest block");
  return { number: block.number, time: BigInt(block.timestamp) };
}
