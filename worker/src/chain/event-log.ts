import type { Answers, EventKind } from "../store/index.js";
import type { ChainView } from "./view.js";

/** Blocks of the first look: books that are new have nothing to answer with, and say so. */
const FIRST_LOOK = 50_000;
/** Blocks after which the place in the log is written down. */
const STEP = 256;

/** Reads the arbiter's events of one kind from where these books, or another replica, left off. */
export class EventLog<E> {
  readonly #read: (from: number, to: number) => Promise<E[]>;
  readonly #places: Pick<Answers, "readTo" | "setReadTo">;
  readonly #kind: EventKind;
  /** The last block that was read, and the place that is written down. */
  #readTo: number | undefined;
  #kept: number | undefined;

  /** @param read events of the blocks `from` to `to`, both included */
  constructor(
    kind: EventKind,
    read: (from: number, to: number) => Promise<E[]>,
    places: Pick<Answers, "readTo" | "setReadTo">,
  ) {
    this.#kind = kind;
    this.#read = read;
    this.#places = places;
  }

  /** Whether this is the first look since the start, or since another replica led. */
  get isNew(): boolean {
    return this.#readTo === undefined;
  }

  /**
   * What happened since the last look that {@link keep} ended, up to the view's block. An event that is not final comes again until it is.
   */
  async read({ head, finalBlock }: ChainView): Promise<E[]> {
    const { number } = head;
    if (this.#readTo === undefined) {
      this.#kept = await this.#places.readTo(this.#kind);
      return this.#read(this.#kept === undefined ? number - FIRST_LOOK : this.#kept + 1, number);
    }
    if (this.#readTo === number) return [];
    return this.#read(Math.min(this.#readTo + 1, number) - (number - finalBlock), number);
  }

  /** @param oldest block of the oldest demand that runs: nothing before it is read again after a restart */
  async keep({ head, finalBlock }: ChainView, oldest: number | undefined): Promise<void> {
    this.#readTo = head.number;
    const place = Math.min(finalBlock, (oldest ?? head.number) - 1);
    if (place < 0 || (this.#kept !== undefined && place < this.#kept + STEP)) return;
    await this.#places.setReadTo(this.#kind, place);
    this.#kept = place;
  }

  /** Another replica leads: it keeps the place. */
  forget(): void {
    this.#readTo = undefined;
  }
}
