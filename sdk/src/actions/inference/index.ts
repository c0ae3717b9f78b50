import { closeNow } from "./close-now.js";
import { connect } from "./connect.js";
import { request } from "./request.js";
import { watchOffer } from "./watch-offer.js";

/** Paid, sealed, verified inference. */
export const inferenceActions = { closeNow, connect, request, watchOffer };
