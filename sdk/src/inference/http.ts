import { concatBytes } from "../bytes.js";
import { InferenceError } from "./errors.js";

/** An answer of a node; `body` is undefined when it is not JSON. */
export interface Answer {
  status: number;
  body: unknown;
  /** Seconds, from Retry-After. */
  retryAfter: number | undefined;
}

/** One exchange's limits. */
export interface Limits {
  /** Ends everything; its reason is a TimeoutError at the deadline. */
  signal: AbortSignal;
  /** Most bytes of an answer. */
  maxBytes: number;
}

/** A deadline that the caller's own signal can shorten. */
export function deadline(timeoutMs: number, signal: AbortSignal | undefined): AbortSignal {
  const timeout = AbortSignal.timeout(timeoutMs);
  return signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
}

/** URL of a route under a node's endpoint. Throws `INVALID_ENDPOINT`. */
export function routeOf(endpoint: string, route: string): string {
  let url: URL;
  try {
    url = new URL(endpoint);
  } catch (cause) {
    throw new InferenceError("INVALID_ENDPOINT", `not a URL: ${endpoint}`, { cause, details: { endpoint } });
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new InferenceError("INVALID_ENDPOINT", `not an http(s) URL: ${endpoint}`, { details: { endpoint } });
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}${route}`;
}

/**
 * Fetches JSON of a node that may be hostile: bounded in time and in size, and following no redirect.
 * Throws `NODE_UNREACHABLE`, `NODE_TIMEOUT` or `RESPONSE_TOO_LARGE`, or the reason of the caller's own signal.
 */
export async function fetchJson(url: string, init: RequestInit, limits: Limits): Promise<Answer> {
  try {
    const response = await fetch(url, { ...init, redirect: "error", signal: limits.signal });
    const bytes = await readBody(response, limits.maxBytes);
    const retryAfter = Number(response.headers.get("retry-after") ?? Number.NaN);
    return { status: response.status, body: parse(bytes), retryAfter: retryAfter >= 0 ? retryAfter : undefined };
  } catch (cause) {
    if (cause instanceof InferenceError) throw cause;
    if (limits.signal.aborted) throw aborted(limits.signal, url);
    throw new InferenceError("NODE_UNREACHABLE", `${url} cannot be reached`, { cause, details: { url } });
  }
}

/** Why a signal ended an exchange: the deadline, or the caller. */
export function aborted(signal: AbortSignal, url: string): unknown {
  if ((signal.reason as { name?: string } | undefined)?.name !== "TimeoutError") return signal.reason;
  return new InferenceError("NODE_TIMEOUT", `${url} did not answer in time`, {
    cause: signal.reason,
    details: { url },
  });
}

/** What a promise gives, unless the signal ends the waiting; what the promise stands for goes on. */
export async function orAborted<T>(promise: Promise<T>, signal: AbortSignal, reason: () => unknown): Promise<T> {
  // It may fail when nobody waits for it any more.
  promise.catch(() => undefined);
  if (signal.aborted) throw reason();
  let stop = () => {};
  const ended = new Promise<never>((_, reject) => {
    stop = () => reject(reason());
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([promise, ended]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

async function readBody(response: Response, maxBytes: number): Promise<Uint8Array> {
  const tooLarge = () =>
    new InferenceError("RESPONSE_TOO_LARGE", `the answer is longer than ${maxBytes} bytes`, { details: { maxBytes } });
  if (Number(response.headers.get("content-length") ?? 0) > maxBytes) {
    await response.body?.cancel();
    throw tooLarge();
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  if (response.body !== null) {
    const reader = response.body.getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      length += next.value.length;
      if (length > maxBytes) {
        await reader.cancel();
        throw tooLarge();
      }
      chunks.push(next.value);
    }
  }
  return concatBytes(...chunks);
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
