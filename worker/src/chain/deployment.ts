import { readFileSync } from "node:fs";
import { type Deployment, parseDeployment, TEE_VERIFIERS } from "@freehold/sdk";
import { getAddress } from "ethers";
import type { TeeKind } from "../enclave/provider.js";
import { OperatorError, reason, UsageError } from "../errors.js";

/** Addresses of the contracts that a worker talks to. */
export interface Addresses {
  readonly chainId: bigint;
  readonly modelRegistry: string;
  readonly deltaLedger: string;
  readonly nodeRegistry: string;
  readonly inferenceEscrow: string;
  readonly inferenceArbiter: string;
  readonly versionProofs: string;
  /** Makes verifiers of tier 2; records from before tier 2 have none. */
  readonly commitGroth16Factory: string | undefined;
  /** Absent from production deployments. */
  readonly developmentTeeVerifier: string | undefined;
  /** Verifier of AWS Nitro enclaves, where the deployment has one. */
  readonly nitroVerifier?: string | undefined;
  /** Verifier of Intel's quotes, where the deployment has one. */
  readonly dcapVerifier?: string | undefined;
  /** The record that they are from. */
  readonly deployment: Deployment;
}

/** Reads a deployment record, `deployments/<chainId>.json`. Throws `USAGE` for a file that is none. */
export function readRecord(file: string): Deployment {
  try {
    return parseDeployment(JSON.parse(readFileSync(file, "utf8")));
  } catch (cause) {
    throw new UsageError(`--deployment ${file} cannot be read (${reason(cause)}): pass a deployments/<chainId>.json`, {
      cause,
    });
  }
}

/** Address of a contract of a record. Throws `USAGE` when `file` has none. */
export function addressIn(deployment: Deployment, name: string, file: string): string {
  const address = deployment.contracts[name]?.address;
  if (address === undefined) throw new UsageError(`--deployment ${file} has no ${name}`);
  return getAddress(address);
}

/** Reads the addresses of a record. Throws `USAGE` for a file that is none, or that lacks one. */
export function readDeployment(file: string): Addresses {
  const deployment = readRecord(file);
  const address = (name: string) => addressIn(deployment, name, file);
  const optional = (name: string) => (deployment.contracts[name] === undefined ? undefined : address(name));
  return {
    chainId: BigInt(deployment.chainId),
    modelRegistry: address("ModelRegistry"),
    deltaLedger: address("DeltaLedger"),
    nodeRegistry: address("NodeRegistry"),
    inferenceEscrow: address("InferenceEscrow"),
    inferenceArbiter: address("InferenceArbiter"),
    versionProofs: address("VersionProofs"),
    commitGroth16Factory: optional("CommitGroth16Factory"),
    developmentTeeVerifier: optional(TEE_VERIFIERS.development),
    nitroVerifier: optional(TEE_VERIFIERS.nitro),
    dcapVerifier: optional(TEE_VERIFIERS.dcap),
    deployment,
  };
}

/** The contract that verifies a family of environments. Throws `NO_VERIFIER` when the deployment has none. */
export function verifierOf(addresses: Addresses, kind: TeeKind): string {
  const { developmentTeeVerifier, nitroVerifier, dcapVerifier } = addresses;
  const [name, address] = {
    development: [TEE_VERIFIERS.development, developmentTeeVerifier],
    nitro: [TEE_VERIFIERS.nitro, nitroVerifier],
    tdx: [TEE_VERIFIERS.dcap, dcapVerifier],
    dstack: [TEE_VERIFIERS.dcap, dcapVerifier],
  }[kind];
  if (address !== undefined) return address;
  throw new OperatorError(
    "NO_VERIFIER",
    `this deployment has no ${name}: it takes no ${kind} TEE; choose another --tee, or a --deployment that has one`,
  );
}
