export type { CloseParameters } from "./close.js";
export { InferenceError, type InferenceErrorCode } from "./errors.js";
export type { InferenceResult } from "./exchange.js";
export { type ConnectParameters, InferenceSession, type RequestParameters } from "./session.js";
export { type ChannelState, type ChannelStore, memoryStore } from "./store.js";
