import { toBeHex, zeroPadValue } from "ethers";
import type { Lock } from "../../types.js";
import { read } from "../read.js";

/** The lock on a model or an account. */
export const lockOf = read({
  contract: "ModelRegistry",
  method: "lockOf",
  args: (params: { modelId: bigint } | { account: string }) => [
    "modelId" in params ? toBeHex(params.modelId, 32) : zeroPadValue(params.account, 32),
  ],
  result: (value) => value as Lock,
});
