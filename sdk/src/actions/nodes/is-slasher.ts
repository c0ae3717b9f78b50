import { read } from "../read.js";

/** Whether a contract may slash. */
export const isSlasher = read({
  contract: "NodeRegistry",
  method: "isSlasher",
  args: (params: { account: string }) => [params.account],
});
