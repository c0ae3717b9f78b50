export { type CertificateReader, cachedCertificates, certificateHints, chainHints, nitroAux } from "./aux.js";
export { certificateId, chainIds, NO_PARENT } from "./certificate.js";
export { MAX_DOCUMENT } from "./cose.js";
export { authorityOf, CRL_CHUNK, type CrlSubmission, crlSubmission, type NitroCrl, parseNitroCrl } from "./crl.js";
export { type CrlSource, crlSources } from "./crl-sources.js";
export { instanceOf, type NitroDocument, parseNitroDocument } from "./document.js";
export { NitroError } from "./errors.js";
export { AWS_NITRO_ROOT_KECCAK256, AWS_NITRO_ROOT_SHA256 } from "./root.js";
export { type NitroReport, type NitroVerifyOptions, verifyNitroDocument } from "./verify.js";
