import { isAddress } from "ethers";
import { ConfigurationError } from "./errors/config.js";
import { isHex } from "./hex.js";

/** One contract of a deployment. */
export interface DeployedContract {
  readonly address: string;
  readonly deployBlock: number;
  readonly transactionHash: string;
  /** keccak256 of the code on the chain. */
  readonly codeHash: string;
}

/** Names of the contracts that verify execution environments, in a deployment record; a deployment has some of them. */
export const TEE_VERIFIERS = {
  /** Absent from production deployments. */
  development: "DevelopmentTeeVerifier",
  /** AWS Nitro enclaves. */
  nitro: "NitroVerifier",
  /** Intel SGX and TDX. */
  dcap: "DcapVerifier",
} as const;

/** What a deployment left on one chain: the content of `deployments/<chainId>.json`. */
export interface Deployment {
  readonly schemaVersion: 1;
  /** Decimal. */
  readonly chainId: string;
  readonly network: string;
  readonly commit: string;
  /** ISO 8601. */
  readonly deployedAt: string;
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
  /** By name; see `Contracts`. */
  readonly contracts: Readonly<Record<string, DeployedContract>>;
}

/** Reads the content of a deployment record. Throws `INVALID_DEPLOYMENT`, which names the field. */
export function parseDeployment(json: unknown): Deployment {
  const record = object(json, "record");
  check(record.schemaVersion === 1, "schemaVersion", "1");
  check(typeof record.chainId === "string" && /^[1-9][0-9]*$/.test(record.chainId), "chainId", "a decimal string");
  for (const field of ["network", "commit", "deployedAt"]) check(typeof record[field] === "string", field, "a string");
  for (const [name, value] of Object.entries(object(record.parameters, "parameters"))) {
    check(["string", "number", "boolean"].includes(typeof value), `parameters.${name}`, "a string, number or boolean");
  }
  for (const [name, value] of Object.entries(object(record.contracts, "contracts"))) {
    const field = `contracts.${name}`;
    const { address, deployBlock, transactionHash, codeHash } = object(value, field);
    check(isAddress(address), `${field}.address`, "an address");
    check(Number.isSafeInteger(deployBlock) && Number(deployBlock) >= 0, `${field}.deployBlock`, "a block number");
    check(isHex(transactionHash, 32), `${field}.transactionHash`, "32 bytes of hex");
    check(isHex(codeHash, 32), `${field}.codeHash`, "32 bytes of hex");
  }
  return json as Deployment;
}

function object(value: unknown, field: string): Record<string, unknown> {
  check(typeof value === "object" && value !== null && !Array.isArray(value), field, "an object");
  return value as Record<string, unknown>;
}

function check(valid: boolean, field: string, expected: string): void {
  if (valid) return;
  throw new ConfigurationError("INVALID_DEPLOYMENT", `deployment record: ${field} must be ${expected}`);
}
