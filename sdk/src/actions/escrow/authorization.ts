import { Signature } from "ethers";
import type { Context } from "../../context.js";
import { signTokenAuthorization } from "../../eip712/token.js";
import type { Hex } from "../../hex.js";
import { call } from "../read.js";
import { tokenDomain } from "./permit.js";

/** An EIP-3009 authorisation, as the escrow takes it. Times are Unix seconds. */
export interface SignedAuthorization {
  validAfter: bigint;
  validBefore: bigint;
  salt: bigint;
  v: number;
  r: string;
  s: string;
}

/** Authorises the escrow to take exactly `amount` units of the caller for the purpose whose digest is `nonce`. */
export async function signAuthorization(
  ctx: Context,
  amount: bigint,
  validBefore: bigint,
  salt: bigint,
  nonce: Hex,
): Promise<SignedAuthorization> {
  const [domain, unit] = await Promise.all([tokenDomain(ctx), call(ctx, "InferenceEscrow", "UNIT", [])]);
  const validAfter = 0n;
  const value = {
    from: await ctx.account(),
    to: ctx.addressOf("InferenceEscrow"),
    value: amount * unit,
    validAfter,
    validBefore,
    nonce,
  };
  const { v, r, s } = Signature.from(await signTokenAuthorization(ctx.signer, domain, value));
  return { validAfter, validBefore, salt, v, r, s };
}

/** A random 256-bit number that makes two equal authorisations different. */
export function newSalt(): bigint {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}
