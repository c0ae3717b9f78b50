import { quote, WeightsError } from "../errors.js";

/**
 * Reads JSON tokens of a safetensors header. JSON.parse would hide duplicate keys and round large numbers, and what two
 * readers see differently in one file is what an attacker needs.
 */
export class Scanner {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Reads `{"key": value, …}`; `member` reads the value. Keys that come twice are refused. */
  object(what: string, member: (key: string) => void): void {
    const keys = new Set<string>();
    this.#list("{", "}", () => {
      const key = this.string();
      if (keys.has(key)) {
        throw new WeightsError("WEIGHTS_DUPLICATE_KEY", `${what} has the key ${quote(key)} twice`, {
          details: { key: key.slice(0, 120), position: this.#position },
          hint: "Readers disagree about such a file: write it again.",
        });
      }
      keys.add(key);
      this.#expect(":");
      member(key);
    });
  }

  /** Reads `[item, …]`; `item` reads one. */
  array(item: () => void): void {
    this.#list("[", "]", item);
  }

  string(): string {
    this.#expect('"');
    const begin = this.#position;
    let plain = true;
    for (let code = this.#code(); code !== 0x22; code = this.#code()) {
      // NaN: the header ends within the string.
      if (!(code >= 0x20)) throw this.#error("the end of a string");
      if (code === 0x5c || code >= 0xd800) plain = false;
      this.#position += code === 0x5c ? 2 : 1;
    }
    const text = this.#text.slice(begin, this.#position++);
    const value = plain ? text : this.#unescape(text);
    if (value !== undefined) return value;
    this.#position = begin;
    throw this.#error("a well-formed string");
  }

  /** Reads a whole number from 0 to 2^53 - 1. */
  integer(): number {
    this.#space();
    const begin = this.#position;
    while (this.#code() >= 0x30 && this.#code() <= 0x39) this.#position++;
    const digits = this.#text.slice(begin, this.#position);
    const value = Number(digits);
    const next = this.#text[this.#position] ?? "";
    if (!/^(0|[1-9]\d{0,15})$/.test(digits) || !Number.isSafeInteger(value) || ".eE".includes(next || " ")) {
      this.#position = begin;
      throw this.#error("a whole number from 0 to 2^53 - 1");
    }
    return value;
  }

  /** Only white space may follow. */
  end(): void {
    this.#space();
    if (this.#position !== this.#text.length) throw this.#error("the end of the header");
  }

  #list(open: string, close: string, item: () => void): void {
    this.#expect(open);
    if (this.#accept(close)) return;
    do item();
    while (this.#accept(","));
    this.#expect(close);
  }

  #accept(token: string): boolean {
    this.#space();
    if (this.#text[this.#position] !== token) return false;
    this.#position++;
    return true;
  }

  #expect(token: string): void {
    if (!this.#accept(token)) throw this.#error(`"${token}"`);
  }

  #space(): void {
    for (
      let code = this.#code();
      code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
      code = this.#code()
    ) {
      this.#position++;
    }
  }

  #code(): number {
    return this.#text.charCodeAt(this.#position);
  }

  /** Undefined for a bad escape, and for a lone surrogate, which has no UTF-8 (serde_json refuses it too). */
  #unescape(text: string): string | undefined {
    try {
      const value = JSON.parse(`"${text}"`) as string;
      return /\p{Surrogate}/u.test(value) ? undefined : value;
    } catch {
      return undefined;
    }
  }

  #error(expected: string): WeightsError {
    const found = this.#text.slice(this.#position, this.#position + 20);
    return new WeightsError(
      "WEIGHTS_HEADER_SYNTAX",
      `the header has ${found === "" ? "its end" : quote(found)} at character ${this.#position} instead of ${expected}`,
      { details: { position: this.#position, found, expected }, hint: "The file is damaged or not safetensors." },
    );
  }
}
