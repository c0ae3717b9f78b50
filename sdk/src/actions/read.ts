import type { BlockTag } from "ethers";
import type { Context } from "../context.js";
import {
  type ContractName,
  interfaceOf,
  type MethodArgsLiteral,
  type MethodName,
  type MethodReturn,
} from "../contracts.js";
import { ConfigurationError } from "../errors/config.js";
import { decoded } from "../errors/decode.js";
import { plain, plainObject } from "../plain.js";
import { withTimeout } from "../timeout.js";

/** Where and as whom a read is made. */
export interface ReadOptions {
  /** Default: the newest block. */
  blockTag?: BlockTag;
  from?: string;
}

/** Optional when there are no parameters. */
export type Parameters<P> = undefined extends P ? [params?: P] : [params: P];

/** A bound read. */
export type Read<P, R> = (...args: [...Parameters<P>, options?: ReadOptions]) => Promise<R>;

/** Something that becomes usable with a context: `bind` does it to a whole group. */
export interface Action<Bound> {
  (ctx: Context): Bound;
  /** The contract functions behind it. */
  readonly covers: readonly `${ContractName}.${string}`[];
}

/** Defines a read of one contract function. */
export function read<N extends ContractName, M extends MethodName<N>, P = undefined, R = MethodReturn<N, M>>(spec: {
  contract: N;
  method: M;
  args: (params: P, ctx: Context) => MethodArgsLiteral<N, M>;
  result?: (value: MethodReturn<N, M>) => R;
}): Action<Read<P, R>> {
  const bind = (ctx: Context) => {
    const bound = async (params: P, options?: ReadOptions): Promise<R> => {
      const value = await call(ctx, spec.contract, spec.method, spec.args(params, ctx), options);
      return spec.result === undefined ? (value as R) : spec.result(value);
    };
    return bound as unknown as Read<P, R>;
  };
  return Object.assign(bind, { covers: [`${spec.contract}.${spec.method}` as const] });
}

/** Calls one contract function without a transaction. Throws typed errors. */
export async function call<N extends ContractName, M extends MethodName<N>>(
  ctx: Context,
  contract: N,
  method: M,
  args: MethodArgsLiteral<N, M>,
  options: ReadOptions = {},
): Promise<MethodReturn<N, M>> {
  return decoded(contract, async () => {
    const provider = await ctx.ready();
    const data = interfaceOf(contract).encodeFunctionData(method, args);
    const request = provider.call({ to: ctx.addressOf(contract), data, ...options });
    const returned = await withTimeout(request, ctx.timeoutMs, `${contract}.${method}`);
    return decodeReturn(ctx, contract, method, returned);
  });
}

/** Decodes what a function returned. Throws `MISSING_CONTRACT` when nobody answered. */
export function decodeReturn<N extends ContractName, M extends MethodName<N>>(
  ctx: Context,
  contract: N,
  method: M,
  returned: string,
): MethodReturn<N, M> {
  const fragment = interfaceOf(contract).getFunction(method);
  const outputs = fragment?.outputs ?? [];
  if (fragment === null || outputs.length === 0) return undefined as MethodReturn<N, M>;
  try {
    const values = interfaceOf(contract).decodeFunctionResult(fragment, returned);
    const [first] = outputs;
    if (first !== undefined && outputs.length === 1) return plain(first, values[0]) as MethodReturn<N, M>;
    return plainObject(outputs, values) as MethodReturn<N, M>;
  } catch (cause) {
    throw new ConfigurationError(
      "MISSING_CONTRACT",
      `${ctx.addressOf(contract)} on chain ${ctx.chainId} does not answer as ${contract}`,
      "The deployment record is of another deployment, or the chain was reset.",
      cause,
    );
  }
}
