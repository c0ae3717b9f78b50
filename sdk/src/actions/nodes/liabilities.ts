import { read } from "../read.js";

/** Stake, compensation and burned tokens that NodeRegistry holds, in the token's smallest unit. */
export const liabilities = read({
  contract: "NodeRegistry",
  method: "liabilities",
  args: () => [],
});
