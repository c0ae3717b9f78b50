import { EngineError, type EngineErrorCode } from "./errors.js";

/** A JSON value that came from outside, with its place, so that an error can name it. */
export class Field {
  readonly value: unknown;
  readonly path: string;
  readonly #code: EngineErrorCode;

  constructor(value: unknown, path: string, code: EngineErrorCode) {
    this.value = value;
    this.path = path;
    this.#code = code;
  }

  fail(expected: string): EngineError {
    return new EngineError(this.#code, `${this.path} must be ${expected}`, { field: this.path });
  }

  /** A member of an object; undefined members have a value of undefined. */
  get(name: string): Field {
    if (typeof this.value !== "object" || this.value === null || Array.isArray(this.value))
      throw this.fail("an object");
    const value: unknown = Object.hasOwn(this.value, name) ? Reflect.get(this.value, name) : undefined;
    return new Field(value, `${this.path}.${name}`, this.#code);
  }

  keys(): string[] {
    if (typeof this.value !== "object" || this.value === null || Array.isArray(this.value))
      throw this.fail("an object");
    return Object.keys(this.value);
  }

  get present(): boolean {
    return this.value !== undefined;
  }

  literal<T extends string | number>(expected: T): T {
    if (this.value !== expected) throw this.fail(JSON.stringify(expected));
    return expected;
  }

  string(): string {
    if (typeof this.value !== "string") throw this.fail("a string");
    return this.value;
  }

  boolean(): boolean {
    if (typeof this.value !== "boolean") throw this.fail("true or false");
    return this.value;
  }

  integer(least: number, most: number): number {
    const { value } = this;
    if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > most) {
      throw this.fail(`an integer from ${least} to ${most}`);
    }
    return value;
  }

  array<T>(most: number, item: (field: Field) => T): T[] {
    const { value } = this;
    if (!Array.isArray(value) || value.length > most) throw this.fail(`a list of at most ${most}`);
    return value.map((each: unknown, i) => item(new Field(each, `${this.path}[${i}]`, this.#code)));
  }

  /** Distinct, non-empty strings. */
  names(count: number): string[] {
    const names = this.array(count, (each) => each.string());
    if (names.length !== count || new Set(names).size !== count || names.includes("")) {
      throw this.fail(`${count} distinct strings`);
    }
    return names;
  }
}
