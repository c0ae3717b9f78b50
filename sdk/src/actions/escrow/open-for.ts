import type { Hex } from "../../hex.js";
import { write } from "../write.js";
import { type Opening, openedChannel } from "./opening.js";

/** A payer's signed opening, as `signOpen` gives it. */
export interface OpenForParameters {
  opening: Opening;
  salt: bigint;
  /** Unix seconds. */
  deadline: bigint;
  /** Of the payer: ECDSA, ERC-1271 or ERC-6492. */
  signature: Hex;
}

/** Opens a channel with the payer's allowance and signature; anybody may carry it, once. */
export const openFor = write({
  contract: "InferenceEscrow",
  method: "openFor",
  args: (params: OpenForParameters) => [params.opening, params.salt, params.deadline, params.signature],
  event: "ChannelOpened",
  result: openedChannel,
});
