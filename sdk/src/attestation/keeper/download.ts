import { concatBytes } from "../../bytes.js";
import { CollateralError } from "./errors.js";

/** How collateral is downloaded. */
export interface DownloadOptions {
  /** Stands for the platform's own: for proxies, and for tests. */
  readonly fetch?: typeof fetch;
  /** Milliseconds for one attempt; default 20,000. */
  readonly timeout?: number;
  /** Attempts in all when a server does not answer or says that it is busy; default 3. */
  readonly attempts?: number;
  readonly signal?: AbortSignal;
}

/** What a server gave. */
export interface Download {
  readonly bytes: Uint8Array;
  readonly headers: Headers;
}

/** Longest collateral: Intel's longest is 20 KB, a revocation list of AWS a few KB. */
const MAX_BYTES = 1 << 20;
/** Milliseconds before the second attempt; doubled for each later one. */
const PAUSE = 500;

/** Downloads a file of at most 1 MiB. Throws `COLLATERAL_UNREACHABLE` or `COLLATERAL_REFUSED`, or the signal's reason. */
export async function download(url: string, options: DownloadOptions = {}): Promise<Download> {
  const attempts = options.attempts ?? 3;
  for (let attempt = 1; ; attempt++) {
    try {
      return await once(url, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      const again = error instanceof CollateralError && error.code === "COLLATERAL_UNREACHABLE";
      if (!again || attempt >= attempts) throw error;
      await pause(PAUSE * 2 ** (attempt - 1), options.signal);
    }
  }
}

async function once(url: string, options: DownloadOptions): Promise<Download> {
  const timeout = AbortSignal.timeout(options.timeout ?? 20_000);
  const signal = options.signal === undefined ? timeout : AbortSignal.any([options.signal, timeout]);
  let response: Response;
  try {
    response = await (options.fetch ?? fetch)(url, { signal });
    if (response.ok) return { bytes: await body(response, url), headers: response.headers };
    await response.body?.cancel();
  } catch (cause) {
    if (cause instanceof CollateralError) throw cause;
    throw new CollateralError("COLLATERAL_UNREACHABLE", `${url} cannot be reached`, { cause, details: { url } });
  }
  const isBusy = response.status >= 500 || response.status === 429;
  throw new CollateralError(
    isBusy ? "COLLATERAL_UNREACHABLE" : "COLLATERAL_REFUSED",
    `${url} answered with status ${response.status}`,
    { details: { url, status: response.status } },
  );
}

async function body(response: Response, url: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  for (let next = await reader?.read(); next !== undefined && !next.done; next = await reader?.read()) {
    length += next.value.length;
    if (length > MAX_BYTES) {
      await reader?.cancel();
      throw new CollateralError("COLLATERAL_REFUSED", `${url} is longer than ${MAX_BYTES} bytes`, { details: { url } });
    }
    chunks.push(next.value);
  }
  return concatBytes(...chunks);
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", end);
      resolve();
    }, ms);
    signal?.addEventListener("abort", end, { once: true });
  });
}
