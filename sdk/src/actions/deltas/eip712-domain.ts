import type { ContractDomain } from "../../types.js";
import { read } from "../read.js";

/** EIP-712 domain of signed appends, as the contract says it. */
export const eip712Domain = read({
  contract: "DeltaLedger",
  method: "eip712Domain",
  args: () => [],
  result: (value) => value as ContractDomain,
});
