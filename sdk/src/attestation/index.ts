export * from "./dcap/index.js";
export * from "./keeper/index.js";
export {
  isNitroDebug,
  MeasurementError,
  measureQuote,
  type NitroRegisters,
  nitroMeasurementId,
  type QuoteMeasurement,
  sgxMeasurementId,
  tdxMeasurementId,
} from "./measurement.js";
export * from "./nitro/index.js";
export * from "./p384/index.js";
export { HPKE_SUITE_ID, reportDataOf } from "./report-data.js";
export * from "./zk/index.js";
