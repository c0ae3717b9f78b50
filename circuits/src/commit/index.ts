export { decodeCommitKey, decodeLink, decodeLinkedProof, decodeSumProof } from "./decode.js";
export { encodeCommitKey, encodeLink, encodeLinkedProof, encodeSumProof } from "./encode.js";
export { decodeLinkKey, encodeLinkKey } from "./file.js";
export {
  checkLinkKey,
  committedSum,
  contributeLink,
  developmentLinkKey,
  emptyLinkKey,
  findBadLink,
  isDevelopmentLink,
  type LinkKey,
  type LinkPart,
  type LinkVerifyingKey,
  type Opening,
  proveLink,
  sumLinkKeys,
  verifyLink,
} from "./link.js";
export { anchor, generators, hidingGenerator } from "./pedersen.js";
