import { connect } from "./connect.js";
import { request } from "./request.js";

/** Paid, sealed, verified inference. */
export const inferenceActions = { connect, request };
