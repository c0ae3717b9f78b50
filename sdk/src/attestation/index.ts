export * from "./nitro/index.js";
