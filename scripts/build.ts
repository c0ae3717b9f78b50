// Builds what every script needs: contracts, their bindings, the three packages. Quiet when nothing changed.
import { run } from "./lib/process.ts";

await run("hardhat", ["build", "--no-tests"], { quiet: true });
await run("node", ["scripts/generate-abis.ts"], { quiet: true });
await run("tsc", ["-b", "circuits", "sdk", "worker"], { quiet: true });
