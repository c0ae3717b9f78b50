// Downloads the attestation vectors from their public origins, checks every SHA-256: npm run vectors:fetch
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { fetchVectors, ORIGIN_SERVER } from "./fetch.ts";

const { to, from } = new Command("npm run vectors:fetch --")
  .description("Downloads the attestation vectors that are not there yet; exit code 1 when one could not be had.")
  .option("--to <directory>", "where they go", fileURLToPath(new URL("../../out/vectors", import.meta.url)))
  .option("--from <url>", "server of the repositories' files, or a mirror of it", ORIGIN_SERVER)
  .parse()
  .opts<{ to: string; from: string }>();

const { present, made, failures } = await fetchVectors({ directory: to, server: from, log: console.log });
console.log(`${to}: ${made.length} made, ${present.length} were there, ${failures.length} failed`);
for (const { code, message } of failures) console.error(`${code} ${message}`);
if (failures.length > 0) process.exitCode = 1;
