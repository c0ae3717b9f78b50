import { problem } from "@freehold/sdk";
import Fastify, { type FastifyInstance, LogController } from "fastify";
import { reason } from "../errors.js";
import type { Metrics } from "../metrics.js";
import { Connections } from "./connections.js";
import { problemOf } from "./refusal.js";
import { codeOf, rawProblem, sendProblem } from "./reply.js";
import { type Routes, registerRoutes } from "./routes.js";

export interface ServerOptions {
  /** pino's levels, or silent. */
  readonly logLevel: string;
  /** Bytes of the largest body. */
  readonly bodyLimit: number;
}

/** A server that can be told to take nothing new. */
export interface HttpServer {
  /** Answers what runs, refuses what comes, and returns when all connections are closed. */
  drain(): Promise<void>;
}

/** Milliseconds for a request to arrive as a whole. */
const REQUEST_TIMEOUT = 30_000;

const NOT_FOUND = {
  type: "about:blank",
  title: "not found",
  status: 404,
  code: "not-found",
  detail: "no such route",
  details: {},
} as const;
const NOT_HTTP = problem("malformed", "the request is not well-formed HTTP", { field: "request" });

/** The HTTP service without its content; its logger is the worker's. */
export function createServer(options: ServerOptions): FastifyInstance {
  return Fastify({
    logger: { level: options.logLevel },
    // One line per answer is written below; addresses of clients are not.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: options.bodyLimit,
    requestTimeout: REQUEST_TIMEOUT,
    return503OnClosing: false,
    frameworkErrors: (_, __, reply) => sendProblem(reply, NOT_HTTP),
    clientErrorHandler(_, socket) {
      if (socket.writable) socket.end(rawProblem(NOT_HTTP));
      else socket.destroy();
    },
  });
}

/** Adds routes and rules to a server: errors as problems, metrics, draining. */
export function serve(app: FastifyInstance, routes: Routes, metrics: Metrics): HttpServer {
  let draining = false;
  const connections = new Connections(app.server);
  app.setErrorHandler((error, request, reply) => {
    const found = problemOf(error);
    if (found === undefined) request.log.error({ reason: reason(error) }, "internal error");
    return sendProblem(reply, found ?? problem("internal", "nothing was metered: retry with the same key"));
  });
  app.setNotFoundHandler((_, reply) => sendProblem(reply, NOT_FOUND));
  app.addHook("onRequest", async (_, reply) => {
    if (!draining) return;
    await sendProblem(reply, problem("not-ready", "this node stops: retry later with the same key"));
  });
  app.addHook("onSend", async (_, reply) => {
    if (draining) reply.header("connection", "close");
  });
  app.addHook("onResponse", async (request, reply) => {
    const labels = { route: request.routeOptions.url ?? "none", status: String(reply.statusCode), code: codeOf(reply) };
    metrics.requests.inc(labels);
    request.log.debug({ ...labels, ms: Math.round(reply.elapsedTime) }, "answered");
  });
  registerRoutes(app, routes, metrics);
  return {
    drain() {
      draining = true;
      connections.end();
      return app.close();
    },
  };
}
