import type { Hex } from "../../hex.js";
import { write } from "../write.js";

/**
 * Takes min(stake, owed + penalty) from a node: `owed` for the victim, the penalty burned. Slashers only.
 */
export const slash = write({
  contract: "NodeRegistry",
  method: "slash",
  args: (params: { node: string; victim: string; owed: bigint; penalty: bigint }) => [
    params.node,
    params.victim,
    params.owed,
    params.penalty,
  ],
  event: "Slashed",
  result: (event) => ({ node: event.node as Hex, victim: event.victim as Hex, paid: event.paid, burned: event.burned }),
});
