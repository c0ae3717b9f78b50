import type { Batch } from "../../eip712/types.js";
import type { Hex } from "../../hex.js";
import type { Row } from "../../types.js";
import { read } from "../read.js";

/** EIP-712 digest of a batch, as the contract computes it. See `hashBatch`. */
export const batchDigest = read({
  contract: "InferenceEscrow",
  method: "batchDigest",
  args: (params: { batch: Omit<Batch, "claims">; rows: readonly Row[] }) => [params.batch, [...params.rows]],
  result: (value) => value as Hex,
});
