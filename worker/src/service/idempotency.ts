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
    const answered = this.#twin(request) ?? (await this.stored(request));
    if (answered !== undefined) return answered;
    // One may have started meanwhile.
    const twin = this.#twin(request);
    if (twin !== undefined) return twin;
    const name = nameOf(request);
    const answer = work();
    this.#running.set(name, { requestHash: request.requestHash, answer });
    try {
      return await answer;
    } finally {
      this.#running.delete(name);
    }
  }

  /** The answer that this or another replica wrote, if there is one. Throws the refusal `idempotency-conflict`. */
  async stored({ channel, key, requestHash }: RequestIdentity): Promise<string | undefined> {
    // In this order: another replica writes both at once, and may do it between the two looks.
    const wasCompleted = await this.#books.wasCompleted(requestHash);
    const stored = await this.#books.response(channel, key);
    if (stored === undefined) {
      if (wasCompleted) throw conflict("this request was answered, and its answer is pruned");
      return undefined;
    }
    if (stored.requestHash !== requestHash) throw conflict("this key was used with another body");
    return stored.body;
  }

  #twin(request: RequestIdentity): Promise<string> | undefined {
    const twin = this.#running.get(nameOf(request));
    if (twin === undefined) return undefined;
    if (twin.requestHash !== request.requestHash) throw conflict("this key is in use with another body");
    return twin.answer;
  }
}

const nameOf = ({ channel, key }: RequestIdentity) => `${channel}/${key}`;

function conflict(detail: string): Refusal {
  return new Refusal("idempotency-conflict", detail);
}
