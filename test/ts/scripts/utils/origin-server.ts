import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Location, Origin } from "../../../../scripts/attestation/origins.ts";

/** A server of repositories' files, with the faults that networks have. */
export class OriginServer {
  readonly files = new Map<string, Uint8Array>();
  /** Paths of which half arrives before the line breaks. */
  readonly broken = new Set<string>();
  readonly asked: string[] = [];
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      const path = request.url ?? "";
      this.asked.push(path);
      const body = this.files.get(path);
      if (body === undefined) return response.writeHead(404).end("404: Not Found");
      response.writeHead(200, { "content-length": body.length });
      if (!this.broken.has(path)) return response.end(body);
      response.write(body.subarray(0, body.length / 2), () => response.destroy());
    });
  }

  async open(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return this;
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve, reject) => this.#server.close((error) => (error ? reject(error) : resolve())));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  put(location: Location, body: Uint8Array | string): void {
    this.files.set(pathOf(location), Buffer.from(body));
  }
}

export function pathOf({ repository, commit, path }: Location): string {
  return `/${repository}/${commit}/${path}`;
}

/** What one origin file looks like from which all of these vectors are made: the inverse of the transformations. */
export function originForm(origins: readonly Origin[], bytesOf: (file: string) => Uint8Array): Uint8Array | string {
  const hex = (file: string) => Buffer.from(bytesOf(file)).toString("hex");
  const lines: string[] = [];
  for (const { file, transformation } of origins) {
    if (transformation.kind === "raw") return bytesOf(file);
    if (transformation.kind === "base64") return Buffer.from(bytesOf(file)).toString("base64");
    if (transformation.kind === "hex") return `0x${hex(file)}\n`;
    if (transformation.kind === "hexLine") lines[transformation.line] = `0x${hex(file)}`;
    else if (typeof transformation.literal === "number") {
      const before = Array.from({ length: transformation.literal }, () => 'bytes memory other = hex"00";');
      lines.push(...before, `bytes memory attestation =\n    hex"${hex(file)}";`);
    } else lines.push(`bytes constant ${transformation.literal} =\n    hex"${hex(file).toUpperCase()}";`);
  }
  return lines.join("\n");
}
