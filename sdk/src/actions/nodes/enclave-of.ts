import type { Enclave } from "../../types.js";
import { read } from "../read.js";

/** An enclave by its receipt key; `node` is zero when it is unknown. */
export const enclaveOf = read({
  contract: "NodeRegistry",
  method: "enclaveOf",
  args: ({ receiptKey }: { receiptKey: string }) => [receiptKey],
  result: (value) => ({ ...value, teeType: Number(value.teeType), tcbStatus: Number(value.tcbStatus) }) as Enclave,
});
