import { type CircuitRef, type Hex, type ProofPolicy, ZERO_HASH } from "@freehold/sdk";
import { commitGroth16FactoryAbi, inferenceArbiterAbi, proofKeysAbi, versionProofsAbi } from "@freehold/sdk/abis";
import { readLogs } from "@freehold/sdk/watchtower";
import { Contract, Interface, type JsonRpcProvider, type LogDescription, type Result, zeroPadValue } from "ethers";
import type { Addresses } from "./deployment.js";
import type { PinnedVerifier, ProofEvent } from "./types.js";

const ARBITER = new Interface(inferenceArbiterAbi);
const VERIFIER = new Interface(["function keyHash() view returns (bytes32)"]);

/** What a worker reads of proofs. */
export class ProofReader {
  readonly #provider: JsonRpcProvider;
  readonly #addresses: Addresses;
  readonly #node: string;
  readonly #lineId: Hex;
  readonly #proofs: Contract;
  readonly #arbiter: Contract;
  readonly #factory: Contract | undefined;
  readonly #escrow: Contract;
  #notice: Promise<bigint> | undefined;
  #life: Promise<bigint> | undefined;

  constructor(provider: JsonRpcProvider, addresses: Addresses, node: string, lineId: Hex, escrow: Contract) {
    this.#provider = provider;
    this.#addresses = addresses;
    this.#node = node;
    this.#lineId = lineId;
    this.#proofs = new Contract(addresses.versionProofs, versionProofsAbi, provider);
    this.#arbiter = new Contract(addresses.inferenceArbiter, ARBITER, provider);
    const { commitGroth16Factory: factory } = addresses;
    this.#factory = factory === undefined ? undefined : new Contract(factory, commitGroth16FactoryAbi, provider);
    this.#escrow = escrow;
  }

  async policy(time: bigint, block?: number): Promise<ProofPolicy | undefined> {
    const at = block === undefined ? [] : [{ blockTag: block }];
    const policy = (await this.#proofs.getFunction("policyAt").staticCall(this.#lineId, time, ...at)) as Result;
    const circuitId = policy.circuitId as Hex;
    if (circuitId === ZERO_HASH) return undefined;
    return { circuitId, auditShare: policy.auditShare as bigint, since: policy.since as bigint };
  }

  /** A constant, read once. */
  notice(): Promise<bigint> {
    this.#notice ??= (this.#proofs.getFunction("NOTICE").staticCall() as Promise<bigint>).catch((error) => {
      this.#notice = undefined;
      throw error;
    });
    return this.#notice;
  }

  life(): Promise<bigint> {
    this.#life ??= this.#readLife().catch((error) => {
      this.#life = undefined;
      throw error;
    });
    return this.#life;
  }

  async pinnedVerifier(circuitId: Hex): Promise<PinnedVerifier | undefined> {
    const proofKeys = (await this.#proofs.getFunction("KEYS").staticCall()) as string;
    const keys = new Contract(proofKeys, proofKeysAbi, this.#provider);
    if (!(await keys.getFunction("isPinned").staticCall(circuitId))) return undefined;
    const address = (await keys.getFunction("verifierOf").staticCall(circuitId)) as Hex;
    const [keyHash, isOfFactory] = await Promise.all([
      new Contract(address, VERIFIER, this.#provider).getFunction("keyHash").staticCall() as Promise<Hex>,
      (this.#factory?.getFunction("isVerifier").staticCall(address) ?? false) as boolean | Promise<boolean>,
    ]);
    return { address, keyHash, isOfFactory };
  }

  async areDigestsProven(versionHash: Hex, block: number): Promise<boolean> {
    const at = { blockTag: block };
    const digests = (await this.#proofs.getFunction("digestsOf").staticCall(versionHash, at)) as Result;
    return digests.poseidonRoot !== ZERO_HASH;
  }

  async linkedSum(versionHash: Hex, circuit: CircuitRef, x: bigint, block: number): Promise<bigint> {
    // The contract has no answer for a version before.
    if (!(await this.areDigestsProven(versionHash, block))) return 0n;
    return this.#proofs.getFunction("sumOf").staticCall(versionHash, circuit, x, { blockTag: block });
  }

  async events(from: number, to: number): Promise<ProofEvent[]> {
    const node = zeroPadValue(this.#node, 32);
    const address = this.#addresses.inferenceArbiter;
    const topic = (name: string) => ARBITER.getEvent(name)?.topicHash ?? "";
    const audits = [topic("AuditDemanded"), topic("AuditOpened")];
    const [receipts, batches] = await Promise.all([
      readLogs(this.#provider, { address, topics: [topic("ProofDemanded"), node] }, Math.max(0, from), to),
      readLogs(this.#provider, { address, topics: [audits, null, node, this.#lineId] }, Math.max(0, from), to),
    ]);
    return [...receipts, ...batches].flatMap((log) => {
      const parsed = ARBITER.parseLog(log);
      return parsed === null ? [] : this.#eventOf(parsed, log.blockNumber);
    });
  }

  #eventOf({ name, args }: LogDescription, block: number): ProofEvent[] {
    // One arbiter serves escrows of several tokens.
    const isOurs = (escrow: string) => escrow === this.#addresses.inferenceEscrow;
    if (name === "ProofDemanded") {
      if (!isOurs(args.escrow as string)) return [];
      return [{ kind: "receipt", receiptId: args.receiptId as Hex, block }];
    }
    const batch = args.batch as Result;
    if (!isOurs(batch.escrow as string)) return [];
    return [{ kind: "audit", auditId: args.auditId as Hex, nonce: batch.nonce as bigint, block }];
  }

  async #readLife(): Promise<bigint> {
    const [window, answer, age] = await Promise.all([
      this.#arbiter.getFunction("PROOF_WINDOW").staticCall() as Promise<bigint>,
      this.#arbiter.getFunction("ANSWER_PERIOD").staticCall() as Promise<bigint>,
      this.#escrow.getFunction("MAX_BATCH_AGE").staticCall() as Promise<bigint>,
    ]);
    // Settled late, demanded late, opened late, proven late.
    return age + window + 2n * answer;
  }
}
