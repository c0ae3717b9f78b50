import { Signature } from "ethers";
import type { Context } from "../../context.js";
import { call } from "../read.js";

/** A permit (EIP-2612) of the caller for the escrow. */
export interface Permit {
  deadline: bigint;
  v: number;
  r: string;
  s: string;
}

const PERMIT_TYPES = {
  Permit: [
    { name: "owner", type: "address" },
    { name: "spender", type: "address" },
    { name: "value", type: "uint256" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint256" },
  ],
};

/** Signs a permit over exactly `amount` units, with the token's present nonce of the caller. */
export async function signPermit(ctx: Context, amount: bigint, deadline: bigint): Promise<Permit> {
  const owner = await ctx.account();
  const [domain, unit, nonce] = await Promise.all([
    tokenDomain(ctx),
    call(ctx, "InferenceEscrow", "UNIT", []),
    call(ctx, "Token", "nonces", [owner]),
  ]);
  const value = { owner, spender: ctx.addressOf("InferenceEscrow"), value: amount * unit, nonce, deadline };
  const { v, r, s } = Signature.from(await ctx.signer.signTypedData(domain, PERMIT_TYPES, value));
  return { deadline, v, r, s };
}

/** The token's EIP-712 domain, as it says it itself (ERC-5267). */
export async function tokenDomain(ctx: Context) {
  const { name, version } = await call(ctx, "Token", "eip712Domain", []);
  return { name, version, chainId: ctx.chainId, verifyingContract: ctx.addressOf("Token") };
}
