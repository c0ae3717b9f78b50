export { type NoirPackage, noirInference } from "./inference.js";
export { type NoirInputs, noirInferenceInputs } from "./inputs.js";
