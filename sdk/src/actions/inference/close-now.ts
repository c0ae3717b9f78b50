import { askClose, type CloseParameters } from "../../inference/close.js";
import { action } from "../bind.js";
import { closeNow as send } from "../escrow/close-now.js";

/**
 * Ends the caller's channel together with its node: asks for the enclave's last word, checks it, and closes the channel at once. What the
 * node is owed is paid with it; the rest is owed to the payer (`escrow.withdraw`).
 * @throws InferenceError the node refuses, or asks for more than was metered; `escrow.requestClose` needs no node
 */
export const closeNow = action([], (ctx) => async (params: CloseParameters) => {
  const { node, lineId, channel, cumulative, issuedAt, signature } = await askClose(ctx, params);
  return send(ctx)({ node, lineId, channel, cumulative, issuedAt, signature });
});
