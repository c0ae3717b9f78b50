import { ZERO_HASH } from "../../eip712/versions.js";
import type { Hex } from "../../hex.js";
import { read } from "../read.js";

/** What an enclave's evidence must commit to. The function `bindingOf` says the same without the chain. */
export const bindingOf = read({
  contract: "NodeRegistry",
  method: "bindingOf",
  args: (params: {
    node: string;
    receiptKey: string;
    hpkePublicKey: Hex;
    versionSet?: Hex;
    challengeBlock: bigint | number;
  }) => [params.node, params.receiptKey, params.hpkePublicKey, params.versionSet ?? ZERO_HASH, params.challengeBlock],
  result: (value) => value as Hex,
});
