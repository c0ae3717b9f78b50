import type { Provider, TransactionReceipt } from "ethers";
import type { Context } from "../context.js";
import {
  type ContractName,
  type EventName,
  type EventValues,
  interfaceOf,
  type MethodArgsLiteral,
  type MethodName,
  type MethodReturn,
} from "../contracts.js";
import { decoded } from "../errors/decode.js";
import type { Hex } from "../hex.js";
import { withTimeout } from "../timeout.js";
import { type Action, decodeReturn, type Parameters } from "./read.js";
import { eventOf, type Overrides, type PreparedTransaction, type Sent, send } from "./transaction.js";

type Arguments<P> = [...Parameters<P>, overrides?: Overrides];

/** A bound write: calling it sends a transaction. */
export interface Write<P, R, S, X = unknown> {
  (...args: Arguments<P>): Promise<Sent<R & X> & X>;
  /** What the contract would return now. Sends nothing. */
  simulate(...args: Arguments<P>): Promise<S>;
  /** The transaction, encoded. Sends nothing. */
  prepare(...args: Parameters<P>): Promise<PreparedTransaction>;
  /** Gas that it would take now. */
  estimateGas(...args: Arguments<P>): Promise<bigint>;
}

/** A write in terms of its bytes; {@link write} is the usual way to define one. */
export interface WriteSpec<P, Q, R, S, X> {
  contract: ContractName;
  covers: readonly string[];
  /** Fills in what the caller left out. */
  resolve(params: P, ctx: Context): Q | Promise<Q>;
  encode(params: Q, ctx: Context): string;
  returned(data: string, ctx: Context): S;
  result(receipt: TransactionReceipt, ctx: Context, params: Q): R;
  /** Parameters that were filled in and that the caller must keep. */
  echo(params: Q): X;
}

/** Defines a write from its bytes. */
export function defineWrite<P, Q, R, S, X>(spec: WriteSpec<P, Q, R, S, X>): Action<Write<P, R, S, X>> {
  const { contract } = spec;
  const bind = (ctx: Context) => {
    const prepare = (params: P) =>
      decoded(contract, async () => {
        const resolved = await spec.resolve(params, ctx);
        const data = spec.encode(resolved, ctx) as Hex;
        return { resolved, transaction: Object.freeze({ to: ctx.addressOf(contract), data, value: 0n }) };
      });
    const request = async (params: P, overrides: Overrides) => ({
      ...(await prepare(params)).transaction,
      ...(ctx.hasSigner ? { from: await ctx.account() } : {}),
      ...overrides,
    });
    const ask = <T>(what: string, run: (provider: Provider) => Promise<T>) =>
      decoded(contract, async () => withTimeout(run(await ctx.ready()), ctx.timeoutMs, `${what} ${contract}`));

    const write = async (params: P, overrides: Overrides = {}) => {
      const { signer } = ctx;
      await ctx.ready();
      const { resolved, transaction } = await prepare(params);
      const echo = spec.echo(resolved);
      const sent = await send(ctx, signer, contract, transaction, overrides, (receipt) => ({
        ...spec.result(receipt, ctx, resolved),
        ...echo,
      }));
      return { ...sent, ...echo };
    };
    const bound = Object.assign(write, {
      simulate: (params: P, overrides: Overrides = {}) =>
        ask("simulating", async (provider) =>
          spec.returned(await provider.call(await request(params, overrides)), ctx),
        ),
      prepare: async (params: P) => (await prepare(params)).transaction,
      estimateGas: (params: P, overrides: Overrides = {}) =>
        ask("estimating", async (provider) => provider.estimateGas(await request(params, overrides))),
    });
    return bound as unknown as Write<P, R, S, X>;
  };
  return Object.assign(bind, { covers: spec.covers as Action<unknown>["covers"] });
}

interface MethodSpec<N extends ContractName, M extends MethodName<N>, E extends EventName<N>, Q, R> {
  contract: N;
  method: M;
  args: (params: Q, ctx: Context) => MethodArgsLiteral<N, M>;
  event: E;
  /** What `wait` resolves to. */
  result: (event: EventValues<N, E>) => R;
}

/** Defines a write of one contract function, whose result is one event. */
export function write<
  N extends ContractName,
  M extends MethodName<N>,
  E extends EventName<N>,
  P = undefined,
  R = unknown,
>(spec: MethodSpec<N, M, E, P, R>): Action<Write<P, R, MethodReturn<N, M>>> {
  return writeResolved({ ...spec, resolve: (params: P) => params, echo: () => ({}) });
}

/** The same, for a function some of whose arguments are made here: `resolve` fills them in, `echo` gives them back. */
export function writeResolved<N extends ContractName, M extends MethodName<N>, E extends EventName<N>, P, Q, R, X>(
  spec: MethodSpec<N, M, E, Q, R> & Pick<WriteSpec<P, Q, R, MethodReturn<N, M>, X>, "resolve" | "echo">,
): Action<Write<P, R, MethodReturn<N, M>, X>> {
  const { contract, method } = spec;
  return defineWrite({
    contract,
    covers: [`${contract}.${method}`],
    resolve: spec.resolve,
    encode: (params, ctx) => interfaceOf(contract).encodeFunctionData(method, spec.args(params, ctx)),
    returned: (data, ctx) => decodeReturn(ctx, contract, method, data),
    result: (receipt, ctx) => spec.result(eventOf(ctx, contract, spec.event, receipt)),
    echo: spec.echo,
  });
}
