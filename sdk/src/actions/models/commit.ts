import { randomBytes } from "../../bytes.js";
import type { ModelAnchor } from "../../eip712/versions.js";
import { type Hex, toHex } from "../../hex.js";
import { type ProvableModel, requireProvable } from "../../proofs/provable.js";
import { call } from "../read.js";
import { writeResolved } from "../write.js";

/** What a deployment is announced with. */
export interface CommitParameters {
  anchor: ModelAnchor;
  /** 32 secret bytes; random when not given. Keep them: `deploy` needs the same. */
  salt?: Hex;
  /** Refuses a model that no circuit expresses under the anchor's commitments: they are written once. */
  provable?: ProvableModel;
}

/**
 * First step of a deployment: announces a commitment to the anchor and a secret salt, so that nobody who sees the anchor
 * in the mempool can take the model. Gives back `salt` and `commitment`, at once and from `wait`.
 */
export const commit = writeResolved({
  contract: "ModelRegistry",
  method: "commit",
  async resolve({ anchor, salt = toHex(randomBytes(32)), provable }: CommitParameters, ctx) {
    if (provable !== undefined) await requireProvable(provable, anchor.commitments, anchor.architectureHash);
    const commitment = await call(ctx, "ModelRegistry", "commitmentOf", [await ctx.account(), anchor, salt]);
    return { salt, commitment: commitment as Hex };
  },
  args: ({ commitment }) => [commitment],
  event: "DeployCommitted",
  result: (event) => ({ account: event.account as Hex }),
  echo: ({ salt, commitment }) => ({ salt, commitment }),
});
