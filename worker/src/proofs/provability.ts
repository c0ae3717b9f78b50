import type { ProofPolicy } from "@freehold/sdk";
import type { ChainView } from "../chain/view.js";
import type { Enclave } from "../enclave/enclave.js";
import type { Logger } from "../log.js";
import type { ServedVersion } from "../model/load.js";
import { inferenceCircuitOf } from "./circuits.js";
import type { ProvingKeys } from "./keys.js";
import type { LinkedSums } from "./sums.js";

const VOLATILE =
  "this environment keeps nothing over a restart that proofs need: --volatile-witnesses takes the work all the same, and the risk";

/**
 * Whether this node can prove what it answers, as its line's policy asks. Work that it could not prove would cost it stake: it is not taken.
 */
export class Provability {
  readonly #enclave: Pick<Enclave, "keepsWitnesses">;
  readonly #keys: Pick<ProvingKeys, "missing">;
  readonly #sums: Pick<LinkedSums, "missing">;
  readonly #log: Logger;
  #warned: string | undefined;

  constructor(
    enclave: Pick<Enclave, "keepsWitnesses">,
    keys: Pick<ProvingKeys, "missing">,
    sums: Pick<LinkedSums, "missing">,
    log: Logger,
  ) {
    this.#enclave = enclave;
    this.#keys = keys;
    this.#sums = sums;
    this.#log = log;
  }

  /** Why work on a version at the view's time must not be taken; undefined: it may be. */
  obstacle(version: ServedVersion, view: ChainView): string | undefined {
    return this.#why(version, view.proofPolicy.now, view);
  }

  /** Says once what stands in the way of the policy that holds, or is to come. */
  follow(version: ServedVersion | undefined, view: ChainView): void {
    if (version === undefined) return;
    const { now, next } = view.proofPolicy;
    const policy = next ?? now;
    const why = this.#why(version, policy, view);
    if (why === this.#warned) return;
    this.#warned = why;
    if (why === undefined || policy === undefined) return;
    const values = { version: version.version, since: policy.since.toString(), why };
    this.#log.error(values, "the line asks for proofs that this node cannot make: it takes no work then");
  }

  #why({ committed, hash }: ServedVersion, policy: ProofPolicy | undefined, view: ChainView): string | undefined {
    // A version without a commitment is never asked for a proof.
    if (policy === undefined || committed === undefined) return undefined;
    if (typeof committed === "string") return committed;
    if (!this.#enclave.keepsWitnesses) return VOLATILE;
    const { circuitId } = policy;
    const missing = this.#keys.missing(circuitId, committed.shape);
    const circuit = inferenceCircuitOf(circuitId, committed.shape);
    if (missing !== undefined || circuit?.tier !== 2) return missing;
    return this.#sums.missing({ versionHash: hash, circuit, circuitId, model: committed }, view.finalBlock);
  }
}
