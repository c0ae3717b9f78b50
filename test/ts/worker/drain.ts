import { once } from "node:events";
import { Agent, get, type Server } from "node:http";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { ChannelRecovery } from "@freehold/sdk";
import { expect } from "chai";
import type { Routes } from "../../../worker/dist/http/routes.js";
import { createServer, type HttpServer, serve } from "../../../worker/dist/http/server.js";
import { createMetrics } from "../../../worker/dist/metrics.js";
import { until } from "./harness/wait.ts";

const RECOVERY: ChannelRecovery = { channel: 1n, seq: 0n, metered: 0n, voucher: null, receipt: null, signature: null };

describe("worker: the end of the HTTP service", function () {
  // A connection that is kept would hold it for 72 s.
  this.timeout(30_000);
  let agent: Agent;
  let silent: Socket | undefined;
  let http: HttpServer;
  let server: Server;
  let port: number;
  let running: number;
  let release: () => void;

  beforeEach(async () => {
    running = 0;
    agent = new Agent({ keepAlive: true });
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const routes = {
      recovery: async () => {
        running++;
        await gate;
        return RECOVERY;
      },
    } as unknown as Routes;
    const totals = async () => ({}) as never;
    const app = createServer({ logLevel: "silent", bodyLimit: 1_000 });
    http = serve(app, routes, createMetrics({ totals, viewAge: () => 0, version: () => -1 }));
    app.get("/begun", (_, reply) => {
      reply.hijack();
      reply.raw.write("the first part");
      running++;
      void gate.then(() => reply.raw.end("the last"));
    });
    await app.listen({ port: 0, host: "127.0.0.1" });
    server = app.server;
    port = (server.address() as { port: number }).port;
  });
  afterEach(() => {
    agent.destroy();
    silent?.destroy();
  });

  /** Status and `connection` header of an answer whose connection the client would keep. */
  async function ask(path = "/v1/channels/1"): Promise<[number | undefined, string | undefined]> {
    const [response] = await once(get({ port, path, agent }), "response");
    response.resume();
    await once(response, "end");
    return [response.statusCode, response.headers.connection];
  }

  /** Begins to drain, and comes back when the listener is closed and what was idle then is gone. */
  async function draining(): Promise<{ drained: Promise<void> }> {
    const drained = http.drain();
    await until(() => !server.listening, "the listener to be closed");
    await sleep(100);
    return { drained };
  }

  it("answers what runs, tells its client to go, and waits for no connection that is kept", async () => {
    const answer = ask();
    await until(async () => running === 1, "the request");
    const { drained } = await draining();
    release();
    const [status, connection] = await answer;
    expect([status, connection]).to.deep.equal([200, "close"]);
    await drained;
  });

  it("ends the connection of an answer that had begun, which could not tell its client to go", async () => {
    const answer = ask("/begun");
    await until(async () => running === 1, "the request");
    const { drained } = await draining();
    release();
    expect(await answer).to.deep.equal([200, "keep-alive"]);
    await drained;
  });

  it("waits for no client that has asked before, and for none that says nothing", async () => {
    release();
    expect((await ask())[1]).to.equal("keep-alive");
    silent = connect(port, "127.0.0.1");
    await once(silent, "connect");
    await http.drain();
  });
});
