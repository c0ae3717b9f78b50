import type { Hex } from "@freehold/sdk";
import { developmentProvider } from "@freehold/worker";
import { id, Wallet } from "ethers";
import type { Actor } from "./actors.ts";
import { addressOf, chainTime, noted, type Stage } from "./setup.ts";

export interface RogueEnclave {
  operator: Actor;
  receiptKey: Wallet;
}

/**
 * A node whose enclave claims to run the pinned code. With the development TEE anybody can forge that, so all that
 * stands between it and the money is what the contracts check.
 */
export async function rogueEnclave(stage: Stage, operator: Actor, measurementId: Hex): Promise<RogueEnclave> {
  const { nodes } = stage.as(operator);
  await noted(stage, undefined, nodes.register({ endpoint: "http://127.0.0.1:1" }));
  const { minStake } = await nodes.parameters();
  await noted(stage, undefined, nodes.approveStake({ amount: minStake }));
  await noted(stage, undefined, nodes.addStake({ amount: minStake }));

  const receiptKey = new Wallet(id(`receipt key of ${operator.name}`));
  const hpkePublicKey = id(`HPKE key of ${operator.name}`) as Hex;
  // The newest block's own hash is not known yet where a call is simulated on it.
  const challengeBlock = BigInt(await stage.chain.provider.getBlockNumber()) - 1n;
  const verifier = addressOf(stage, "DevelopmentTeeVerifier");
  const registration = { receiptKey: receiptKey.address, hpkePublicKey, challengeBlock };
  const binding = await nodes.bindingOf({ node: operator.address, ...registration });
  const { evidence, aux } = await developmentProvider(measurementId).attest({
    binding,
    chainId: stage.as(operator).chainId,
    verifier,
    now: await chainTime(stage),
  });
  await noted(stage, "register enclave", nodes.registerEnclave({ verifier, ...registration, evidence, aux }));
  return { operator, receiptKey };
}
