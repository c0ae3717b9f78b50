import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { decodeKey, encodeVerifyingKey, type Shape, verifyingKey } from "@freehold/circuits";
import { CircuitKind, circuitIdOf, circuitOf, toHex } from "@freehold/sdk";
import { keccak256 } from "ethers";
import { noted, type Stage } from "./setup.ts";

/** A circuit's development key. Its secrets are public: on a public chain it would prove nothing, and the factory refuses it. */
export interface StoryKey {
  readonly key: Uint8Array;
  readonly constraints: number;
  /** That the set-up took. */
  readonly seconds: number;
}

export type KeyName = "inference" | "register" | "delta";
export type StoryKeys = Readonly<Record<KeyName, Promise<StoryKey>>>;

const KINDS = {
  inference: CircuitKind.Inference,
  register: CircuitKind.Register,
  delta: CircuitKind.Delta,
} as const;

/** Begins to make the keys of a shape's circuits, on two threads of about the same work; the story goes on meanwhile. */
export function makeKeys(shape: Shape): StoryKeys {
  const start = (...names: KeyName[]) =>
    new Worker(new URL("./key-thread.ts", import.meta.url), { workerData: { shape, names } });
  const [small, large] = [start("inference", "register"), start("delta")];
  const made = (name: KeyName, thread: Worker) => {
    const key = new Promise<StoryKey>((resolve, reject) => {
      thread.on("message", (message: StoryKey & { name: KeyName }) => {
        if (message.name === name) resolve(message);
      });
      thread.once("error", reject);
    });
    // Whoever waits for it hears of it.
    key.catch(() => undefined);
    return key;
  };
  return { inference: made("inference", small), register: made("register", small), delta: made("delta", large) };
}

/** Deploys the verifiers of the keys and has governance pin them, behind its delay. Writes the inference key for the node. */
export async function pinKeys(stage: Stage, shape: Shape, keys: StoryKeys): Promise<void> {
  const { governance, stranger } = stage.actors;
  const factory = stage.as(stranger).contract("Groth16Factory");
  const manager = stage.as(governance).contract("AccessManager");
  const pins = [];
  for (const name of Object.keys(KINDS) as KeyName[]) {
    const { key, constraints, seconds } = await keys[name];
    const encoded = toHex(encodeVerifyingKey(verifyingKey(decodeKey(key))));
    await (await factory.deploy(encoded)).wait();
    const verifier = await factory.verifierOf(encoded);
    const pin = { circuit: circuitOf(KINDS[name], shape), verifier, keyHash: keccak256(encoded) as `0x${string}` };
    const { to, data } = await stage.as(governance).proofs.pin.prepare(pin);
    await (await manager.schedule(to, data, 0)).wait();
    pins.push(pin);
    stage.log.step(`${name} circuit: development key`, `${constraints} constraints, ${seconds.toFixed(1)} s`);
  }
  await stage.chain.advance(Number((stage.deployment.parameters as Record<string, unknown>).provingKeysDelay) + 1);
  for (const pin of pins) await noted(stage, undefined, stage.as(governance).proofs.pin(pin));
  const circuitId = circuitIdOf(circuitOf(CircuitKind.Inference, shape));
  await mkdir(keyFolder(stage), { recursive: true });
  await writeFile(join(keyFolder(stage), `${circuitId}.key`), (await keys.inference).key);
}

/** Where the node finds its proving key. */
export function keyFolder(stage: Stage): string {
  return join(stage.folder, "keys");
}
