import { keccak256 } from "ethers";
import type { Context } from "../context.js";
import { escrowDomain } from "../eip712/domains.js";
import { recoverOffer } from "../eip712/structs.js";
import { FreeholdError } from "../errors/base.js";
import { type Hex, sameHex } from "../hex.js";
import { decodeOffer, offerStruct, type SignedOffer } from "../wire/offer.js";
import { type ChainView, chainView } from "./chain.js";
import { InferenceError, type InferenceErrorCode } from "./errors.js";
import { fetchJson, type Limits, routeOf } from "./http.js";

/** What the caller asked for; an offer must be that. */
export interface Expected {
  lineId: Hex;
  /** Units. */
  maxPrice: bigint;
  node?: string;
}

/** Fetches a node's offer and believes none of it before the chain confirms it. Throws `ATTESTATION_…` and others. */
export async function fetchOffer(
  ctx: Context,
  endpoint: string,
  expected: Expected,
  limits: Limits,
): Promise<SignedOffer> {
  const { status, body } = await fetchJson(routeOf(endpoint, "/v1/attestation"), {}, limits);
  if (status !== 200) {
    throw new InferenceError("NODE_REFUSED", `${endpoint} makes no offer: HTTP ${status}`, { details: { status } });
  }
  let offer: SignedOffer;
  try {
    offer = decodeOffer(body);
  } catch (cause) {
    throw new InferenceError("ATTESTATION_MALFORMED", `the offer of ${endpoint} is malformed: ${String(cause)}`, {
      cause,
    });
  }
  checkOffer(ctx, offer, expected);
  checkAgainstChain(offer, await chainView(ctx, offer));
  return offer;
}

/** Checks an offer against the deployment, the caller's wishes and its own signature: all that needs no chain. */
export function checkOffer(ctx: Context, offer: SignedOffer, expected: Expected): void {
  for (const [field, ours] of [
    ["chainId", ctx.chainId.toString()],
    ["escrow", ctx.addressOf("InferenceEscrow")],
    ["nodeRegistry", ctx.addressOf("NodeRegistry")],
    ["deltaLedger", ctx.addressOf("DeltaLedger")],
  ] as const) {
    refuseUnless(sameHex(offer[field].toString(), ours), "ATTESTATION_WRONG_DEPLOYMENT", field, ours, offer[field]);
  }
  refuseUnless(
    sameHex(offer.lineId, expected.lineId),
    "ATTESTATION_WRONG_LINE",
    "lineId",
    expected.lineId,
    offer.lineId,
  );
  if (expected.node !== undefined) {
    refuseUnless(sameHex(offer.node, expected.node), "ATTESTATION_WRONG_NODE", "node", expected.node, offer.node);
  }
  if (offer.price > expected.maxPrice) {
    throw new InferenceError(
      "PRICE_TOO_HIGH",
      `the node asks for ${offer.price} units, the limit is ${expected.maxPrice}`,
      {
        details: { price: offer.price.toString(), maxPrice: expected.maxPrice.toString() },
      },
    );
  }
  const signer = offerSigner(ctx, offer);
  refuseUnless(
    signer !== undefined && sameHex(signer, offer.receiptKey),
    "ATTESTATION_BAD_SIGNATURE",
    "signature",
    offer.receiptKey,
    signer,
  );
}

/** Checks an offer against what the chain says now. */
export function checkAgainstChain(offer: SignedOffer, { enclave, line, isPayable }: ChainView): void {
  const known = enclave.registeredAt !== 0n;
  refuseUnless(known, "ATTESTATION_UNKNOWN_ENCLAVE", "receiptKey", "a registered enclave", offer.receiptKey);
  refuseUnless(sameHex(enclave.node, offer.node), "ATTESTATION_WRONG_NODE", "node", enclave.node, offer.node);
  const keyHash = keccak256(offer.hpkePublicKey);
  refuseUnless(
    enclave.hpkeKeyHash === keyHash,
    "ATTESTATION_KEY_MISMATCH",
    "hpkePublicKey",
    enclave.hpkeKeyHash,
    keyHash,
  );
  refuseUnless(
    sameHex(line.activeHash, offer.versionHash),
    "VERSION_MISMATCH",
    "versionHash",
    line.activeHash,
    offer.versionHash,
  );
  refuseUnless(
    isPayable,
    "ATTESTATION_NOT_PAYABLE",
    "receiptKey",
    "an enclave that the line accepts now",
    offer.receiptKey,
  );
  for (const [field, onChain] of [
    ["measurementId", enclave.measurementId],
    ["validUntil", enclave.validUntil],
    ["modelId", line.modelId],
    ["version", line.active],
  ] as const) {
    const same = onChain.toString().toLowerCase() === offer[field].toString();
    refuseUnless(same, "ATTESTATION_MISMATCH", field, onChain, offer[field]);
  }
}

function offerSigner(ctx: Context, offer: SignedOffer): string | undefined {
  try {
    const domain = escrowDomain(ctx.chainId, ctx.addressOf("InferenceEscrow"));
    return recoverOffer(domain, offerStruct(offer), offer.signature);
  } catch (error) {
    if (error instanceof FreeholdError && error.code === "BAD_SIGNATURE") return undefined;
    throw error;
  }
}

function refuseUnless(
  holds: boolean,
  code: InferenceErrorCode,
  field: string,
  expected: unknown,
  actual: unknown,
): asserts holds {
  if (holds) return;
  throw new InferenceError(
    code,
    `the node's offer is refused: ${field} is ${String(actual)}, expected ${String(expected)}`,
    {
      details: { field, expected: String(expected), actual: String(actual) },
    },
  );
}
