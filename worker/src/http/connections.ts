import type { Server } from "node:http";
import type { Socket } from "node:net";

/**
 * Connections of a server that is to end, each as soon as no request runs on it. Node's own way ends those that are idle at that moment, and
 * then waits for clients that keep theirs, or never said a word.
 */
export class Connections {
  /** Requests that run, of each open connection. */
  readonly #running = new Map<Socket, number>();
  #isEnding = false;

  constructor(server: Server) {
    server.on("connection", (socket: Socket) => {
      // The listener closes a moment later.
      if (this.#isEnding) return socket.destroySoon();
      this.#running.set(socket, 0);
      socket.once("close", () => this.#running.delete(socket));
    });
    server.on("request", ({ socket }, response) => {
      this.#count(socket, 1);
      response.once("close", () => this.#count(socket, -1));
    });
  }

  end(): void {
    this.#isEnding = true;
    for (const [socket, running] of this.#running) if (running === 0) socket.destroySoon();
  }

  #count(socket: Socket, change: number): void {
    const before = this.#running.get(socket);
    if (before === undefined) return;
    const running = before + change;
    this.#running.set(socket, running);
    if (running === 0 && this.#isEnding) socket.destroySoon();
  }
}
