import type { Chain, ChallengeEvent } from "../chain/types.js";
import type { ChainView } from "../chain/view.js";
import type { Answers } from "../store/index.js";

/** Blocks of the first look: books that are new have nothing to answer with, and say so. */
const FIRST_LOOK = 50_000;
/** Blocks after which the place in the log is written down. */
const STEP = 256;

/** Reads the arbiter's log from where these books, or another replica, left off. */
export class ChallengeLog {
  readonly #chain: Chain;
  readonly #answers: Answers;
  /** The last block that was read, and the place that is written down. */
  #readTo: number | undefined;
  #kept: number | undefined;

  constructor(chain: Chain, answers: Answers) {
    this.#chain = chain;
    this.#answers = answers;
  }

  /** Whether this is the first look since the start, or since another replica led. */
  get isNew(): boolean {
    return this.#readTo === undefined;
  }

  /**
   * What happened since the last look that {@link keep} ended, up to the view's block. An event that is not final comes again until it is.
   */
  async read({ head, finalBlock }: ChainView): Promise<ChallengeEvent[]> {
    const { number } = head;
    if (this.#readTo === undefined) {
      this.#kept = await this.#answers.readTo();
      return this.#chain.challengeEvents(this.#kept === undefined ? number - FIRST_LOOK : this.#kept + 1, number);
    }
    if (this.#readTo === number) return [];
    return this.#chain.challengeEvents(Math.min(this.#readTo + 1, number) - (number - finalBlock), number);
  }

  /** @param oldest block of the oldest challenge that runs: nothing before it is read again after a restart */
  async keep({ head, finalBlock }: ChainView, oldest: number | undefined): Promise<void> {
    this.#readTo = head.number;
    const place = Math.min(finalBlock, (oldest ?? head.number) - 1);
    if (place < 0 || (this.#kept !== undefined && place < this.#kept + STEP)) return;
    await this.#answers.setReadTo(place);
    this.#kept = place;
  }

  /** Another replica leads: it keeps the place. */
  forget(): void {
    this.#readTo = undefined;
  }
}
