// Makes the development keys of the story's circuits in a thread of its own, while the story goes on.
import { parentPort, workerData } from "node:worker_threads";
import {
  constraintsOf,
  deltaCircuit,
  developmentSetup,
  encodeKey,
  inferenceCircuit,
  registerCircuit,
  type Shape,
} from "@freehold/circuits";
import type { KeyName } from "./keys.ts";

const { shape, names } = workerData as { shape: Shape; names: readonly KeyName[] };
const systems = {
  inference: () => constraintsOf(inferenceCircuit(shape, 1)),
  register: () => constraintsOf(registerCircuit(shape, 1)),
  delta: () => constraintsOf(deltaCircuit(shape)),
};
// Two such threads share the cores: none takes more of its own.
for (const name of names) {
  const start = performance.now();
  const constraints = systems[name]();
  const key = encodeKey(await developmentSetup(constraints, { threads: 0 }));
  const seconds = (performance.now() - start) / 1000;
  parentPort?.postMessage({ name, key, constraints: constraints.constraints, seconds });
}
