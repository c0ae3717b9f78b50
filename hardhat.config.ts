import { createRequire } from "node:module";
import hardhatToolboxMochaEthers from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import { configVariable, defineConfig } from "hardhat/config";
import allCores from "./scripts/hardhat/all-cores.ts";
import plainTests from "./scripts/hardhat/plain-tests.ts";
import warningsAsErrors from "./scripts/hardhat/warnings-as-errors.ts";

const compiler = {
  version: "0.8.37",
  // No download: the compiler is the npm package, pinned by the lock file.
  path: createRequire(import.meta.url).resolve("solc/soljson.js"),
  settings: {
    // The newest fork that every main L2 runs.
    evmVersion: "cancun",
    optimizer: { enabled: true, runs: 10_000 },
  },
};

/** Contracts whose assembly the other code generator has no room on the stack for. */
const viaIr = { ...compiler, settings: { ...compiler.settings, viaIR: true } };
/** Contracts that would be longer than 24,576 bytes (EIP-170) with the others' settings. */
const compact = { ...compiler, settings: { ...compiler.settings, optimizer: { enabled: true, runs: 200 } } };
/** Long computations: cheaper calls are worth longer code. */
const optimizer = { enabled: true, runs: 1_000_000 };
/** Both. */
const compactViaIr = { ...compact, settings: { ...compact.settings, viaIR: true } };
const fast = { ...compiler, settings: { ...compiler.settings, optimizer } };
const fastViaIr = { ...compiler, settings: { ...compiler.settings, optimizer, viaIR: true } };
const overrides = {
  "contracts/attestation/DcapCollateral.sol": compact,
  "contracts/attestation/P384.sol": fastViaIr,
  "contracts/attestation/P384Plain.sol": fastViaIr,
  "contracts/attestation/Sha384.sol": fast,
  "contracts/InferenceArbiter.sol": compactViaIr,
  "contracts/proofs/CommitGroth16Factory.sol": viaIr,
  "contracts/proofs/CommitGroth16Verifier.sol": viaIr,
  "contracts/proofs/Groth16Factory.sol": fastViaIr,
  "contracts/proofs/Groth16Verifier.sol": fastViaIr,
};
const profile = { compilers: [compiler], overrides };

// `npm run test:nightly` sets it: more fuzzing than CI has time for.
const nightly = process.env.FREEHOLD_NIGHTLY === "1";

const account = (network: string) => ({
  type: "http" as const,
  url: configVariable(`${network}_RPC_URL`),
  accounts: [configVariable(`${network}_PRIVATE_KEY`)],
});

export default defineConfig({
  plugins: [hardhatToolboxMochaEthers, allCores, warningsAsErrors, plainTests],
  paths: { tests: { mocha: "./test/ts", solidity: "./test/solidity" } },
  // One set of settings: what the tests measure is what is deployed. (Tests themselves are not optimized: scripts/hardhat/plain-tests.ts.)
  solidity: {
    profiles: { default: profile, production: profile },
    // Else a build of both at once takes tests' settings for contracts that changed.
    splitTestsCompilation: true,
    npmFilesToBuild: ["@openzeppelin/contracts/access/manager/AccessManager.sol"],
  },
  typechain: { outDir: "./sdk/src/generated" },
  test: {
    mocha: { timeout: 120_000 },
    solidity: nightly
      ? { fuzz: { runs: 5_000 }, invariant: { runs: 200, depth: 128, failOnRevert: true } }
      : { fuzz: { runs: 256 }, invariant: { runs: 32, depth: 64, failOnRevert: true } },
  },
  networks: {
    local: { type: "edr-simulated", chainType: "l1", chainId: 31337 },
    anvil: { type: "http", chainType: "l1", url: "http://127.0.0.1:8545" },
    sepolia: { ...account("SEPOLIA"), chainType: "l1", chainId: 11155111 },
    baseSepolia: { ...account("BASE_SEPOLIA"), chainType: "op", chainId: 84532 },
    opengradientDevnet: { ...account("OPENGRADIENT_DEVNET"), chainType: "generic", chainId: 10740 },
  },
});
