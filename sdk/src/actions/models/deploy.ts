import { type ModelAnchor, ZERO_ADDRESS } from "../../eip712/versions.js";
import type { Hex } from "../../hex.js";
import { type ProvableModel, requireProvable } from "../../proofs/provable.js";
import { type ModelTerms, Visibility } from "../../types.js";
import { writeResolved } from "../write.js";

/** A model to deploy. */
export interface DeployParameters {
  anchor: ModelAnchor;
  /** Default: Private, no royalty. */
  terms?: ModelTerms;
  /** ERC-721 metadata URI; default empty. */
  uri?: string;
  /** The salt of `commit`. */
  salt: Hex;
  /** Refuses a model that no circuit expresses under the anchor's commitments: they are written once. */
  provable?: ProvableModel;
}

const PRIVATE: ModelTerms = { visibility: Visibility.Private, royaltyReceiver: ZERO_ADDRESS, royaltyBps: 0 };

/**
 * Second step of a deployment: mints the model to the caller and writes its anchor, once and for ever.
 * Needs a `commit` that is at least `minCommitmentAge` old.
 */
export const deploy = writeResolved({
  contract: "ModelRegistry",
  method: "deploy",
  async resolve({ provable, ...params }: DeployParameters) {
    const { anchor } = params;
    if (provable !== undefined) await requireProvable(provable, anchor.commitments, anchor.architectureHash);
    return params;
  },
  args: ({ anchor, terms = PRIVATE, uri = "", salt }) => [anchor, terms, uri, salt],
  event: "ModelDeployed",
  result: ({ modelId, owner, baseVersionHash }) => ({
    modelId,
    owner: owner as Hex,
    baseVersionHash: baseVersionHash as Hex,
  }),
  echo: () => ({}),
});
