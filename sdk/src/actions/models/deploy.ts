import { type ModelAnchor, ZERO_ADDRESS } from "../../eip712/versions.js";
import type { Hex } from "../../hex.js";
import { type ModelTerms, Visibility } from "../../types.js";
import { write } from "../write.js";

/** A model to deploy. */
export interface DeployParameters {
  anchor: ModelAnchor;
  /** Default: Private, no royalty. */
  terms?: ModelTerms;
  /** ERC-721 metadata URI; default empty. */
  uri?: string;
  /** The salt of `commit`. */
  salt: Hex;
}

const PRIVATE: ModelTerms = { visibility: Visibility.Private, royaltyReceiver: ZERO_ADDRESS, royaltyBps: 0 };

/**
 * Second step of a deployment: mints the model to the caller and writes its anchor, once and for ever.
 * Needs a `commit` that is at least `minCommitmentAge` old.
 */
export const deploy = write({
  contract: "ModelRegistry",
  method: "deploy",
  args: ({ anchor, terms = PRIVATE, uri = "", salt }: DeployParameters) => [anchor, terms, uri, salt],
  event: "ModelDeployed",
  result: ({ modelId, owner, baseVersionHash }) => ({
    modelId,
    owner: owner as Hex,
    baseVersionHash: baseVersionHash as Hex,
  }),
});
