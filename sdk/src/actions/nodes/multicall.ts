import { interfaceOf } from "../../contracts.js";
import type { Hex } from "../../hex.js";
import { decodeReturn } from "../read.js";
import { defineWrite } from "../write.js";

/** Several calls to NodeRegistry in one transaction; `calls` is the `data` of what `prepare` of the others gives. */
export const multicall = defineWrite({
  contract: "NodeRegistry",
  covers: ["NodeRegistry.multicall"],
  resolve: (params: { calls: readonly Hex[] }) => params,
  encode: ({ calls }) => interfaceOf("NodeRegistry").encodeFunctionData("multicall", [calls]),
  returned: (data, ctx) => decodeReturn(ctx, "NodeRegistry", "multicall", data) as Hex[],
  result: () => ({}),
  echo: () => ({}),
});
