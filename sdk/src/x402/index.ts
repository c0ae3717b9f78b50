export { type ChannelPayload, FreeholdChannelScheme } from "./channel-scheme.js";
export { checkExactReceipt, type ExactPayment, exactPayment } from "./exact.js";
export { decodeHeader, encodeHeader } from "./header.js";
export { type SealedAnswer, type SealedFetchParameters, sealedFetch } from "./sealed-fetch.js";
export * from "./types.js";
