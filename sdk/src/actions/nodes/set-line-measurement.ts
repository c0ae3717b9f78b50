import type { Hex } from "../../hex.js";
import { ALWAYS, type Window } from "../../types.js";
import { write } from "../write.js";

/**
 * Pins a measurement for the caller's line within `window` (default: always).
 */
export const setLineMeasurement = write({
  contract: "NodeRegistry",
  method: "setLineMeasurement",
  args: (params: { lineId: Hex; measurementId: Hex; window?: Window }) => [
    params.lineId,
    params.measurementId,
    params.window ?? ALWAYS,
  ],
  event: "LineMeasurementSet",
  result: (event) => ({ lineId: event.lineId as Hex, measurementId: event.measurementId as Hex, window: event.window }),
});
