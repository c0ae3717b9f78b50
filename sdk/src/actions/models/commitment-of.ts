import type { ModelAnchor } from "../../eip712/versions.js";
import type { Hex } from "../../hex.js";
import { read } from "../read.js";

/** The commitment that an account makes before it deploys this anchor. */
export const commitmentOf = read({
  contract: "ModelRegistry",
  method: "commitmentOf",
  args: (params: { account: string; anchor: ModelAnchor; salt: Hex }) => [params.account, params.anchor, params.salt],
  result: (value) => value as Hex,
});
