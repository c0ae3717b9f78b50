import type { ContractDomain } from "../../types.js";
import { read } from "../read.js";

/** EIP-712 domain of signed consents, as the contract says it. */
export const eip712Domain = read({
  contract: "DatasetRegistry",
  method: "eip712Domain",
  args: () => [],
  result: (value) => value as ContractDomain,
});
