export { useFastCurve } from "./fast-curve.js";
export { loadDeployment } from "./load-deployment.js";
export { fileStore } from "./stores/file-store.js";
export { type PostgresClient, postgresStore } from "./stores/postgres-store.js";
export { type SqliteStore, sqliteStore } from "./stores/sqlite-store.js";
export * from "./weights/index.js";
