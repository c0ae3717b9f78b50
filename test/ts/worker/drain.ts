import { once } from "node:events";
import { Agent, get } from "node:http";
import { connect, type Socket } from "node:net";
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
    await app.listen({ port: 0, host: "127.0.0.1" });
    port = (app.server.address() as { port: number }).port;
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

  it("answers what runs, tells its client to go, and waits for no connection that is kept", async () => {
    const answer = ask();
    await until(async () => running === 1, "the request");
    const drained = http.drain();
    release();
    const [status, connection] = await answer;
    expect([status, connection]).to.deep.equal([200, "close"]);
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
