import type { Deployment } from "@freehold/sdk";
import type { NetworkConnection } from "hardhat/types/network";
import { deploy, type Parameters, readParameters } from "../../../scripts/lib/deployment.ts";

/** Deploys through the same Ignition module as a testnet, with the local parameters and those that are to be others. */
export async function deployFreehold(connection: NetworkConnection, changes: Parameters = {}): Promise<Deployment> {
  const { module, parameters } = await readParameters("local");
  return deploy(connection, { network: "local", throwaway: true, module, parameters: { ...parameters, ...changes } });
}
