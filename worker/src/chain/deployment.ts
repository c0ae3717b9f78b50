import { readFileSync } from "node:fs";
import type { Deployment } from "@freehold/sdk";
import { getAddress } from "ethers";
import { reason, UsageError } from "../errors.js";

/** Addresses of the contracts that a worker talks to. */
export interface Addresses {
  readonly chainId: bigint;
  readonly modelRegistry: string;
  readonly deltaLedger: string;
  readonly nodeRegistry: string;
  readonly inferenceEscrow: string;
  /** Absent from production deployments. */
  readonly developmentTeeVerifier: string | undefined;
}

/** Reads `deployments/<chainId>.json`. Throws `USAGE` for a file that is none. */
export function readDeployment(file: string): Addresses {
  let deployment: Deployment;
  try {
    deployment = JSON.parse(readFileSync(file, "utf8")) as Deployment;
  } catch (cause) {
    throw new UsageError(`--deployment ${file} cannot be read (${reason(cause)}): pass a deployments/<chainId>.json`, {
      cause,
    });
  }
  const address = (name: string): string => {
    const value: unknown = deployment.contracts?.[name]?.address;
    try {
      return getAddress(String(value));
    } catch (cause) {
      throw new UsageError(`--deployment ${file} has no address of ${name}`, { cause });
    }
  };
  if (typeof deployment.chainId !== "string" || !/^[1-9][0-9]*$/.test(deployment.chainId)) {
    throw new UsageError(`--deployment ${file} has no chainId`);
  }
  return {
    chainId: BigInt(deployment.chainId),
    modelRegistry: address("ModelRegistry"),
    deltaLedger: address("DeltaLedger"),
    nodeRegistry: address("NodeRegistry"),
    inferenceEscrow: address("InferenceEscrow"),
    developmentTeeVerifier:
      deployment.contracts.DevelopmentTeeVerifier === undefined ? undefined : address("DevelopmentTeeVerifier"),
  };
}
