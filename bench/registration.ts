import { trimQuote } from "@freehold/sdk/attestation";
import { registeredWorld } from "../test/ts/attestation/utils/registry.ts";

/**
 * Gas of the whole transaction in which a node registers an enclave with a trimmed quote of TDX, by Osaka's rules: verification, binding, evidence
 * used once, and what the registry writes. The quote is of a made-up authority, because a genuine one commits to something else.
 */
export async function measureRegistration(): Promise<Record<string, number>> {
  const { chain, nodes, send, registration } = await registeredWorld();
  const { args } = await registration(`0x${"a1".repeat(20)}`, trimQuote);
  const { gas } = await send(nodes, "registerEnclave", args);
  await chain.connection.close();
  return { "tee.dcap.register": gas };
}
