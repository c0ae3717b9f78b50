import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** One JSON-RPC call. */
export interface RpcCall {
  readonly id: unknown;
  readonly method: string;
  readonly params: readonly unknown[];
}

/** Stands between a worker and the chain, call by call. */
export interface RpcFilter {
  readonly url: string;
  /** Runs before a call goes on; what it returns is the answer instead, and what it throws breaks the connection. */
  before: (call: RpcCall) => Promise<object | undefined>;
  close(): Promise<void>;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Lets everything through. */
export const LET_THROUGH: RpcFilter["before"] = async () => undefined;

export async function startRpcFilter(target: string): Promise<RpcFilter> {
  const filter: Mutable<RpcFilter> = { url: "", before: LET_THROUGH, close: async () => undefined };
  const answer = async (call: RpcCall): Promise<unknown> => {
    const instead = await filter.before(call);
    if (instead !== undefined) return { jsonrpc: "2.0", id: call.id, ...instead };
    const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(call) };
    return (await fetch(target, init)).json();
  };
  const server = createServer(async (request, response) => {
    try {
      const calls = JSON.parse(await textOf(request)) as RpcCall | RpcCall[];
      const body = Array.isArray(calls) ? await Promise.all(calls.map(answer)) : await answer(calls);
      response.setHeader("content-type", "application/json").end(JSON.stringify(body));
    } catch {
      request.socket.destroy();
    }
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  filter.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  filter.close = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  return filter;
}

/** An HTTP proxy in front of a node that changes what it says. */
export async function startLiar(
  target: string,
  change: (
    path: string,
    answer: { status: number; headers: Headers; body: string },
  ) => { headers: Headers; body: string },
): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer(async (request, response) => {
    const [text, path] = [await textOf(request), request.url ?? ""];
    const headers = new Headers();
    for (const name of ["content-type", "idempotency-key", "payment-signature"]) {
      const value = request.headers[name];
      if (typeof value === "string") headers.set(name, value);
    }
    const { method = "GET" } = request;
    const answered = await fetch(
      `${target}${path}`,
      text === "" ? { method, headers } : { method, headers, body: text },
    );
    const { status } = answered;
    const changed = change(path, { status, headers: new Headers(answered.headers), body: await answered.text() });
    for (const name of ["payment-required", "payment-response"]) {
      const value = changed.headers.get(name);
      if (value !== null) response.setHeader(name, value);
    }
    response.writeHead(status, { "content-type": "application/json" }).end(changed.body);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
