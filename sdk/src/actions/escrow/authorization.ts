import { Signature } from "ethers";
import type { Context } from "../../context.js";
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

const TYPES = {
  ReceiveWithAuthorization: [
    { name: "from", type: "address" },
    { name: "to", type: "address" },
    { name: "value", type: "uint256" },
    { name: "validAfter", type: "uint256" },
    { name: "validBefore", type: "uint256" },
    { name: "nonce", type: "bytes32" },
  ],
};

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
  const { v, r, s } = Signature.from(await ctx.signer.signTypedData(domain, TYPES, value));
  return { validAfter, validBefore, salt, v, r, s };
}

/** A random 256-bit number that makes two equal authorisations different. */
export function newSalt(): bigint {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}
