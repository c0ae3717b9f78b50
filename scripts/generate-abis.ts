// Artifacts and TypeChain's types -> sdk/src/abis: ABIs without bytecode, all custom errors, types, known deployments.
// The same input gives the same bytes. Usage: node scripts/generate-abis.ts (after hardhat build).
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { ErrorFragment, type JsonFragment, type JsonFragmentType } from "ethers";

const ROOT = new URL("..", import.meta.url).pathname;
const OUT = join(ROOT, "sdk/src/abis");
const TYPECHAIN = join(ROOT, "sdk/src/generated");
/** Development chains: their addresses mean nothing to anybody else. */
const LOCAL_CHAINS = ["31337", "1337"];

/** Public contracts and where they come from. */
const CONTRACTS: Record<string, string> = {
  AccessManager: "@openzeppelin/contracts/access/manager/AccessManager.sol",
  DatasetRegistry: "contracts/DatasetRegistry.sol",
  DeltaLedger: "contracts/DeltaLedger.sol",
  DevelopmentTeeVerifier: "contracts/attestation/DevelopmentTeeVerifier.sol",
  InferenceEscrow: "contracts/InferenceEscrow.sol",
  ModelRegistry: "contracts/ModelRegistry.sol",
  NodeRegistry: "contracts/NodeRegistry.sol",
  TestToken: "contracts/mocks/TestToken.sol",
};

/** What solc itself reverts with. */
const BUILT_IN = ["Error(string message)", "Panic(uint256 code)"];

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

/** Every error of every own contract, and of the contracts that they are made of. Selectors must be unique. */
function allErrors(): string {
  const bySelector = new Map<string, { signature: string; fragment: JsonFragment }>();
  const files = globSync("{contracts/**,@openzeppelin/**}/*.json", { cwd: join(ROOT, "artifacts") });
  const fragments = files
    .filter((file) => !file.endsWith(".dbg.json"))
    .flatMap((file) => readArtifact(join(ROOT, "artifacts", file)).abi)
    .concat(BUILT_IN.map((text) => JSON.parse(ErrorFragment.from(`error ${text}`).format("json")) as JsonFragment));
  for (const fragment of sortAbi(fragments.filter(({ type }) => type === "error"))) {
    const error = ErrorFragment.from(fragment);
    const signature = error.format("sighash");
    const known = bySelector.get(error.selector);
    if (known && known.signature !== signature) {
      throw new Error(`generate-abis: ${known.signature} and ${signature} have the same selector ${error.selector}`);
    }
    if (!known) bySelector.set(error.selector, { signature, fragment });
  }
  const abi = [...bySelector.values()].map(({ fragment }) => fragment);
  return `export const allErrorsAbi = ${json(abi)} as const;\n`;
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

function sortAbi(abi: readonly JsonFragment[]): JsonFragment[] {
  const key = ({ type, name, inputs }: JsonFragment) =>
    `${type}\t${name ?? ""}\t${(inputs ?? []).map((input) => input.type).join(",")}`;
  return abi.map(strip).sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}

/** The fragment without `internalType`, its keys in a fixed order. */
function strip({ type, name, inputs, outputs, stateMutability, anonymous }: JsonFragment): JsonFragment {
  const parameter = (p: JsonFragmentType): JsonFragmentType => ({
    name: p.name ?? "",
    type: p.type ?? "",
    ...(p.indexed === undefined ? {} : { indexed: p.indexed }),
    ...(p.components === undefined ? {} : { components: p.components.map(parameter) }),
  });
  return {
    type: type ?? "function",
    ...(name === undefined ? {} : { name }),
    ...(inputs === undefined ? {} : { inputs: inputs.map(parameter) }),
    ...(outputs === undefined ? {} : { outputs: outputs.map(parameter) }),
    ...(stateMutability === undefined ? {} : { stateMutability }),
    ...(anonymous === undefined || type !== "event" ? {} : { anonymous }),
  };
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
