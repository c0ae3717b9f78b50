import type { FastifyBaseLogger } from "fastify";

/** Structured log: an object of values and a line. Values of requests and keys never go into it. */
export type Logger = FastifyBaseLogger;
