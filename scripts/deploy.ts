import { Command, InvalidArgumentError } from "commander";
import { formatEther, formatUnits, isAddress } from "ethers";
import hre from "hardhat";
import { DeploymentError, deploy, type Parameters, readParameters, writeRecord } from "./lib/deployment.ts";

const program = new Command("npm run deploy --")
  .description(
    "Deploys Freehold through Ignition and writes deployments/<chainId>.json. A run that was interrupted goes on where it stopped.",
  )
  .requiredOption(
    "--network <name>",
    "a network of hardhat.config.ts: local, anvil, sepolia, baseSepolia, opengradientDevnet",
  )
  .option("--governance <address>", "who gets the AccessManager's roles; required on public networks", address)
  .option("--dry-run", "deploy on an in-process chain with the same parameters: gas, addresses, no key needed", false)
  .addHelpText(
    "after",
    `
Keys and RPC URLs come from Hardhat's keystore (npx hardhat keystore set SEPOLIA_RPC_URL, … SEPOLIA_PRIVATE_KEY) or from the
environment. Parameters: ignition/parameters/<network>.json.`,
  )
  .parse();

const options = program.opts<{ network: string; governance?: string; dryRun: boolean }>();

try {
  if (!(options.network in hre.config.networks)) {
    const known = Object.keys(hre.config.networks).filter((name) => !["default", "node", "localhost"].includes(name));
    throw new DeploymentError(`unknown network "${options.network}": take one of ${known.join(", ")}`);
  }
  const { module, parameters } = await readParameters(options.network, options.governance);
  const simulated = options.dryRun || options.network === "local";
  const connection = await hre.network.create(simulated ? "local" : options.network);
  print("network", simulated ? `${options.network} (in process: nothing is kept)` : options.network);
  print("module", module);
  for (const [key, value] of Object.entries(parameters)) print(`  ${key}`, String(value));

  const sender = ((await connection.provider.request({ method: "eth_accounts" })) as string[])[0];
  if (!sender) throw new DeploymentError(`network "${options.network}" has no account to deploy from: set its key`);
  refuseSelfGovernance(sender, parameters);
  const balance = async () =>
    BigInt((await connection.provider.request({ method: "eth_getBalance", params: [sender, "latest"] })) as string);
  const before = await balance();
  print("deployer", `${sender}, ${formatEther(before)} ETH`);

  const record = await deploy(connection, {
    network: options.network,
    module,
    parameters,
    displayUi: !simulated,
    // anvil forgets everything at its end, so its journal is worth nothing for the next one.
    throwaway: simulated || options.network === "anvil",
  });
  print("spent", `${formatUnits(before - (await balance()), "gwei")} gwei`);
  for (const [name, { address }] of Object.entries(record.contracts)) print(`  ${name}`, address);
  if (parameters.experimentalTier2 === true) {
    print("EXPERIMENTAL", "tier 2 of the proofs is enabled: nobody outside has reviewed it, see docs/proofs.md");
  }
  if (!simulated) print("record", await writeRecord(record));
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  console.error(`deploy: ${message}`);
  process.exitCode = error instanceof DeploymentError ? 2 : 1;
}

function print(key: string, value: string): void {
  console.log(`${key.padEnd(26)}${value}`);
}

function address(value: string): string {
  if (!isAddress(value)) throw new InvalidArgumentError("not an address with 20 bytes and a right checksum");
  return value;
}

/** The deployer renounces its admin role last: as its own governance it would leave nobody in charge. */
function refuseSelfGovernance(sender: string, parameters: Parameters): void {
  if (String(parameters.governance).toLowerCase() === sender.toLowerCase()) {
    throw new DeploymentError("governance must not be the deployer's own address: name a multisig or a second key");
  }
}
