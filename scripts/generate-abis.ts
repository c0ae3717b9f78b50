// Artifacts and TypeChain's types -> sdk/src/abis: ABIs without bytecode, all custom errors, types, known deployments.
// The same input gives the same bytes. Usage: node scripts/generate-abis.ts (after hardhat build).
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { JsonFragment } from "ethers";
import { mergeErrors, sortAbi } from "./lib/abi.ts";

const ROOT = new URL("..", import.meta.url).pathname;
const OUT = join(ROOT, "sdk/src/abis");
const TYPECHAIN = join(ROOT, "sdk/src/generated");
/** Development chains: their addresses mean nothing to anybody else. */
const LOCAL_CHAINS = ["31337", "1337"];

/** Public contracts and where they come from. */
const CONTRACTS: Record<string, string> = {
  AccessManager: "@openzeppelin/contracts/access/manager/AccessManager.sol",
  CommitGroth16Factory: "contracts/proofs/CommitGroth16Factory.sol",
  DatasetRegistry: "contracts/DatasetRegistry.sol",
  DcapCollateral: "contracts/attestation/DcapCollateral.sol",
  DcapVerifier: "contracts/attestation/DcapVerifier.sol",
  DeltaLedger: "contracts/DeltaLedger.sol",
  DevelopmentTeeVerifier: "contracts/attestation/DevelopmentTeeVerifier.sol",
  Groth16Factory: "contracts/proofs/Groth16Factory.sol",
  Groth16Verifier: "contracts/proofs/Groth16Verifier.sol",
  InferenceArbiter: "contracts/InferenceArbiter.sol",
  InferenceEscrow: "contracts/InferenceEscrow.sol",
  ModelRegistry: "contracts/ModelRegistry.sol",
  NitroCertStore: "contracts/attestation/NitroCertStore.sol",
  NitroVerifier: "contracts/attestation/NitroVerifier.sol",
  NodeRegistry: "contracts/NodeRegistry.sol",
  ProofKeys: "contracts/proofs/ProofKeys.sol",
  TestToken: "contracts/mocks/TestToken.sol",
  VersionProofs: "contracts/VersionProofs.sol",
  ZkTeeVerifier: "contracts/attestation/ZkTeeVerifier.sol",
};

interface Artifact {
  contractName: string;
  abi: JsonFragment[];
}

const written = new Set<string>();

for (const [name, source] of Object.entries(CONTRACTS)) {
  const file = join(ROOT, "artifacts", source, `${name}.json`);
  if (!existsSync(file)) throw new Error(`generate-abis: ${file} is missing: run hardhat build first`);
  write(`${name}.ts`, `export const ${constant(name)} = ${json(sortAbi(readArtifact(file).abi))} as const;\n`);
  write(`types/${name}.ts`, typesOf(name));
}
write("types/common.ts", readFileSync(newest("common"), "utf8"));
write("allErrors.ts", allErrors());
write("deployments.ts", deployments());
write(
  "index.ts",
  [
    'export { allErrorsAbi } from "./allErrors.js";',
    ...Object.keys(CONTRACTS).map((name) => `export { ${constant(name)} } from "./${name}.js";`),
    'export { knownDeployments } from "./deployments.js";',
    "",
  ].join("\n"),
);
removeStale();

/** Every error of every own contract, and of the contracts that they are made of. */
function allErrors(): string {
  const files = globSync("{contracts/**,@openzeppelin/**}/*.json", { cwd: join(ROOT, "artifacts") });
  const abis = files
    .filter((file) => !file.endsWith(".dbg.json"))
    .map((file) => readArtifact(join(ROOT, "artifacts", file)).abi);
  return `export const allErrorsAbi = ${json(mergeErrors(abis))} as const;\n`;
}

/** TypeChain's types of one contract. Its namespaces hold an empty statement, which is no type. */
function typesOf(name: string): string {
  return readFileSync(newest(name), "utf8")
    .replaceAll(/(export interface OutputObject \{[^}]*\});/g, "$1")
    .replaceAll(/from "(?:\.\.?\/)+common\.js"/g, 'from "./common.js"');
}

/** TypeChain moves its files when the set of contracts changes and leaves the old ones: the newest is right. */
function newest(name: string): string {
  const found = globSync(`**/${name}.ts`, { cwd: TYPECHAIN, exclude: (path) => path.startsWith("factories") })
    .map((file) => join(TYPECHAIN, file))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs || a.length - b.length);
  if (!found[0]) throw new Error(`generate-abis: no types of ${name} in ${TYPECHAIN}: run hardhat build first`);
  return found[0];
}

/** deployments/<chainId>.json of public chains. */
function deployments(): string {
  const directory = join(ROOT, "deployments");
  const files = existsSync(directory) ? readdirSync(directory).filter((file) => /^[0-9]+\.json$/.test(file)) : [];
  const records = files
    .map((file) => basename(file, ".json"))
    .filter((chainId) => !LOCAL_CHAINS.includes(chainId))
    .sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1))
    .map((chainId) => [chainId, JSON.parse(readFileSync(join(directory, `${chainId}.json`), "utf8"))]);
  return [
    'import type { Deployment } from "../deployment.js";',
    "",
    "/** Deployments by chain id that this package knows. */",
    `export const knownDeployments: Readonly<Record<string, Deployment>> = ${json(Object.fromEntries(records))};`,
    "",
  ].join("\n");
}

function readArtifact(file: string): Artifact {
  return JSON.parse(readFileSync(file, "utf8")) as Artifact;
}

function constant(name: string): string {
  return `${name[0]?.toLowerCase()}${name.slice(1)}Abi`;
}

function json(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

/** Leaves a file alone that would not change, so that incremental builds stay short. */
function write(file: string, body: string): void {
  const path = join(OUT, file);
  const text = `// Generated by scripts/generate-abis.ts\n${body}`;
  mkdirSync(join(path, ".."), { recursive: true });
  written.add(path);
  if (!existsSync(path) || readFileSync(path, "utf8") !== text) writeFileSync(path, text);
}

function removeStale(): void {
  for (const file of globSync("**/*.ts", { cwd: OUT })) if (!written.has(join(OUT, file))) rmSync(join(OUT, file));
}
