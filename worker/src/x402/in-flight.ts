/** What payers have promised for work that is under way: a balance pays once, however many requests come at the same time. */
export class InFlight {
  readonly #promised = new Map<string, bigint>();

  /** Runs `work` while `amount` counts as spent. `allows` is told what the payer promised in all, and throws to refuse. */
  async with<T>(
    payer: string,
    amount: bigint,
    allows: (promised: bigint) => Promise<void>,
    work: () => Promise<T>,
  ): Promise<T> {
    this.#add(payer, amount);
    try {
      await allows(this.#promised.get(payer) ?? 0n);
      return await work();
    } finally {
      this.#add(payer, -amount);
    }
  }

  #add(payer: string, amount: bigint): void {
    const promised = (this.#promised.get(payer) ?? 0n) + amount;
    if (promised === 0n) this.#promised.delete(payer);
    else this.#promised.set(payer, promised);
  }
}
