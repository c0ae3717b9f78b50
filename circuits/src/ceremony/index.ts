// The steps of a ceremony. Node alone: its files are read and written here.
export { encodeZkey } from "../formats/zkey.js";
export type { SetupOptions } from "../prover/jobs.js";
export type { WorkOptions } from "../work.js";
export { BEACON_LOGS, type Beacon } from "./beacon.js";
export { applyBeacon, type Contributed, contributeToZkey } from "./contribute.js";
export { CeremonyError, type CeremonyErrorCode } from "./errors.js";
export { createFile, createFileOf, readFile } from "./files.js";
export { firstZkey } from "./first-key.js";
export { circuitHash, contributionHash } from "./hashes.js";
export { type Imported, importPtau, readPinnedPtau } from "./import.js";
export {
  type CheckedLink,
  checkLinkable,
  contributeToLink,
  type LinkFault,
  type LinkFaultCode,
  type LinkFile,
  linkHash,
  sumLinks,
  verifyLinks,
} from "./link.js";
export { HERMEZ, type Pin, parsePin } from "./pins.js";
export { assertChecked, type Checked, type Fault, type FaultCode, type VerifyOptions, verifyZkey } from "./verify.js";
