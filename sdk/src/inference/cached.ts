/** A value that is read again when it is older than it may be. Those who want it at the same time share one reading. */
export class Cached<T> {
  readonly #read: () => Promise<T>;
  readonly #maxAgeMs: number;
  #value: { value: T; readAt: number } | undefined;
  #reading: Promise<T> | undefined;

  constructor(read: () => Promise<T>, maxAgeMs: number) {
    this.#read = read;
    this.#maxAgeMs = maxAgeMs;
  }

  /** A value that is young enough. */
  get(): Promise<T> {
    const known = this.#value;
    if (known !== undefined && Date.now() - known.readAt < this.#maxAgeMs) return Promise.resolve(known.value);
    return this.#reading ?? this.refresh();
  }

  /** A value that is read from now on. */
  refresh(): Promise<T> {
    const readAt = Date.now();
    const reading = this.#read().then((value) => {
      // A slower, older reading does not replace a newer one.
      if (this.#value === undefined || this.#value.readAt <= readAt) this.#value = { value, readAt };
      return value;
    });
    this.#reading = reading;
    const done = () => {
      if (this.#reading === reading) this.#reading = undefined;
    };
    reading.then(done, done);
    return reading;
  }

  /** Forgets the value: the next one is read anew. */
  expire(): void {
    this.#value = undefined;
    this.#reading = undefined;
  }
}
