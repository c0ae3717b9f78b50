import type { ConnectParameters } from "../../inference/parameters.js";
import { InferenceSession } from "../../inference/session.js";
import { action } from "../bind.js";

/**
 * Connects to a node for many requests over one channel: fetches its offer and verifies it against the chain.
 * @throws InferenceError whatever does not verify is refused
 */
export const connect = action([], (ctx) => (params: ConnectParameters) => InferenceSession.connect(ctx, params));
