export { dcapAux, dcapBasis, dcapRecheck, type PackedCollateral } from "./aux.js";
export { type CollateralCall, collateralCalls, issuerIdOf, platformCalls, refreshCall } from "./calls.js";
export { QuoteError } from "./errors.js";
export { heldCollateral } from "./held.js";
export { type DcapCollateralText, type SecondOpinion, secondOpinion } from "./opinion.js";
export { platformOfQuote, type QuotePlatform } from "./pck.js";
export { certificatesOfPem } from "./pem.js";
export { type ParsedQuote, parseQuote } from "./quote.js";
export { pckOf, trimQuote } from "./trim.js";
