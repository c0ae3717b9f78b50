/** Codes of a node's refusals (docs/protocol.md 4.6) and their HTTP status. */
export const PROBLEM_STATUS = {
  malformed: 400,
  "bad-idempotency-key": 400,
  "payment-required": 402,
  "voucher-too-low": 402,
  "voucher-spent": 402,
  "insufficient-deposit": 402,
  "bad-voucher-signature": 403,
  "bad-close-signature": 403,
  "unknown-channel": 404,
  "channel-closing": 409,
  "idempotency-conflict": 409,
  "version-not-served": 409,
  "too-large": 413,
  "unseal-failed": 422,
  "bad-input": 422,
  busy: 429,
  "not-ready": 503,
  internal: 500,
} as const;

export type ProblemCode = keyof typeof PROBLEM_STATUS;

/** A refusal as RFC 9457 says it. Unsigned: a hint, never evidence. */
export interface Problem {
  type: "about:blank";
  title: string;
  status: number;
  code: ProblemCode;
  detail: string;
  details: Readonly<Record<string, unknown>>;
}

/** A refusal with the status of its code. */
export function problem(code: ProblemCode, detail: string, details: Readonly<Record<string, unknown>> = {}): Problem {
  const title = code.replaceAll("-", " ");
  return { type: "about:blank", title, status: PROBLEM_STATUS[code], code, detail, details };
}

/** Reads a refusal; undefined when it is none. Text is cut to a length that can be shown. */
export function decodeProblem(json: unknown): Problem | undefined {
  if (typeof json !== "object" || json === null) return undefined;
  const { code, detail, details } = json as Record<string, unknown>;
  if (typeof code !== "string" || !Object.hasOwn(PROBLEM_STATUS, code)) return undefined;
  const known = typeof details === "object" && details !== null && !Array.isArray(details) ? details : {};
  return problem(
    code as ProblemCode,
    typeof detail === "string" ? detail.slice(0, 500) : "",
    known as Problem["details"],
  );
}
