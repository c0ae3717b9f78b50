import type { Hex } from "../../hex.js";
import type { Window } from "../../types.js";
import { write } from "../write.js";

/**
 * Governance: lines that follow the defaults accept a measurement within `window`. With a delay, schedule what
 * `prepare` gives.
 */
export const setDefaultMeasurement = write({
  contract: "NodeRegistry",
  method: "setDefaultMeasurement",
  args: (params: { measurementId: Hex; window: Window }) => [params.measurementId, params.window],
  event: "DefaultMeasurementSet",
  result: (event) => ({ measurementId: event.measurementId as Hex, window: event.window }),
});
