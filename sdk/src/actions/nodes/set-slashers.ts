import type { Hex } from "../../hex.js";
import { write } from "../write.js";

/** Names the contracts that may slash: once, by the administrator of the deployment, before the first stake. */
export const setSlashers = write({
  contract: "NodeRegistry",
  method: "setSlashers",
  args: (params: { slashers: readonly string[] }) => [[...params.slashers]],
  event: "SlashersSet",
  result: (event) => ({ slashers: event.slashers as readonly Hex[] }),
});
