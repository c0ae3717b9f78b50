import {
  type ChannelRecovery,
  type CloseAsk,
  type CloseWord,
  decodeCloseAsk,
  decodeIdempotencyKey,
  decodeKeyRelease,
  decodeRequest,
  encodeCloseWord,
  encodeOffer,
  encodeRecovery,
  type InferenceRequest,
  type KeyRelease,
  SealingError,
  type SignedOffer,
  X402_ROUTE,
} from "@freehold/sdk";
import type { FastifyInstance } from "fastify";
import type { Metrics } from "../metrics.js";
import type { AwaitedKey } from "../model/file-keys.js";
import type { X402Call, X402Reply } from "../x402/index.js";
import { Refusal } from "./refusal.js";
import { nameCode } from "./reply.js";

/** What the routes of docs/protocol.md 4 stand for. All may throw refusals. */
export interface Routes {
  offer(): Promise<SignedOffer>;
  inference(idempotencyKey: string, request: InferenceRequest): Promise<string>;
  recovery(channel: bigint): Promise<ChannelRecovery>;
  x402(call: X402Call): Promise<X402Reply>;
  close(ask: CloseAsk): Promise<CloseWord>;
  awaitedKeys(): readonly AwaitedKey[];
  release(release: KeyRelease): Promise<void>;
  isReady(): boolean;
}

const JSON_TYPE = "application/json; charset=utf-8";

export function registerRoutes(app: FastifyInstance, routes: Routes, metrics: Metrics): void {
  app.get("/v1/attestation", async (_, reply) => {
    const offer = encodeOffer(await routes.offer());
    return reply.type(JSON_TYPE).send(JSON.stringify(offer));
  });

  app.post("/v1/inference", async (request, reply) => {
    const key = readKey(request.headers["idempotency-key"]);
    const body = await routes.inference(key, decodeRequest(request.body));
    return reply.type(JSON_TYPE).send(body);
  });

  app.post(X402_ROUTE, async (request, reply) => {
    const url = `${request.protocol}://${request.host}${X402_ROUTE}`;
    const { "payment-signature": payment, "idempotency-key": key } = request.headers;
    const { status, code, headers, body } = await routes.x402({ url, payment, key, body: request.body });
    nameCode(reply, code);
    return reply.code(status).headers(headers).type(JSON_TYPE).send(body);
  });

  app.get<{ Params: { channel: string } }>("/v1/channels/:channel", async (request, reply) => {
    const recovery = encodeRecovery(await routes.recovery(readChannel(request.params.channel)));
    return reply.type(JSON_TYPE).send(JSON.stringify(recovery));
  });

  app.post("/v1/close", async (request, reply) => {
    const word = encodeCloseWord(await routes.close(decodeCloseAsk(request.body)));
    return reply.type(JSON_TYPE).send(JSON.stringify(word));
  });

  app.get("/v1/release", async (_, reply) =>
    reply.type(JSON_TYPE).send(JSON.stringify({ awaited: routes.awaitedKeys() })),
  );

  app.post("/v1/release", async (request, reply) => {
    await routes.release(readRelease(request.body));
    return reply.code(204).send();
  });

  app.get("/healthz", async (_, reply) => reply.type(JSON_TYPE).send('{"status":"ok"}'));

  app.get("/readyz", async (_, reply) => {
    const ready = routes.isReady();
    return reply
      .code(ready ? 200 : 503)
      .type(JSON_TYPE)
      .send(JSON.stringify({ ready }));
  });

  app.get("/metrics", async (_, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
}

function readKey(header: unknown): string {
  try {
    return decodeIdempotencyKey(header);
  } catch {
    throw new Refusal("bad-idempotency-key", "the header Idempotency-Key must be 32 lower-case hex digits");
  }
}

function readRelease(body: unknown): KeyRelease {
  try {
    return decodeKeyRelease(body);
  } catch (error) {
    if (!(error instanceof SealingError)) throw error;
    throw new Refusal("malformed", error.message, error.details);
  }
}

function readChannel(text: string): bigint {
  if (/^(?:0|[1-9][0-9]{0,77})$/.test(text)) return BigInt(text);
  throw new Refusal("malformed", "the channel must be a decimal number", { field: "channel" });
}
