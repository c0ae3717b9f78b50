import { interfaceOf } from "../../contracts.js";
import type { Hex } from "../../hex.js";
import { ALWAYS, type Policy, type Window } from "../../types.js";
import { eventsOf } from "../transaction.js";
import { defineWrite } from "../write.js";

/** What a line accepts. */
export interface SetPolicyParameters {
  lineId: Hex;
  /** Left as it is when not given. */
  policy?: Policy;
  /** Verifiers to pin; a plain address stands for a window without end. */
  verifiers?: readonly (string | { verifier: string; window: Window })[];
  /** Measurements to pin; a plain id stands for a window without end. */
  measurements?: readonly (Hex | { measurementId: Hex; window: Window })[];
}

/** Sets a line's policy and pins verifiers and measurements, in one transaction. Owner of the line only. */
export const setPolicy = defineWrite({
  contract: "NodeRegistry",
  covers: ["NodeRegistry.setPolicy"],
  resolve: (params: SetPolicyParameters) => params,
  encode: (params) => interfaceOf("NodeRegistry").encodeFunctionData("multicall", [calls(params)]),
  returned: () => undefined,
  result: (receipt, ctx, { lineId }) => ({
    lineId,
    verifiers: eventsOf(ctx, "NodeRegistry", "LineVerifierSet", receipt).map(({ verifier }) => verifier as Hex),
    measurements: eventsOf(ctx, "NodeRegistry", "LineMeasurementSet", receipt).map((e) => e.measurementId as Hex),
  }),
  echo: () => ({}),
});

function calls({ lineId, policy, verifiers = [], measurements = [] }: SetPolicyParameters): string[] {
  const nodes = interfaceOf("NodeRegistry");
  const all = policy === undefined ? [] : [nodes.encodeFunctionData("setPolicy", [lineId, policy])];
  for (const entry of verifiers) {
    const { verifier, window } = typeof entry === "string" ? { verifier: entry, window: ALWAYS } : entry;
    all.push(nodes.encodeFunctionData("setLineVerifier", [lineId, verifier, window]));
  }
  for (const entry of measurements) {
    const { measurementId, window } = typeof entry === "string" ? { measurementId: entry, window: ALWAYS } : entry;
    all.push(nodes.encodeFunctionData("setLineMeasurement", [lineId, measurementId, window]));
  }
  return all;
}
