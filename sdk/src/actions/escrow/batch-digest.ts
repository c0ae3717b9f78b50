import type { Batch } from "../../eip712/types.js";
import type { Hex } from "../../hex.js";
import { read } from "../read.js";

/** EIP-712 digest of a batch, as the contract computes it. See `hashBatch`. */
export const batchDigest = read({
  contract: "InferenceEscrow",
  method: "batchDigest",
  args: ({ batch }: { batch: Batch }) => [batch, batch.rowsHash],
  result: (value) => value as Hex,
});
