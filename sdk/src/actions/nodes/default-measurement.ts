import type { Hex } from "../../hex.js";
import type { Window } from "../../types.js";
import { read } from "../read.js";

/** Window in which a measurement is accepted by default. */
export const defaultMeasurement = read({
  contract: "NodeRegistry",
  method: "defaultMeasurement",
  args: (params: { measurementId: Hex }) => [params.measurementId],
  result: (value) => value as Window,
});
