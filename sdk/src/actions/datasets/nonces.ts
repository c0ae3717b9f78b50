import { read } from "../read.js";

/** Nonce of an owner's next signed consent. */
export const nonces = read({
  contract: "DatasetRegistry",
  method: "nonces",
  args: (params: { owner: string }) => [params.owner],
});
