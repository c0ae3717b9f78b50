import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Deployment, parseDeployment } from "../deployment.js";
import { ConfigurationError, WrongChainError } from "../errors/config.js";

/**
 * Reads `<directory>/<chainId>.json`.
 * @throws ConfigurationError INVALID_DEPLOYMENT the file is missing or no deployment record
 * @throws WrongChainError the record is of another chain than its name says
 */
export async function loadDeployment(directory: string, chainId: bigint | number): Promise<Deployment> {
  const file = join(directory, `${chainId}.json`);
  let json: unknown;
  try {
    json = JSON.parse(await readFile(file, "utf8"));
  } catch (cause) {
    throw new ConfigurationError("INVALID_DEPLOYMENT", `no deployment record in ${file}`, "Deploy first.", cause);
  }
  const deployment = parseDeployment(json);
  const actual = BigInt(deployment.chainId);
  if (actual !== BigInt(chainId)) throw new WrongChainError(BigInt(chainId), actual, "deployment");
  return deployment;
}
