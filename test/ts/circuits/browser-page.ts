// What a page does with the package, in a real browser: browser.ts serves it, and judges what it sends back.
import {
  constraintsOf,
  createProver,
  developmentSetup,
  encodeProof,
  encodeVerifyingKey,
  type ProvingKey,
  verify,
  verifyingKey,
  witnessOf,
} from "@freehold/circuits";
import { Lanes } from "@freehold/circuits/prover";
import { bytesToHex } from "@noble/hashes/utils.js";
import { inferenceCase } from "./models.ts";

export interface Said {
  /** Whether the page may share memory, and whether its key lies in such. */
  readonly isolated: boolean;
  readonly shared: boolean;
  /** Whether the fast core works in this browser, on this machine. */
  readonly lanes: boolean;
  readonly verifyingKey: string;
  readonly proofs: readonly string[];
  readonly publics: readonly string[];
  readonly verified: boolean;
  readonly progress: readonly number[];
  /** What a proof that was cancelled, and one of a prover that was closed, were rejected with. */
  readonly cancelled: string;
  readonly closed: string;
}

const reason = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "nothing",
    (error: unknown) => String(error),
  );

const isShared = ({ h }: ProvingKey) => !(h.buffer instanceof ArrayBuffer);

async function visit(): Promise<Said> {
  const { circuit, values } = inferenceCase({ inputs: 64, hidden: 8, classes: 3 }, 1, 7);
  const key = await developmentSetup(constraintsOf(circuit), { threads: 2 });
  const { witness, publics } = witnessOf(circuit, values);
  const prover = await createProver(key, { threads: 2 });
  const progress: number[] = [];
  const proofs = [
    await prover.prove(witness, { onProgress: (done) => progress.push(done) }),
    await prover.prove(witness),
  ];
  const abort = new AbortController();
  const cancelled = reason(prover.prove(witness, { signal: abort.signal }));
  abort.abort(new Error("the visitor left"));
  await cancelled;
  const closed = reason(prover.prove(witness));
  prover.close();
  return {
    isolated: crossOriginIsolated,
    shared: isShared(key),
    lanes: (await Lanes.create()) !== undefined,
    verifyingKey: `0x${bytesToHex(encodeVerifyingKey(verifyingKey(key)))}`,
    proofs: proofs.map((proof) => `0x${bytesToHex(encodeProof(proof))}`),
    publics: publics.map(String),
    verified: proofs.every((proof) => verify(verifyingKey(key), publics, proof)),
    progress,
    cancelled: await cancelled,
    closed: await closed,
  };
}

const said = await visit().catch((error: unknown) => ({ error: String(error) }));
await fetch("/said", { method: "POST", body: JSON.stringify(said) });
