import { WrongChainError } from "@freehold/sdk";
import { FetchRequest, JsonRpcProvider, Network } from "ethers";

/** Milliseconds after which a call counts as failed. */
const TIMEOUT = 10_000;

/** A JSON-RPC client that asks the node every time, and fails instead of waiting for the network to come back. */
export function rpcProvider(url: string, chainId: bigint): JsonRpcProvider {
  const request = new FetchRequest(url);
  request.timeout = TIMEOUT;
  const network = Network.from(chainId);
  return new JsonRpcProvider(request, network, { staticNetwork: network, cacheTimeout: -1, batchMaxCount: 64 });
}

/** Asks the endpoint which chain it is of. Throws {@link WrongChainError}. */
export async function requireChain(provider: JsonRpcProvider, chainId: bigint): Promise<void> {
  const actual = BigInt(await provider.send("eth_chainId", []));
  if (actual !== chainId) throw new WrongChainError(chainId, actual, "provider");
}
