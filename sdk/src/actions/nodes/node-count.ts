import { read } from "../read.js";

/** Number of registered nodes. */
export const nodeCount = read({
  contract: "NodeRegistry",
  method: "nodeCount",
  args: () => [],
});
