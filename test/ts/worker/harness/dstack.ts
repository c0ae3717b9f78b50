import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What the agent answers to a call: an object, or an HTTP status with a body. */
type Answer = Record<string, unknown> | { status: number; text: string };

/** A dstack guest agent on a Unix socket, with the calls that a worker makes (docs/guest-api-v0.md of dstack). */
export class FakeAgent {
  readonly #directory = mkdtempSync(join(tmpdir(), "freehold-dstack-"));
  readonly path = join(this.#directory, "dstack.sock");
  readonly calls: [string, unknown][] = [];
  quote: (reportData: Uint8Array) => Uint8Array;
  /** Name of what gives the agent its keys. */
  keyProvider = "local-sgx";
  key = "ab".repeat(32);
  /** Answers that come instead, by path. */
  instead: Record<string, Answer> = {};
  readonly #server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on("end", () => {
      const path = request.url ?? "";
      const asked = JSON.parse(body) as Record<string, string>;
      this.calls.push([path, asked]);
      const answer = this.instead[path] ?? this.#answer(path, asked);
      const isText = "status" in answer;
      const text = isText ? String(answer.text) : JSON.stringify(answer);
      response.writeHead(isText ? Number(answer.status) : 200, { "content-length": Buffer.byteLength(text) });
      response.end(text);
    });
  });

  constructor(quote: (reportData: Uint8Array) => Uint8Array) {
    this.quote = quote;
  }

  async listen(): Promise<void> {
    this.#server.listen(this.path);
    await once(this.#server, "listening");
  }

  async close(): Promise<void> {
    if (this.#server.listening) {
      this.#server.close();
      await once(this.#server, "close");
    }
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #answer(path: string, asked: Record<string, string>): Answer {
    switch (path) {
      case "/GetQuote": {
        const reportData = new Uint8Array(64);
        reportData.set(Buffer.from(asked.report_data ?? "", "hex"));
        const quote = Buffer.from(this.quote(reportData)).toString("hex");
        return { quote, event_log: "[]", report_data: asked.report_data, vm_config: "{}" };
      }
      case "/Info":
        return {
          app_id: "11".repeat(20),
          instance_id: "",
          tcb_info: "{}",
          key_provider_info: JSON.stringify({ name: this.keyProvider, id: "22" }),
          compose_hash: "33".repeat(32),
        };
      case "/GetKey":
        return { key: this.key, signature_chain: [] };
      default:
        return { status: 404, text: "Not Found" };
    }
  }
}
