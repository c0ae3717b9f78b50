import { write } from "../write.js";

/**
 * Changes the ERC-721 metadata URI. Owner only, everything unlocked.
 */
export const setTokenURI = write({
  contract: "ModelRegistry",
  method: "setTokenURI",
  args: (params: { modelId: bigint; uri: string }) => [params.modelId, params.uri],
  event: "MetadataUpdate",
  result: (event) => ({ modelId: event._tokenId }),
});
