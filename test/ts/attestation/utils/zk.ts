import { type Contracts, contractAt, type Hex } from "@freehold/sdk";
import { encodeZkJournal, type ZkJournal, zkEvidence, zkJournalOf } from "@freehold/sdk/attestation";
import { expect } from "chai";
import { getBytes, id, keccak256, type Result } from "ethers";
import { concat } from "./der.ts";
import type { Connection } from "./nitro.ts";

/** ProofSystem of IZkTeeVerifier. */
export const SYSTEMS = { SP1: 0, "RISC Zero": 1 } as const;
export type System = keyof typeof SYSTEMS;
export const systems = Object.keys(SYSTEMS) as System[];

export const ROUTE: Hex = "0xa4594c59";
export const PROGRAM = id("the program that proves it") as Hex;

/** An adapter, and the stand-ins for a third party's gateway and verifier that it was constructed with. */
export async function deployZk(connection: Connection, store: { getAddress(): Promise<string> }, system: System) {
  const { ethers } = connection;
  const [signer] = await ethers.getSigners();
  const gateway = await ethers.deployContract("ZkGatewayStandIn");
  const prover = await ethers.deployContract("ZkVerifierStandIn");
  await gateway.getFunction("setRoute")(ROUTE, prover, false);
  const verifier = await ethers.deployContract("ZkTeeVerifier", [SYSTEMS[system], gateway, ROUTE, PROGRAM, store]);
  return { gateway, prover, verifier: contractAt("ZkTeeVerifier", await verifier.getAddress(), signer!) };
}

export interface Zk {
  readonly prover: { getFunction(name: string): (...args: unknown[]) => Promise<unknown> };
  readonly verifier: Contracts["ZkTeeVerifier"];
}

/** As long as a Groth16 proof of either system, selector included. */
export const proofOf = (journal: Uint8Array, route: Hex = ROUTE): Uint8Array =>
  concat(getBytes(route), ...Array.from({ length: 8 }, () => getBytes(keccak256(journal))));

/** Has the stand-in take a proof for one of these bytes, whatever they say; gives the evidence. */
export async function proveBytes({ prover }: Zk, journal: Uint8Array, program: Hex = PROGRAM): Promise<Uint8Array> {
  const proof = proofOf(journal);
  await prover.getFunction("register")(program, journal, proof);
  return concat(journal, proof);
}

/** Likewise for a journal that says of a document what an honest program would, but for `changes`. */
export async function prove(zk: Zk, document: Uint8Array, changes: Partial<ZkJournal> = {}): Promise<Uint8Array> {
  const journal = encodeZkJournal({ ...zkJournalOf(document), ...changes });
  const evidence = await proveBytes(zk, journal);
  expect(zkEvidence(journal, proofOf(journal))).to.equal(`0x${Buffer.from(evidence).toString("hex")}`);
  return evidence;
}

/** Fields of a report by their names: TypeChain's types do not know that ethers gives them so. */
export const fieldsOf = (report: object): Record<string, unknown> => (report as Result).toObject();
