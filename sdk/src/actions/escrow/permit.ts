import { Interface, Signature } from "ethers";
import type { Context } from "../../context.js";
import type { Domain } from "../../eip712/domains.js";
import { signTokenPermit } from "../../eip712/token.js";
import { decodeError } from "../../errors/decode.js";
import { NetworkError } from "../../errors/transport.js";
import { withTimeout } from "../../timeout.js";
import { call } from "../read.js";

/** Tokens of the first hour of EIP-3009 have it instead of ERC-5267. */
const VERSION = new Interface(["function version() view returns (string)"]);

/** A permit (EIP-2612) of the caller for the escrow. */
export interface Permit {
  deadline: bigint;
  v: number;
  r: string;
  s: string;
}

/** Signs a permit over exactly `amount` units, with the token's present nonce of the caller. */
export async function signPermit(ctx: Context, amount: bigint, deadline: bigint): Promise<Permit> {
  const owner = await ctx.account();
  const [domain, unit, nonce] = await Promise.all([
    tokenDomain(ctx),
    call(ctx, "InferenceEscrow", "UNIT", []),
    call(ctx, "Token", "nonces", [owner]),
  ]);
  const value = { owner, spender: ctx.addressOf("InferenceEscrow"), value: amount * unit, nonce, deadline };
  const { v, r, s } = Signature.from(await signTokenPermit(ctx.signer, domain, value));
  return { deadline, v, r, s };
}

/** The token's EIP-712 domain, as it says it itself (ERC-5267); of older tokens, from `name` and `version`. */
export async function tokenDomain(ctx: Context): Promise<Domain> {
  const { name, version } = await named(ctx);
  return { name, version, chainId: ctx.chainId, verifyingContract: ctx.addressOf("Token") };
}

async function named(ctx: Context): Promise<{ name: string; version: string }> {
  try {
    const { name, version } = await call(ctx, "Token", "eip712Domain", []);
    return { name, version };
  } catch (error) {
    if (error instanceof NetworkError) throw error;
    const [name, version] = await Promise.all([call(ctx, "Token", "name", []), versionOf(ctx)]);
    return { name, version };
  }
}

/** "1" of tokens that have no `version`: the first one's, in EIP-2612's own words. */
async function versionOf(ctx: Context): Promise<string> {
  try {
    const provider = await ctx.ready();
    const request = { to: ctx.addressOf("Token"), data: VERSION.encodeFunctionData("version") };
    const returned = await withTimeout(provider.call(request), ctx.timeoutMs, "Token.version");
    return String(VERSION.decodeFunctionResult("version", returned)[0]);
  } catch (error) {
    const typed = decodeError(error, "Token");
    if (typed instanceof NetworkError) throw typed;
    return "1";
  }
}
