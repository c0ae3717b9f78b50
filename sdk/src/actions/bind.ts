import type { Context } from "../context.js";
import type { Action } from "./read.js";

/** A group of actions, bound. */
export type Bound<G> = { readonly [K in keyof G]: G[K] extends (ctx: Context) => infer B ? B : never };

/** Binds every action of a group to a context. */
export function bind<G extends Readonly<Record<string, (ctx: Context) => unknown>>>(group: G, ctx: Context): Bound<G> {
  return Object.freeze(
    Object.fromEntries(Object.entries(group).map(([name, action]) => [name, action(ctx)])),
  ) as Bound<G>;
}

/** Makes an action of a function that calls no contract itself, or several. */
export function action<B>(covers: Action<B>["covers"], bindTo: (ctx: Context) => B): Action<B> {
  return Object.assign((ctx: Context) => bindTo(ctx), { covers });
}
