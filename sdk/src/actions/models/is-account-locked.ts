import { read } from "../read.js";

/** Whether an account is locked. */
export const isAccountLocked = read({
  contract: "ModelRegistry",
  method: "isAccountLocked",
  args: (params: { account: string }) => [params.account],
});
