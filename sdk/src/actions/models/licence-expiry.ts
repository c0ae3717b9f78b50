import { read } from "../read.js";

/** Unix seconds until which the present owner's licence to an account runs; 0 for none. */
export const licenceExpiry = read({
  contract: "ModelRegistry",
  method: "licenceExpiry",
  args: (params: { modelId: bigint; account: string }) => [params.modelId, params.account],
});
