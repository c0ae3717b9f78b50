export type { LeavesOptions } from "./file-leaves.js";
export { type HashFileOptions, hashFile } from "./hash-file.js";
export {
  type ReadFileOptions,
  readSafetensorsFile,
  readSafetensorsHeader,
  writeSafetensorsFile,
} from "./safetensors-file.js";
export { type VerifiedFile, type VerifyFileOptions, verifyFile } from "./verify-file.js";
