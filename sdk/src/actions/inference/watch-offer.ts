import { deadline } from "../../inference/http.js";
import { type OfferTerms, OfferWatch } from "../../inference/offer-watch.js";
import { RECHECK_MS, TIMEOUT_MS } from "../../inference/parameters.js";
import { action } from "../bind.js";

/** Whose offer is watched. */
export type WatchOfferParameters = Omit<OfferTerms, "node" | "recheckMs"> & {
  node?: string;
  /** Milliseconds for which the chain's word on it is taken as its present one; default 5,000. */
  recheckMs?: number;
  /** Milliseconds; default 30,000. */
  timeoutMs?: number;
};

/**
 * Fetches a node's offer, verifies it against the chain, and holds it against the chain again whenever it is asked for.
 * @throws InferenceError whatever does not verify is refused
 */
export const watchOffer = action([], (ctx) => (params: WatchOfferParameters): Promise<OfferWatch> => {
  const { node, recheckMs = RECHECK_MS, timeoutMs = TIMEOUT_MS } = params;
  return OfferWatch.start(ctx, { ...params, node, recheckMs }, deadline(timeoutMs, undefined));
});
