import { read } from "../read.js";

/** What slashes owe to an account, in the token's smallest unit. */
export const compensationOf = read({
  contract: "NodeRegistry",
  method: "compensationOf",
  args: (params: { victim: string }) => [params.victim],
});
