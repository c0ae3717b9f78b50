import type { Deployment } from "@freehold/sdk";
import type { NetworkConnection } from "hardhat/types/network";
import { deploy, readParameters } from "../../../scripts/lib/deployment.ts";

/** Deploys through the same Ignition module as a testnet, with the local parameters. */
export async function deployFreehold(connection: NetworkConnection): Promise<Deployment> {
  return deploy(connection, { network: "local", throwaway: true, ...(await readParameters("local")) });
}
