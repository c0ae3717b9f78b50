export { fileStore } from "./file-store.js";
export { loadDeployment } from "./load-deployment.js";
export * from "./weights/index.js";
