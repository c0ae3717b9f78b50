import { read } from "../read.js";

/** Whether governance paused deposits. */
export const depositsPaused = read({
  contract: "InferenceEscrow",
  method: "depositsPaused",
  args: () => [],
});
