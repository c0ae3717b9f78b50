import type { CircuitRef, Commitments, DeltaFormat, Hex, ModelAnchor, ProofPolicy } from "@freehold/sdk";
import {
  deltaLedgerAbi,
  inferenceArbiterAbi,
  inferenceEscrowAbi,
  modelRegistryAbi,
  nodeRegistryAbi,
} from "@freehold/sdk/abis";
import { readLogs } from "@freehold/sdk/watchtower";
import {
  Contract,
  isCallException,
  type JsonRpcProvider,
  type LogDescription,
  type Result,
  zeroPadValue,
} from "ethers";
import { WorkerError } from "../errors.js";
import type { Addresses } from "./deployment.js";
import { ProofReader } from "./proofs.js";
import type {
  Chain,
  ChallengeEvent,
  ChannelState,
  EnclaveState,
  EscrowEvent,
  Head,
  LineState,
  NodeState,
  PinnedVerifier,
  ProofEvent,
  VersionState,
} from "./types.js";

const CHANNEL_EVENTS = ["ChannelToppedUp", "CloseRequested", "ChannelClosed"];
const CHALLENGE_EVENTS = ["ChallengeOpened", "ChallengeAnswered", "ChallengeUpheld"];
const EVENTS = [...CHANNEL_EVENTS, "BatchSettled"];

/** What a worker reads from the contracts. */
export class RpcChain implements Chain {
  readonly #provider: JsonRpcProvider;
  readonly #node: string;
  readonly #lineId: Hex;
  readonly #models: Contract;
  readonly #ledger: Contract;
  readonly #nodes: Contract;
  readonly #escrow: Contract;
  readonly #arbiter: Contract;
  readonly #proofs: ProofReader;

  /** @param lineId the line whose channels and earnings these are */
  constructor(provider: JsonRpcProvider, addresses: Addresses, node: string, lineId: Hex) {
    this.#provider = provider;
    this.#node = node;
    this.#lineId = lineId;
    this.#models = new Contract(addresses.modelRegistry, modelRegistryAbi, provider);
    this.#ledger = new Contract(addresses.deltaLedger, deltaLedgerAbi, provider);
    this.#nodes = new Contract(addresses.nodeRegistry, nodeRegistryAbi, provider);
    this.#escrow = new Contract(addresses.inferenceEscrow, inferenceEscrowAbi, provider);
    this.#arbiter = new Contract(addresses.inferenceArbiter, inferenceArbiterAbi, provider);
    this.#proofs = new ProofReader(provider, addresses, node, lineId, this.#escrow);
  }

  async head(): Promise<Head> {
    const block = await this.#provider.getBlock("latest");
    if (block?.hash == null) throw new WorkerError("RPC_FAILED", "the RPC endpoint has no newest block");
    return { number: block.number, hash: block.hash, timestamp: BigInt(block.timestamp) };
  }

  async line(lineId: Hex, block?: number): Promise<LineState> {
    const line = await read(this.#ledger, "lineOf", [lineId], block);
    return {
      account: line.account as string,
      modelId: line.modelId as bigint,
      newest: Number(line.count),
      active: Number(line.active),
      activeHash: line.activeHash as Hex,
    };
  }

  async version(lineId: Hex, version: number, block?: number): Promise<VersionState> {
    const found = await read(this.#ledger, "versionOf", [lineId, version], block);
    return {
      hash: found.hash as Hex,
      weightsRoot: found.weightsRoot as Hex,
      byteLength: found.byteLength as bigint,
      format: Number(found.format) as DeltaFormat,
      commitments: commitmentsOf(found),
    };
  }

  async versionOf(versionHash: Hex): Promise<number> {
    const { newest } = await this.line(this.#lineId);
    for (let version = newest; version >= 0; version--) {
      if ((await this.version(this.#lineId, version)).hash === versionHash) return version;
    }
    throw new WorkerError("WRONG_CHAIN_STATE", `the line has no version ${versionHash}`);
  }

  async anchor(modelId: bigint): Promise<ModelAnchor> {
    const anchor = await read(this.#models, "anchorOf", [modelId]);
    return {
      weightsRoot: anchor.weightsRoot as Hex,
      byteLength: anchor.byteLength as bigint,
      architectureHash: anchor.architectureHash as Hex,
      commitments: commitmentsOf(anchor),
    };
  }

  async payableUntil(lineId: Hex, versionHash: Hex, block?: number): Promise<bigint> {
    return await read(this.#ledger, "payableUntil", [lineId, versionHash], block);
  }

  async isPayable(receiptKey: string, lineId: Hex, workedAt: bigint, block?: number): Promise<boolean> {
    return await read(this.#nodes, "isPayable", [this.#node, receiptKey, lineId, workedAt], block);
  }

  async enclave(receiptKey: string, block?: number): Promise<EnclaveState | undefined> {
    const enclave = await read(this.#nodes, "enclaveOf", [receiptKey], block);
    if (BigInt(enclave.node as string) === 0n) return undefined;
    return {
      node: enclave.node as string,
      registeredAt: enclave.registeredAt as bigint,
      validUntil: enclave.validUntil as bigint,
      measurementId: enclave.measurementId as Hex,
    };
  }

  async node(): Promise<NodeState> {
    const node = await read(this.#nodes, "nodeOf", [this.#node]);
    return {
      registered: BigInt(node.payout as string) !== 0n,
      stake: (node.stake as bigint) - (node.thawing as bigint),
    };
  }

  async minStake(): Promise<bigint> {
    return await read(this.#nodes, "MIN_STAKE", []);
  }

  async hasOptimisticLane(): Promise<boolean> {
    return await read(this.#escrow, "OPTIMISTIC", []);
  }

  async stakeShare(): Promise<number> {
    return Number((await read(this.#escrow, "earningsOf", [this.#node, this.#lineId])).share);
  }

  async optimisticRoom(): Promise<bigint> {
    const { limit, vesting, held } = await read(this.#escrow, "earningsOf", [this.#node, this.#lineId]);
    const taken = (vesting as bigint) + (held as bigint);
    return (limit as bigint) > taken ? (limit as bigint) - taken : 0n;
  }

  async channel(channel: bigint, block?: number): Promise<ChannelState | undefined> {
    try {
      const found = await read(this.#escrow, "channelOf", [this.#node, this.#lineId, channel], block);
      return {
        payer: found.payer as string,
        signer: found.signer as string,
        deposited: found.deposited as bigint,
        paid: found.paid as bigint,
        closeAt: found.closeAt as bigint,
        closed: found.closed as boolean,
        optimistic: found.optimistic as boolean,
      };
    } catch (error) {
      if (isCallException(error) && error.revert?.name === "InferenceEscrow_UnknownChannel") return undefined;
      throw error;
    }
  }

  async takesCloseRequest(channel: bigint, deadline: bigint, signature: Hex): Promise<boolean> {
    try {
      await read(this.#escrow, "requestCloseFor", [this.#node, this.#lineId, channel, deadline, signature]);
      return true;
    } catch (error) {
      if (!isCallException(error)) throw error;
      // It looks at the signature first.
      return error.revert?.name === "InferenceEscrow_ChannelClosing";
    }
  }

  async isChallenged(channel: bigint, block?: number): Promise<boolean> {
    const of = [await this.#escrow.getAddress(), this.#node, this.#lineId, channel];
    return ((await read(this.#arbiter, "challengeOf", of, block)).answerBy as bigint) !== 0n;
  }

  async channelCount(block?: number): Promise<bigint> {
    return await read(this.#escrow, "channelCount", [this.#node, this.#lineId], block);
  }

  async earned(): Promise<bigint> {
    return (await read(this.#escrow, "earningsOf", [this.#node, this.#lineId])).earned as bigint;
  }

  async nextNonce(): Promise<bigint> {
    return (await read(this.#escrow, "earningsOf", [this.#node, this.#lineId])).nextNonce as bigint;
  }

  async maxBatchAge(): Promise<bigint> {
    return await read(this.#escrow, "MAX_BATCH_AGE", []);
  }

  async escrowEvents(from: number, to: number): Promise<EscrowEvent[]> {
    const topics = EVENTS.map((name) => this.#escrow.interface.getEvent(name)?.topicHash ?? "");
    const logs = await this.#provider.getLogs({
      address: await this.#escrow.getAddress(),
      topics: [topics, zeroPadValue(this.#node, 32), this.#lineId],
      fromBlock: from,
      toBlock: to,
    });
    return logs.flatMap((log) => {
      const parsed = this.#escrow.interface.parseLog(log);
      return parsed === null ? [] : [escrowEvent(parsed, log.blockNumber)];
    });
  }

  async challengeEvents(from: number, to: number): Promise<ChallengeEvent[]> {
    const topics = CHALLENGE_EVENTS.map((name) => this.#arbiter.interface.getEvent(name)?.topicHash ?? "");
    const [address, escrow] = await Promise.all([this.#arbiter.getAddress(), this.#escrow.getAddress()]);
    const of = [topics, zeroPadValue(this.#node, 32), this.#lineId];
    const logs = await readLogs(this.#provider, { address, topics: of }, Math.max(0, from), to);
    return logs.flatMap((log) => {
      const parsed = this.#arbiter.interface.parseLog(log);
      // One arbiter serves escrows of several tokens.
      return parsed?.args.escrow === escrow ? challengeEvent(parsed, log.blockNumber) : [];
    });
  }

  proofEvents(from: number, to: number): Promise<ProofEvent[]> {
    return this.#proofs.events(from, to);
  }

  proofPolicy(time: bigint, block?: number): Promise<ProofPolicy | undefined> {
    return this.#proofs.policy(time, block);
  }

  proofNotice(): Promise<bigint> {
    return this.#proofs.notice();
  }

  proofLife(): Promise<bigint> {
    return this.#proofs.life();
  }

  pinnedVerifier(circuitId: Hex): Promise<PinnedVerifier | undefined> {
    return this.#proofs.pinnedVerifier(circuitId);
  }

  areDigestsProven(versionHash: Hex, block: number): Promise<boolean> {
    return this.#proofs.areDigestsProven(versionHash, block);
  }

  linkedSum(versionHash: Hex, circuit: CircuitRef, x: bigint, block: number): Promise<bigint> {
    return this.#proofs.linkedSum(versionHash, circuit, x, block);
  }
}

function commitmentsOf(of: { commitments: unknown }): Commitments {
  const { poseidonRoot, pedersenX, pedersenY } = of.commitments as Result;
  return { poseidonRoot: poseidonRoot as Hex, pedersenX: pedersenX as bigint, pedersenY: pedersenY as bigint };
}

function challengeEvent({ name, args }: LogDescription, block: number): ChallengeEvent[] {
  const of = { channel: args.channel as bigint, block };
  if (name === "ChallengeUpheld") return [{ kind: "upheld", ...of }];
  if (name === "ChallengeAnswered") return args.complete === true ? [{ kind: "answered", ...of }] : [];
  const { asserted, debited, answerBy } = args as unknown as Record<"asserted" | "debited" | "answerBy", bigint>;
  return [{ kind: "opened", ...of, asserted, debited, answerBy }];
}

function escrowEvent(log: LogDescription, block: number): EscrowEvent {
  if (log.name === "BatchSettled") return { kind: "settled", versionHash: log.args.versionHash as Hex, block };
  return { kind: "channel", channel: log.args.channel as bigint, block, isEnd: log.name === "ChannelClosed" };
}

/** What a view returns: one value, or a struct by names. */
function read(contract: Contract, name: string, args: unknown[], block?: number) {
  const at = block === undefined ? [] : [{ blockTag: block }];
  return contract.getFunction(name).staticCall(...args, ...at);
}
