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
