import type { Hex } from "../../hex.js";
import { read } from "../read.js";

/** Number of the line's list of measurements, from 0: see `startMeasurementList`. */
export const measurementList = read({
  contract: "NodeRegistry",
  method: "measurementList",
  args: (params: { lineId: Hex }) => [params.lineId],
  result: (value) => Number(value),
});
