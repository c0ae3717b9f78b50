import type { Hex } from "../../hex.js";
import { write } from "../write.js";

/**
 * Begins a new list of measurements for the caller's line: those of the old one count until `sunset` (Unix seconds), unless they are set again.
 * One step, however many they are.
 */
export const startMeasurementList = write({
  contract: "NodeRegistry",
  method: "startMeasurementList",
  args: (params: { lineId: Hex; sunset: bigint }) => [params.lineId, params.sunset],
  event: "MeasurementListStarted",
  result: (event) => ({ lineId: event.lineId as Hex, list: Number(event.list), sunset: event.sunset }),
});
