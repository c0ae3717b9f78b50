import { read } from "../read.js";

/** Stake of a node that does not thaw, in the token's smallest unit; 0 when it is unknown. */
export const freeStakeOf = read({
  contract: "NodeRegistry",
  method: "freeStakeOf",
  args: (params: { node: string }) => [params.node],
  result: (value) => value as bigint,
});
