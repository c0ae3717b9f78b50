import { WeightsError } from "./errors.js";

/** Where bytes of weights come from. Fragments of a stream may have any size. */
export type WeightsSource = Uint8Array | ArrayBuffer | Blob | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

/** Bytes hashed between two turns of the event loop, so that an abort is heard. */
const SLICE_BYTES = 16 << 20;

/** Length of the source where it is known. */
export function sourceLength(source: WeightsSource): number | undefined {
  if (source instanceof Uint8Array || source instanceof ArrayBuffer) return source.byteLength;
  return source instanceof Blob ? source.size : undefined;
}

/**
 * The source's fragments in order.
 * @throws WeightsError WEIGHTS_BAD_SOURCE when it is not a source or yields something else than bytes
 */
export async function* fragments(source: WeightsSource, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  if (source instanceof Uint8Array) yield* slices(source, signal);
  else if (source instanceof ArrayBuffer) yield* slices(new Uint8Array(source), signal);
  else if (source instanceof Blob) yield* readStream(source.stream(), signal);
  else if (isReadableStream(source)) yield* readStream(source, signal);
  else if (isAsyncIterable(source)) yield* iterate(source, signal);
  else {
    throw new WeightsError("WEIGHTS_BAD_SOURCE", `weights cannot be read from a value of type ${typeof source}`, {
      details: { type: typeof source },
      hint: "Give bytes, a Blob, a ReadableStream or an AsyncIterable of Uint8Array.",
    });
  }
}

async function* slices(bytes: Uint8Array, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  for (let begin = 0; begin < bytes.length; begin += SLICE_BYTES) {
    if (begin > 0) await new Promise((resolve) => setTimeout(resolve));
    signal?.throwIfAborted();
    yield bytes.subarray(begin, begin + SLICE_BYTES);
  }
}

async function* readStream(stream: ReadableStream<Uint8Array>, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  let ended = false;
  try {
    while (true) {
      const { done, value } = await abortable(reader.read(), signal);
      if (done) break;
      yield asBytes(value);
    }
    ended = true;
  } finally {
    // Not awaited: a source that hangs must not hold up the abort.
    if (!ended) reader.cancel().catch(() => undefined);
    else reader.releaseLock();
  }
}

async function* iterate(source: AsyncIterable<Uint8Array>, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const iterator = source[Symbol.asyncIterator]();
  let ended = false;
  try {
    while (true) {
      const { done, value } = await abortable(iterator.next(), signal);
      if (done) break;
      yield asBytes(value);
    }
    ended = true;
  } finally {
    if (!ended) Promise.resolve(iterator.return?.()).catch(() => undefined);
  }
}

function asBytes(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new WeightsError("WEIGHTS_BAD_SOURCE", `the stream yielded a ${typeof value} instead of a Uint8Array`, {
    details: { type: typeof value },
    hint: "Read the stream without an encoding.",
  });
}

/**
 * `promise`, unless `signal` aborts first.
 * @throws the signal's reason
 */
export async function abortable<T>(promise: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (signal === undefined) return promise;
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function isReadableStream(value: unknown): value is ReadableStream<Uint8Array> {
  return typeof value === "object" && value !== null && "getReader" in value;
}

function isAsyncIterable(value: unknown): value is AsyncIterable<Uint8Array> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
