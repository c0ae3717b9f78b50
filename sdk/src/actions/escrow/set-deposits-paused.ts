import { write } from "../write.js";

/**
 * Governance: stops or allows new deposits, and nothing else.
 */
export const setDepositsPaused = write({
  contract: "InferenceEscrow",
  method: "setDepositsPaused",
  args: (params: { paused: boolean }) => [params.paused],
  event: "DepositsPaused",
  result: (event) => ({ paused: event.paused }),
});
