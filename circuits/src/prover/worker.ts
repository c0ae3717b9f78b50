// The entry of a thread: opens a session of the key it is given, or of set-ups, then runs one task after the other.
import { platform } from "#threads";
import type { ProvingKey } from "../groth16/key.js";
import { SetupSession, type SetupTask } from "./setup-tasks.js";
import { Session, type Task } from "./tasks.js";

export type Request =
  | { readonly id: number; readonly key: ProvingKey | undefined }
  | { readonly id: number; readonly task: Task | SetupTask };

export type Answer =
  | { readonly id: number; readonly result: Uint8Array<ArrayBuffer> }
  | { readonly id: number; readonly error: string };

let session: { run(task: Task | SetupTask): Uint8Array<ArrayBuffer> } | undefined;

async function answer(request: Request): Promise<Answer> {
  const { id } = request;
  try {
    if ("key" in request) {
      session = request.key === undefined ? await SetupSession.open() : await Session.open(request.key);
      return { id, result: new Uint8Array() };
    }
    if (session === undefined) throw new Error("a task before the key");
    return { id, result: session.run(request.task) };
  } catch (error) {
    return { id, error: error instanceof Error ? error.message : String(error) };
  }
}

platform.serve(async (message) => {
  const made = await answer(message as Request);
  return { message: made, transfer: "result" in made ? [made.result.buffer] : [] };
});
