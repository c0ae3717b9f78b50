export { type RequestBinding, requestAad, requestHash, responseHash } from "./aad.js";
export { SealingError, type SealingErrorCode } from "./errors.js";
export { type ExactBinding, exactAad } from "./exact-aad.js";
export { generateHpkeKeyPair, type HpkeKeyPair, importHpkePrivateKey } from "./keys.js";
export { PADDING, pad, unpad } from "./padding.js";
export { type OpenedRequest, openRequest, type SealedRequest, type SealedResponse, sealRequest } from "./seal.js";
