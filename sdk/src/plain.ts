import type { ParamType } from "ethers";

/** What `plain` makes of TypeChain's mix of tuple and object. */
export type Plain<T> = T extends string | number | bigint | boolean
  ? T
  : T extends readonly (infer Item)[]
    ? number extends T["length"]
      ? Plain<Item>[]
      : { [K in Exclude<keyof T, keyof unknown[] | `${number}`>]: Plain<T[K]> }
    : T;

/** A decoded ABI value as plain arrays and objects. */
export function plain(type: ParamType, value: unknown): unknown {
  if (type.isArray()) return Array.from(value as Iterable<unknown>, (item) => plain(type.arrayChildren, item));
  if (type.isTuple()) return plainObject(type.components, value as ArrayLike<unknown>);
  return value;
}

/** Values in the order of `types`, by name. */
export function plainObject(types: readonly ParamType[], values: ArrayLike<unknown>): Record<string, unknown> {
  return Object.fromEntries(types.map((type, i) => [type.name || String(i), plain(type, values[i])]));
}
