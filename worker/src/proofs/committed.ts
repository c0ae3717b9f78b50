import {
  CircuitError,
  type G1Point,
  inputCommitment,
  type ModelWeights,
  modelFitsCircuit,
  outputCommitment,
  poseidonRoot,
  randomSalt,
  type Shape,
} from "@freehold/circuits";
import type { Classification, Commitments, Hex, Opening } from "@freehold/sdk";
import type { CommitmentSecrets } from "@freehold/sdk/weights";
import { type InferenceEngine, IntegerEngine } from "../engine/index.js";
import { WorkerError } from "../errors.js";

/** An answer whose receipt says in the terms of circuits what was asked and answered. */
export interface CommittedAnswer {
  readonly output: Classification;
  readonly opening: Opening;
  readonly inputCommitment: Hex;
  readonly outputCommitment: Hex;
}

/** A model whose weights are those under the ledger's Poseidon root of its version: what it answers can be proven. */
export class CommittedModel {
  readonly shape: Shape;
  readonly weights: ModelWeights;
  /** As the ledger has it. */
  readonly root: Hex;
  /** Of the root. */
  readonly salt: bigint;
  /** The Pedersen point, as the ledger has it, unchecked: tier 1 does without; undefined: its owner anchored none. */
  readonly anchor: G1Point | undefined;
  /** Of the Pedersen point; undefined: the file has none. */
  readonly blinder: bigint | undefined;
  readonly #engine: IntegerEngine;

  private constructor(
    { poseidonRoot, pedersenX, pedersenY }: Commitments,
    engine: IntegerEngine,
    salt: bigint,
    blinder: bigint | undefined,
  ) {
    const { inputs, hidden, classes } = engine.architecture;
    this.shape = { inputs, hidden, classes };
    this.weights = engine.weights;
    this.root = poseidonRoot;
    this.salt = salt;
    // No point of the curve has y = 0.
    this.anchor = pedersenY === 0n ? undefined : [pedersenX, pedersenY];
    this.blinder = blinder;
    this.#engine = engine;
  }

  /**
   * Checks that the root is of these weights: it harms nobody but a node that did not look. Throws `UNPROVABLE_VERSION`, saying why.
   * @param commitments as the ledger has them for the version
   * @param secretsOf reads from the version's file what opens them
   */
  static open(commitments: Commitments, engine: InferenceEngine, secretsOf: () => CommitmentSecrets): CommittedModel {
    if (!(engine instanceof IntegerEngine)) throw unprovable("no circuit expresses a model of this kind");
    const fit = modelFitsCircuit(engine.architecture);
    if (!fit.fits) throw unprovable(`no circuit expresses it: ${fit.message}`);
    const { salt, blinder } = secretsOf();
    if (salt === undefined) throw unprovable("its file has no salt of the commitment");
    const model = new CommittedModel(commitments, engine, salt, blinder);
    try {
      if (poseidonRoot(model.shape, model.weights, salt) === BigInt(model.root)) return model;
    } catch (cause) {
      if (!(cause instanceof CircuitError)) throw cause;
      throw unprovable(`no circuit expresses its weights: ${cause.message}`, cause);
    }
    throw unprovable("the anchored commitment is not of its weights");
  }

  /** Infers, and commits to input and logits with salts of their own. @throws EngineError `BAD_INPUT` */
  answer(input: unknown): CommittedAnswer {
    const counts = Uint8Array.from(this.#engine.counts(input));
    const output = this.#engine.classify(counts);
    const opening = { hidden: this.shape.hidden, counts, inputSalt: randomSalt(), outputSalt: randomSalt() };
    return {
      output,
      opening,
      inputCommitment: hex32(inputCommitment(this.shape, counts, opening.inputSalt)),
      outputCommitment: hex32(outputCommitment(this.shape, output.logits.map(BigInt), opening.outputSalt)),
    };
  }
}

function hex32(value: bigint): Hex {
  return `0x${value.toString(16).padStart(64, "0")}`;
}

function unprovable(why: string, cause?: unknown): WorkerError {
  return new WorkerError("UNPROVABLE_VERSION", why, cause === undefined ? {} : { cause });
}
