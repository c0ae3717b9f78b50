import { hexlify } from "ethers";
import type { network } from "hardhat";
import { p384Table } from "../../../../sdk/dist/attestation/index.js";

type Connection = Awaited<ReturnType<typeof network.create>>;

/** Creation code of a contract whose code is `code`: PUSH2 length, DUP1, PUSH1 10, RETURNDATASIZE, CODECOPY, RETURNDATASIZE, RETURN. */
export function dataContract(code: Uint8Array): string {
  return `0x61${code.length.toString(16).padStart(4, "0")}80600a3d393df3${hexlify(code).slice(2)}`;
}

/** Deploys the multiples of the generator that both P-384 contracts read. */
export async function deployP384Table({ ethers }: Connection): Promise<string> {
  const [signer] = await ethers.getSigners();
  const sent = await signer!.sendTransaction({ data: dataContract(p384Table()) });
  const address = (await sent.wait())?.contractAddress;
  if (address == null) throw new Error("the table was not deployed");
  return address;
}

/** P-384 with hints, and without. */
export async function deployP384(connection: Connection) {
  const table = await deployP384Table(connection);
  const plain = await connection.ethers.deployContract("P384Plain", [table]);
  const contract = await connection.ethers.deployContract("P384", [table, plain]);
  // A chain in another process may take a moment to mine it.
  return contract.waitForDeployment();
}

export const deploySha384 = ({ ethers }: Connection) => ethers.deployContract("Sha384");
