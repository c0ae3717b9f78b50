import type { Signer, TransactionReceipt, TransactionRequest, TransactionResponse } from "ethers";
import type { Context } from "../context.js";
import { type ContractName, type EventName, type EventValues, interfaceOf } from "../contracts.js";
import { decoded, decodeError, revertError } from "../errors/decode.js";
import { findRevertData } from "../errors/find.js";
import { UnknownRevertError } from "../errors/revert.js";
import { EventMissingError, TransactionReplacedError } from "../errors/transport.js";
import type { Hex } from "../hex.js";
import { plainObject } from "../plain.js";

/** A transaction to sign elsewhere: Safe, ERC-4337, a scheduler. */
export interface PreparedTransaction {
  readonly to: Hex;
  readonly data: Hex;
  readonly value: bigint;
}

/** What a caller may set of a transaction. */
export type Overrides = Pick<
  TransactionRequest,
  "from" | "nonce" | "gasLimit" | "gasPrice" | "maxFeePerGas" | "maxPriorityFeePerGas"
>;

/** A transaction that was sent. */
export interface Sent<R> {
  readonly hash: Hex;
  /**
   * Resolves when it is mined: the receipt and what the contract said.
   * @param confirmations blocks, default 1
   * @param timeoutMs default: for ever
   */
  wait(confirmations?: number, timeoutMs?: number): Promise<{ receipt: TransactionReceipt } & R>;
}

/** Sends a prepared transaction; `decode` makes the result of its receipt. */
export async function send<R>(
  ctx: Context,
  signer: Signer,
  contract: ContractName,
  prepared: PreparedTransaction,
  overrides: Overrides,
  decode: (receipt: TransactionReceipt) => R,
): Promise<Sent<R>> {
  const response = await decoded(contract, () => signer.sendTransaction({ ...prepared, ...overrides }));
  return {
    hash: response.hash as Hex,
    async wait(confirmations = 1, timeoutMs?: number) {
      const receipt = await mined(ctx, contract, response, confirmations, timeoutMs);
      return { receipt, ...decode(receipt) };
    },
  };
}

async function mined(
  ctx: Context,
  contract: ContractName,
  response: TransactionResponse,
  confirmations: number,
  timeoutMs: number | undefined,
): Promise<TransactionReceipt> {
  try {
    const receipt = await response.wait(Math.max(1, confirmations), timeoutMs);
    if (receipt === null) throw new TypeError(`no receipt of ${response.hash}`);
    return receipt;
  } catch (error) {
    const { code, receipt, reason, replacement } = error as {
      code?: string;
      receipt?: TransactionReceipt | null;
      reason?: string;
      replacement?: { hash?: string };
    };
    if (code === "TRANSACTION_REPLACED") {
      // The same call with another price is the same call.
      if (reason === "repriced" && receipt?.status === 1) return receipt;
      if (reason !== "repriced") throw new TransactionReplacedError(response.hash, replacement?.hash, error);
    }
    if (receipt?.status === 0) throw await replayed(ctx, contract, response, receipt, error);
    throw decodeError(error, contract);
  }
}

/** Why a mined transaction reverted: receipts do not say, so the call is made again on the state around it. */
async function replayed(
  ctx: Context,
  contract: ContractName,
  { to, from, data, value }: TransactionResponse,
  receipt: TransactionReceipt,
  cause: unknown,
): Promise<unknown> {
  for (const blockTag of [receipt.blockNumber - 1, receipt.blockNumber]) {
    try {
      await ctx.provider.call({ to, from, data, value, blockTag });
    } catch (error) {
      const revert = findRevertData(error);
      if (revert !== undefined && revert !== "0x") return revertError(revert, contract, cause);
    }
  }
  return new UnknownRevertError(contract, "0x", cause);
}

/** Values of the first `event` of a contract in a receipt. Throws {@link EventMissingError}. */
export function eventOf<N extends ContractName, E extends EventName<N>>(
  ctx: Context,
  contract: N,
  event: E,
  receipt: TransactionReceipt,
): EventValues<N, E> {
  const values = eventsOf(ctx, contract, event, receipt)[0];
  if (values === undefined) throw new EventMissingError(contract, event, receipt.hash);
  return values;
}

/** Values of every `event` of a contract in a receipt, in order. */
export function eventsOf<N extends ContractName, E extends EventName<N>>(
  ctx: Context,
  contract: N,
  event: E,
  receipt: TransactionReceipt,
): EventValues<N, E>[] {
  const iface = interfaceOf(contract);
  const fragment = iface.getEvent(event);
  const address = ctx.addressOf(contract).toLowerCase();
  if (fragment === null) return [];
  return receipt.logs
    .filter((log) => log.address.toLowerCase() === address && log.topics[0] === fragment.topicHash)
    .map(
      (log) => plainObject(fragment.inputs, iface.decodeEventLog(fragment, log.data, log.topics)) as EventValues<N, E>,
    );
}
