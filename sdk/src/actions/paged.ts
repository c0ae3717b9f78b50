import type { Context } from "../context.js";
import type { ContractName, MethodArgsLiteral, MethodName, MethodReturn } from "../contracts.js";
import { type Action, call } from "./read.js";

/** A list on the chain, read page by page: `for await (const item of list)`, or `await list.toArray()`. */
export interface Paged<T> extends AsyncIterable<T> {
  toArray(): Promise<T[]>;
}

/** How many items are read at once. */
export interface PageOptions {
  /** Default 100. */
  pageSize?: number;
}

const PAGE_SIZE = 100;

/** Optional when nothing but the page size can be said. */
type PagedParameters<P> = object extends P ? [params?: P & PageOptions] : [params: P & PageOptions];

type PagedMethod<N extends ContractName> = {
  [M in MethodName<N>]: MethodReturn<N, M> extends readonly unknown[] ? M : never;
}[MethodName<N>];

type Item<N extends ContractName, M extends MethodName<N>> =
  MethodReturn<N, M> extends readonly (infer T)[] ? T : never;

/** Defines a read of a function that takes `start` and `count` last. */
export function paged<N extends ContractName, M extends PagedMethod<N>, P, T = Item<N, M>>(spec: {
  contract: N;
  method: M;
  args: (params: P, start: bigint, count: bigint) => MethodArgsLiteral<N, M>;
  item?: (value: Item<N, M>) => T;
}): Action<(...args: PagedParameters<P>) => Paged<T>> {
  const bind = (ctx: Context) => (params: (P & PageOptions) | undefined) => {
    const size = Math.max(1, Math.trunc(params?.pageSize ?? PAGE_SIZE));
    async function* items(): AsyncGenerator<T> {
      for (let start = 0; ; start += size) {
        const args = spec.args(params as P, BigInt(start), BigInt(size));
        const page = (await call(ctx, spec.contract, spec.method, args)) as Item<N, M>[];
        for (const value of page) yield spec.item === undefined ? (value as unknown as T) : spec.item(value);
        if (page.length < size) return;
      }
    }
    return pages(items);
  };
  const action = bind as unknown as (ctx: Context) => (...args: PagedParameters<P>) => Paged<T>;
  return Object.assign(action, { covers: [`${spec.contract}.${spec.method}` as const] });
}

/** A list of what a generator yields; it starts anew for every reader. */
export function pages<T>(items: () => AsyncGenerator<T>): Paged<T> {
  return { [Symbol.asyncIterator]: items, toArray: () => collect(items()) };
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
