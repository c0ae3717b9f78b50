import type { Problem } from "@freehold/sdk";
import type { FastifyReply } from "fastify";

const PROBLEM_TYPE = "application/problem+json";
const codes = new WeakMap<FastifyReply, string>();

/** A problem of the transport, which docs/protocol.md 4.6 has no code for, or one that it has. */
export type AnyProblem = Problem | (Omit<Problem, "code"> & { readonly code: "not-found" });

export function sendProblem(reply: FastifyReply, problem: AnyProblem): FastifyReply {
  codes.set(reply, problem.code);
  return reply.code(problem.status).type(PROBLEM_TYPE).send(JSON.stringify(problem));
}

/** Names the code of a problem that is sent in another form. */
export function nameCode(reply: FastifyReply, code: string): void {
  codes.set(reply, code);
}

/** Code of the problem that was sent; `ok` for none. */
export function codeOf(reply: FastifyReply): string {
  return codes.get(reply) ?? "ok";
}

/** A whole HTTP response for a connection that no route can answer, because what came is not HTTP. */
export function rawProblem(problem: AnyProblem): string {
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} Bad Request`,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ];
  return `${head.join("\r\n")}\r\n\r\n${body}`;
}
