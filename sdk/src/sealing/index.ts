export { type RequestBinding, requestAad, requestHash, responseHash } from "./aad.js";
export { ReleaseError, type ReleaseErrorCode, SealingError, type SealingErrorCode } from "./errors.js";
export { type ExactBinding, exactAad } from "./exact-aad.js";
export { generateHpkeKeyPair, type HpkeKeyPair, importHpkePrivateKey } from "./keys.js";
export { PADDING, pad, unpad } from "./padding.js";
export {
  decodeKeyRelease,
  encodeKeyRelease,
  type KeyRelease,
  type KeyReleaseJson,
  type ReleaseBinding,
  releaseAad,
  unwrapFileKey,
  wrapFileKey,
} from "./release.js";
export { type OpenedRequest, openRequest, type SealedRequest, type SealedResponse, sealRequest } from "./seal.js";
export {
  FILE_KEY_BYTES,
  generateFileKey,
  openSealedFile,
  requireFileKey,
  SEALED_HEADER_BYTES,
  sealedLength,
  sealFile,
} from "./sealed-file.js";
