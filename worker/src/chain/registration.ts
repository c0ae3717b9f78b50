import { bindingOf, type Hex, InsufficientFundsError, ZERO_HASH } from "@freehold/sdk";
import { inferenceEscrowAbi, nodeRegistryAbi } from "@freehold/sdk/abis";
import { Interface, isCallException, isError, type JsonRpcProvider } from "ethers";
import type { Enclave } from "../enclave/enclave.js";
import { OperatorError, reason, WorkerError } from "../errors.js";
import type { Logger } from "../log.js";
import type { LaneChoice } from "../settlement/policy.js";
import { type Addresses, verifierOf } from "./deployment.js";
import { refusal } from "./refusal.js";
import type { Sender } from "./sender.js";
import type { Chain, EnclaveState } from "./types.js";
import type { ChainView } from "./view.js";

const NODES = new Interface(nodeRegistryAbi);
const ESCROW = new Interface(inferenceEscrowAbi);

/** The largest share of a line: 2^-(1 + 1) of the stake. */
const STAKE_SHARE = 1;
const STAKE_SHARE_GAS = 150_000n;

/** Most gas of one transaction (EIP-7825): a first Nitro chain of certificates comes near it. */
const MAX_GAS = 16_777_216n;

/** The part of an enclave's life that must be left before a new one is registered: a fifth. */
const RENEWAL = 5n;
/** Milliseconds between two attempts to register. */
const RETRY = 30_000;

/** Keeps the enclave registered: checks the operator's standing, registers, renews before the end. */
export class Registrar {
  readonly #provider: JsonRpcProvider;
  readonly #chain: Chain;
  readonly #sender: Sender;
  readonly #enclave: Enclave;
  readonly #addresses: Addresses;
  readonly #log: Logger;
  #running = false;
  #notBefore = 0;

  constructor(
    provider: JsonRpcProvider,
    chain: Chain,
    sender: Sender,
    enclave: Enclave,
    addresses: Addresses,
    log: Logger,
  ) {
    this.#provider = provider;
    this.#chain = chain;
    this.#sender = sender;
    this.#enclave = enclave;
    this.#addresses = addresses;
    this.#log = log;
  }

  /** Throws `NODE_NOT_READY`, saying what the operator has to do first. */
  async requireOperator(): Promise<void> {
    const [node, minStake] = await Promise.all([this.#chain.node(), this.#chain.minStake()]);
    const operator = this.#sender.address;
    if (!node.registered) {
      throw new OperatorError(
        "NODE_NOT_READY",
        `node ${operator} is not registered: register it in NodeRegistry first`,
      );
    }
    if (node.stake < minStake) {
      throw new OperatorError(
        "NODE_NOT_READY",
        `node ${operator} has ${node.stake} of stake that does not thaw, and needs ${minStake}: add ${minStake - node.stake}`,
      );
    }
  }

  /**
   * What a node needs before it settles in a lane: lane O pays as far as stake stands behind it, a quarter of it for a node that
   * has not said otherwise. Throws `LANE_UNAVAILABLE`.
   */
  async requireLane(lane: LaneChoice, lineId: Hex): Promise<void> {
    if (lane === "voucher") return;
    if (!(await this.#chain.hasOptimisticLane())) {
      throw new OperatorError(
        "LANE_UNAVAILABLE",
        "this deployment has no optimistic lane, for stake is in another token: serve with --lane voucher",
      );
    }
    if ((await this.#chain.stakeShare()) !== 0) return;
    const to = this.#addresses.inferenceEscrow;
    const data = ESCROW.encodeFunctionData("setStakeShare", [lineId, STAKE_SHARE]);
    try {
      await this.#sender.send({ to, data, gasLimit: STAKE_SHARE_GAS });
    } catch (cause) {
      if (!(cause instanceof WorkerError) && !isCallException(cause)) throw cause;
      const why = refusal(cause);
      throw new OperatorError(
        "LANE_UNAVAILABLE",
        `the escrow lets no stake stand behind this line (${why}): other lines have it`,
        {
          cause,
        },
      );
    }
    this.#log.info({ share: STAKE_SHARE }, "a quarter of the stake stands behind the optimistic lane");
  }

  /** Registers new keys unless the chain knows keys of this code that last. Throws `ENCLAVE_REFUSED`. */
  async ensure(): Promise<void> {
    const newest = this.#enclave.keys[0];
    const state = newest && (await this.#chain.enclave(newest.receiptKey));
    const { timestamp } = await this.#chain.head();
    if (state !== undefined && this.#lasts(state, timestamp)) return;
    // Keys that were made but never registered are used now.
    const keys = newest !== undefined && state === undefined ? newest : await this.#enclave.createKeys();
    await this.#register(keys.receiptKey, keys.hpkePublicKey);
  }

  /** Registers new keys when the present ones near their end; never throws, never runs twice at once. */
  async renew(view: ChainView): Promise<void> {
    const newest = this.#enclave.keys[0];
    const state = newest && view.keys.get(newest.receiptKey);
    const lasts = state !== undefined && this.#lasts({ ...state, node: this.#sender.address }, view.head.timestamp);
    if (lasts || this.#running || performance.now() < this.#notBefore) return;
    this.#running = true;
    try {
      await this.ensure();
    } catch (error) {
      this.#notBefore = performance.now() + RETRY;
      this.#log.error({ reason: reason(error) }, "the enclave cannot be registered anew");
    } finally {
      this.#running = false;
    }
  }

  #lasts(state: EnclaveState, now: bigint): boolean {
    const life = state.validUntil - state.registeredAt;
    return state.measurementId === this.#enclave.measurementId && state.validUntil - now > life / RENEWAL;
  }

  async #register(receiptKey: Hex, hpkePublicKey: Hex): Promise<void> {
    const verifier = verifierOf(this.#addresses, this.#enclave.kind);
    const { nodeRegistry, chainId } = this.#addresses;
    const node = this.#sender.address;
    const challenge = await this.#challenge();
    const binding = bindingOf({
      chainId,
      nodeRegistry,
      node,
      receiptKey,
      hpkePublicKey,
      versionSet: ZERO_HASH,
      challengeBlock: BigInt(challenge.number),
      challengeHash: challenge.hash,
    });
    const { evidence, aux } = await this.#enclave.attest({
      binding,
      hpkePublicKey,
      challengeHash: challenge.hash,
      verifier,
      chainId,
      now: challenge.timestamp,
    });
    const data = NODES.encodeFunctionData("registerEnclave", [
      { verifier, receiptKey, hpkePublicKey, versionSet: ZERO_HASH, challengeBlock: challenge.number, evidence, aux },
    ]);
    try {
      const gas = await this.#provider.estimateGas({ from: node, to: nodeRegistry, data });
      const gasLimit = (gas * 5n) / 4n;
      await this.#sender.send({ to: nodeRegistry, data, gasLimit: gasLimit < MAX_GAS ? gasLimit : MAX_GAS });
    } catch (cause) {
      const isPoor = isError(cause, "INSUFFICIENT_FUNDS") || cause instanceof InsufficientFundsError;
      const isFinal = cause instanceof WorkerError || isCallException(cause) || isPoor;
      if (!isFinal) throw cause;
      throw new OperatorError("ENCLAVE_REFUSED", `the enclave cannot be registered: ${refusal(cause)}`, { cause });
    }
    this.#log.info({ receiptKey, measurementId: this.#enclave.measurementId }, "enclave registered");
  }

  /** The parent of the newest block: its hash is known to the next one, whatever block that is. */
  async #challenge(): Promise<{ number: number; hash: Hex; timestamp: bigint }> {
    const { number } = await this.#chain.head();
    const block = await this.#provider.getBlock(Math.max(0, number - 1));
    if (block?.hash == null) throw new OperatorError("RPC_FAILED", `the RPC endpoint has no block ${number - 1}`);
    return { number: block.number, hash: block.hash as Hex, timestamp: BigInt(block.timestamp) };
  }
}
