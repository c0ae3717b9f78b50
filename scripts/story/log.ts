/** The live log: one line per step, and a progress line that a terminal overwrites. */
export class StoryLog {
  readonly #started = performance.now();
  readonly #terminal = process.stdout.isTTY === true;
  #progress = "";
  #shownAt = 0;

  get seconds(): number {
    return (performance.now() - this.#started) / 1000;
  }

  title(text: string): void {
    this.#clear();
    console.log(`\n${text}`);
  }

  step(text: string, value = ""): void {
    this.#clear();
    console.log(`${this.#time()}  ${value === "" ? text : `${text.padEnd(46)} ${value}`}`);
  }

  /** Shows how far something is: in place on a terminal, else every five seconds. */
  progress(text: string, done: number, total: number): void {
    const line = `${text} ${done}/${total}`;
    if (this.#terminal) {
      this.#clear();
      this.#progress = `${this.#time()}  ${line} ${bar(done / total)}`;
      process.stdout.write(this.#progress);
    } else if (done === total || performance.now() - this.#shownAt > 5000) {
      this.#shownAt = performance.now();
      console.log(`${this.#time()}  ${line}`);
    }
  }

  #time(): string {
    return `${this.seconds.toFixed(1).padStart(5)} s`;
  }

  #clear(): void {
    if (this.#progress !== "") process.stdout.write(`\r${" ".repeat(this.#progress.length)}\r`);
    this.#progress = "";
  }
}

function bar(share: number): string {
  const filled = Math.round(Math.min(Math.max(share, 0), 1) * 30);
  return `[${"#".repeat(filled)}${".".repeat(30 - filled)}]`;
}
