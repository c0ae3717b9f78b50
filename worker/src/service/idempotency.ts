import { Refusal } from "../http/refusal.js";
import type { Books } from "../store/index.js";

/** One request by what makes it the same one again. */
export interface RequestIdentity {
  readonly channel: bigint;
  readonly key: string;
  readonly requestHash: string;
}

/** Gives every retry of a request the answer of the first, whether that is stored or still in the making. */
export class Idempotency {
  readonly #books: Books;
  readonly #running = new Map<string, { requestHash: string; answer: Promise<string> }>();

  constructor(books: Books) {
    this.#books = books;
  }

  /**
   * The stored answer, the answer of a running twin, or that of `work`. A failed request leaves nothing behind: its key
   * serves again. Throws the refusal `idempotency-conflict`.
   */
  async answer(request: RequestIdentity, work: () => Promise<string>): Promise<string> {
    const { channel, key, requestHash } = request;
    const name = `${channel}/${key}`;
    const twin = this.#running.get(name);
    if (twin !== undefined) {
      if (twin.requestHash !== requestHash) throw conflict("this key is in use with another body");
      return twin.answer;
    }
    const stored = this.#books.response(channel, key);
    if (stored !== undefined) {
      if (stored.requestHash !== requestHash) throw conflict("this key was used with another body");
      return stored.body;
    }
    if (this.#books.wasCompleted(requestHash)) throw conflict("this request was answered, and its answer is pruned");
    const answer = work();
    this.#running.set(name, { requestHash, answer });
    try {
      return await answer;
    } finally {
      this.#running.delete(name);
    }
  }
}

function conflict(detail: string): Refusal {
  return new Refusal("idempotency-conflict", detail);
}
