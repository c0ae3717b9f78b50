import type { Hex } from "../../hex.js";
import { ALWAYS, type Window } from "../../types.js";
import { write } from "../write.js";

/**
 * Pins a verifier for the caller's line within `window` (default: always). A window that ended keeps earlier work payable.
 */
export const setLineVerifier = write({
  contract: "NodeRegistry",
  method: "setLineVerifier",
  args: (params: { lineId: Hex; verifier: string; window?: Window }) => [
    params.lineId,
    params.verifier,
    params.window ?? ALWAYS,
  ],
  event: "LineVerifierSet",
  result: (event) => ({ lineId: event.lineId as Hex, verifier: event.verifier as Hex, window: event.window }),
});
