import type { Hex } from "../../hex.js";
import type { Window } from "../../types.js";
import { read } from "../read.js";

/** Window in which a line pins a measurement; all zero for never. */
export const lineMeasurement = read({
  contract: "NodeRegistry",
  method: "lineMeasurement",
  args: (params: { lineId: Hex; measurementId: Hex }) => [params.lineId, params.measurementId],
  result: (value) => value as Window,
});
