import { sameHex } from "@freehold/sdk";
import { id, type JsonRpcProvider, zeroPadValue } from "ethers";
import type { Authorization } from "./payload.js";
import { PaymentRefusal } from "./refusal.js";
import type { PaymentToken } from "./token.js";

const USED = id("AuthorizationUsed(address,bytes32)");
const TRANSFER = id("Transfer(address,address,uint256)");

/** The transfer of an authorisation, as the chain has it. */
export interface Transfer {
  readonly transaction: string;
  readonly block: number;
}

/**
 * Looks for the transfer that an authorisation stands for, whoever sent it: a stranger who copies the node's transaction pays the
 * same money to the same payee. Undefined while the nonce is unused. Throws {@link PaymentRefusal} when it was used for anything
 * else: cancelled, spent on another authorisation, or sold by another node that shares the payee.
 */
export async function findTransfer(
  provider: JsonRpcProvider,
  token: PaymentToken,
  node: string,
  authorization: Authorization,
  fromBlock: number,
): Promise<Transfer | undefined> {
  const { from, to, value, nonce } = authorization;
  if (!(await token.isUsed(from, nonce))) return undefined;
  const { address } = await token.facts();
  const topics = [USED, zeroPadValue(from, 32), nonce];
  const [used] = await provider.getLogs({ address, topics, fromBlock, toBlock: "latest" });
  const receipt = used === undefined ? null : await provider.getTransactionReceipt(used.transactionHash);
  // EIP-3009's tokens emit both in a row; a transfer elsewhere in the transaction could be another authorisation's.
  const next = receipt?.logs.find(({ index }) => index === (used?.index ?? 0) + 1);
  const isPaid =
    next !== undefined &&
    sameHex(next.address, address) &&
    next.topics[0] === TRANSFER &&
    sameHex(next.topics[1] ?? "", zeroPadValue(from, 32)) &&
    sameHex(next.topics[2] ?? "", zeroPadValue(to, 32)) &&
    BigInt(next.data) === value;
  if (receipt === null || !isPaid) {
    throw new PaymentRefusal("invalid_exact_evm_nonce_already_used", "this authorisation was used or cancelled", {
      payer: from,
    });
  }
  if (!sameHex(receipt.from, node) && sameHex(await token.payoutOf(receipt.from), to)) {
    throw new PaymentRefusal("payment_already_used", "another node of this payee was paid with it", { payer: from });
  }
  return { transaction: receipt.hash, block: receipt.blockNumber };
}
