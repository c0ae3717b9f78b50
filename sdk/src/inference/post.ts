import { decodeProblem, type ProblemCode } from "../wire/problem.js";
import { IDEMPOTENCY_HEADER } from "../wire/request.js";
import { InferenceError } from "./errors.js";
import { type Answer, aborted, fetchJson, type Limits, orAborted } from "./http.js";

const TRIES = 4;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
const RETRY_STATUS = [429, 500, 503];

/** What is known of a request that was sent. */
export interface Fate {
  /** The node may have got it, and did not say that it metered nothing. */
  isDoubtful: boolean;
}

/**
 * Posts a request, and keeps its `fate`. Tries again with the same body and key when the connection breaks or the node says that it is busy:
 * the node then answers with what it stored, and meters once.
 */
export async function post(
  url: string,
  body: string,
  idempotencyKey: string,
  limits: Limits,
  fate: Fate,
  more: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const headers = { ...more, "content-type": "application/json", [IDEMPOTENCY_HEADER]: idempotencyKey };
  for (let tries = 1; ; tries++) {
    let pause = FIRST_PAUSE_MS * 2 ** (tries - 1);
    if (limits.signal.aborted) throw aborted(limits.signal, url);
    try {
      const answer = await fetchJson(url, { method: "POST", headers, body }, limits);
      if (!metersNothing(answer)) fate.isDoubtful = true;
      if (!RETRY_STATUS.includes(answer.status) || tries === TRIES) return answer;
      pause = answer.retryAfter === undefined ? pause : answer.retryAfter * 1000;
    } catch (error) {
      if (!wasNeverSent(error)) fate.isDoubtful = true;
      const broken = error instanceof InferenceError && error.code === "NODE_UNREACHABLE";
      if (!broken || tries === TRIES) throw error;
    }
    await sleep(Math.min(pause, LONGEST_PAUSE_MS), limits.signal, () => aborted(limits.signal, url));
  }
}

/** Whether an answer says, in the protocol's own words, that nothing was metered. `internal` is what a node says when it does not know. */
function metersNothing({ status, body }: Answer): boolean {
  const problem = decodeProblem(body);
  // Over x402 every refusal of a payment is a 402.
  return problem !== undefined && (problem.status === status || status === 402) && problem.code !== "internal";
}

/** Whether a request failed before a byte of it left; a browser never says so. */
function wasNeverSent(error: unknown): boolean {
  const cause = (error as { cause?: { cause?: { code?: unknown } } } | undefined)?.cause?.cause?.code;
  return typeof cause === "string" && ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN"].includes(cause);
}

/** The error for an answer that is no success. */
export function refusal(url: string, { status, body }: Answer): InferenceError {
  const problem = decodeProblem(body);
  const code = problem?.code ?? `http-${status}`;
  const detail = problem === undefined || problem.detail === "" ? "" : `: ${problem.detail}`;
  const hint = problem === undefined ? undefined : HINTS[problem.code];
  return new InferenceError("NODE_REFUSED", `${url} refused with ${code}${detail}`, {
    details: { status, code, ...(problem === undefined ? {} : { said: problem.details }) },
    ...(hint === undefined ? {} : { hint }),
  });
}

const HINTS: Partial<Record<ProblemCode, string>> = {
  "voucher-spent": "Another process uses this channel: let them share one store.",
  "insufficient-deposit": "Top the channel up: escrow.topUp.",
  "unknown-channel": "Open a channel towards this node first: escrow.open. A new one may take the node some seconds.",
  "channel-closing": "Open another channel: escrow.open.",
  "bad-input": "The model cannot take this input: see its architecture.",
  "too-large": "Send a smaller input.",
  busy: "Try again later, or with another node.",
  "not-ready": "Try again later, or with another node.",
};

/** Waits; throws `reason` when the signal ends it. */
export function sleep(ms: number, signal: AbortSignal, reason: () => unknown): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const slept = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  return orAborted(slept, signal, reason).finally(() => clearTimeout(timer));
}
