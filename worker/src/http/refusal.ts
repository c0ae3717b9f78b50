import { type Problem, type ProblemCode, problem, WireError } from "@freehold/sdk";
import { InputError, UnsealError } from "../enclave/errors.js";

/** A refusal that the client is told: a code of docs/protocol.md 4.6. */
export class Refusal extends Error {
  readonly problem: Problem;

  constructor(code: ProblemCode, detail: string, details: Readonly<Record<string, unknown>> = {}) {
    super(detail);
    this.name = "Refusal";
    this.problem = problem(code, detail, details);
  }
}

/** Framework errors by their code: fastify's own, before a route sees the request. */
const FRAMEWORK: Readonly<Record<string, readonly [ProblemCode, string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ["too-large", "the body is over the limit"],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ["malformed", "the body must be application/json"],
  FST_ERR_CTP_EMPTY_JSON_BODY: ["malformed", "the body is empty"],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ["malformed", "the body is not as long as Content-Length says"],
};

/** The problem that an error becomes; undefined for what is nobody's fault outside. Repeats nothing of a plaintext. */
export function problemOf(error: unknown): Problem | undefined {
  if (error instanceof Refusal) return error.problem;
  if (error instanceof WireError) return problem("malformed", error.message, { field: error.field });
  if (error instanceof UnsealError) return problem("unseal-failed", error.message);
  if (error instanceof InputError) return problem("bad-input", error.message);
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown };
  const known = typeof code === "string" ? FRAMEWORK[code] : undefined;
  if (known !== undefined) return problem(known[0], known[1]);
  // The JSON parser's and the router's.
  if (typeof statusCode === "number" && statusCode >= 400 && statusCode < 500) {
    return problem("malformed", "the request is not well-formed", { field: "body" });
  }
  return undefined;
}
