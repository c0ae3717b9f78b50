import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Contracts, contractAt } from "@freehold/sdk";
import { cachedCertificates, chainHints, chainIds, nitroAux, parseNitroDocument } from "@freehold/sdk/attestation";
import { expect } from "chai";
import { hexlify, keccak256 } from "ethers";
import { network } from "hardhat";
import { vectorsOf } from "../../utils/vectors.ts";
import { deployP384, deploySha384 } from "./crypto.ts";

export type Connection = Awaited<ReturnType<typeof network.create>>;

export interface Nitro {
  readonly connection: Connection;
  readonly store: Contracts["NitroCertStore"];
  readonly verifier: Contracts["NitroVerifier"];
}

/** Below the cap of EIP-7825, so that no estimation is needed. */
export const GAS = { gasLimit: 16_777_216n };

/** A chain of its own, with Osaka's rules, on which it is `at` (Unix seconds) now. */
export function chainAt(at: number): Promise<Connection> {
  return network.create({ network: "local", override: { hardfork: "osaka", initialDate: new Date(at * 1000) } });
}

/** Store and verifier below a root. */
export async function deployNitro(connection: Connection, root: Uint8Array): Promise<Nitro> {
  const { ethers } = connection;
  const [sha384, p384] = [await deploySha384(connection), await deployP384(connection)];
  const [signer] = await ethers.getSigners();
  const store = await ethers.deployContract("NitroCertStore", [keccak256(root), sha384, p384]);
  const verifier = await ethers.deployContract("NitroVerifier", [store, sha384, p384]);
  return {
    connection,
    store: contractAt("NitroCertStore", await store.getAddress(), signer!),
    verifier: contractAt("NitroVerifier", await verifier.getAddress(), signer!),
  };
}

/** Mines a block at `at` and has calls see it; the next transaction may come a second later at the earliest. */
export async function goTo({ networkHelpers }: Connection, at: number): Promise<void> {
  await networkHelpers.time.increaseTo(at);
}

/** Sends the next transaction at this second. */
export async function atNext({ networkHelpers }: Connection, at: number): Promise<void> {
  await networkHelpers.time.setNextBlockTimestamp(at);
}

/** Caches a chain in one transaction; gives its ids, the root's first. */
export async function cacheChain({ store }: Nitro, chain: readonly Uint8Array[]): Promise<string[]> {
  const cached = await cachedCertificates(chain, store);
  await store.submitChain([...chain], chainHints(chain, cached), GAS);
  return chainIds(chain);
}

/** `aux` with hints for what is not cached, or nothing when the document is none. */
export async function auxFor({ store }: Nitro, evidence: Uint8Array): Promise<string> {
  return nitroAux(parseNitroDocument(evidence), store);
}

/** First and last second in which all certificates of a document are valid; one has none. */
const WINDOWS: Readonly<Record<string, readonly [number, number]>> = {
  "base-2024-11-30": [1732983765, 1732994568],
  "evervault-2022-10-12-debug": [1665582591, 1665593394],
  "evervault-2022-10-13": [1665651479, 1665662282],
  "blocky-2024-09-07-max": [1725719856, 1725730659],
  "blocky-2024-09-07-max-debug": [1725719883, 1725730686],
};

/** A genuine document, and what is known of it. */
export interface Vector {
  readonly name: string;
  readonly evidence: Uint8Array;
  readonly window?: readonly [number, number];
  readonly isDebug: boolean;
}

export interface Vectors {
  readonly root: Uint8Array;
  readonly documents: readonly Vector[];
  /** us-east-1 in April 2026: root, regional, zonal, instance. */
  readonly chain: readonly Uint8Array[];
}

/** The genuine documents; undefined, said aloud, when the vectors are not there. */
export function nitroVectors(): Vectors | undefined {
  const directory = vectorsOf("nitro");
  if (directory === undefined) return undefined;
  const names = readdirSync(directory).filter((name) => name.endsWith(".cose"));
  const chain = readdirSync(join(directory, "chain-2026-04")).sort();
  return {
    root: read(directory, "AWS_NitroEnclaves_Root-G1.der"),
    documents: names.map((file) => vectorOf(directory, file.replace(/\.cose$/, ""))),
    chain: chain.map((file) => read(directory, "chain-2026-04", file)),
  };
}

function vectorOf(directory: string, name: string): Vector {
  const window = WINDOWS[name];
  const evidence = read(directory, `${name}.cose`);
  return { name, evidence, ...(window === undefined ? {} : { window }), isDebug: name.endsWith("-debug") };
}

const read = (...path: string[]): Uint8Array => new Uint8Array(readFileSync(join(...path)));

export const hex = (bytes: Uint8Array): string => hexlify(bytes);

/** Fails unless the call reverts with this error, of the verifier, the store, or a reader in one of them. */
export async function expectRefused({ store, verifier }: Nitro, call: Promise<unknown>, error: string): Promise<void> {
  const isStores = store.interface.getError(error) !== null;
  await expect(call).to.be.revertedWithCustomError(isStores ? store : verifier, error);
}
