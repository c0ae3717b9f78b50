import type { Freehold } from "../../client.js";
import { FreeholdError } from "../../errors/base.js";
import { ContractRevertError } from "../../errors/revert.js";
import type { Channel, ChannelId } from "../../types.js";

/** A channel as it stands; undefined when it was never opened. */
export async function knownChannel(freehold: Freehold, id: ChannelId): Promise<Channel | undefined> {
  try {
    return await freehold.escrow.channelOf(id);
  } catch (error) {
    if (error instanceof ContractRevertError && error.errorName === "InferenceEscrow_UnknownChannel") return undefined;
    throw error;
  }
}

/** Who signed, in lower case; undefined when the signature is none. */
export function signerOf(recover: () => string): string | undefined {
  try {
    return recover().toLowerCase();
  } catch (error) {
    if (error instanceof FreeholdError && error.code === "BAD_SIGNATURE") return undefined;
    throw error;
  }
}
