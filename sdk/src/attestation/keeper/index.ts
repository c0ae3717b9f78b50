export { type AwsItemsOptions, awsItems } from "./aws-items.js";
export { type Download, type DownloadOptions, download } from "./download.js";
export { CollateralError } from "./errors.js";
export {
  type IntelCollateralSource,
  type IntelPcsOptions,
  type IntelTee,
  type IssuedCrl,
  intelPcs,
  type PckCa,
  type SignedJson,
  splitSignedJson,
} from "./intel.js";
export { type IntelItemsOptions, intelItems, type TcbFamily } from "./intel-items.js";
export { type CollateralItem, type KeeperPolicy, type KeeperReport, keep, stateOf } from "./keeper.js";
