import type { Hex } from "../../hex.js";
import { read } from "../read.js";
import type { Opening } from "./opening.js";

/** EIP-3009 nonce of an authorised opening, as the contract computes it. */
export const openingHash = read({
  contract: "InferenceEscrow",
  method: "openingHash",
  args: ({ opening, salt }: { opening: Opening; salt: bigint }) => [opening, salt],
  result: (value) => value as Hex,
});
