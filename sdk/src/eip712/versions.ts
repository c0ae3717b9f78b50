import { AbiCoder, concat, id, keccak256, TypedDataEncoder } from "ethers";
import type { Hex } from "../hex.js";
import type { TypedField } from "./types.js";

/** What zero-knowledge proofs speak about; all zero where no circuit expresses the model. */
export interface Commitments {
  poseidonRoot: Hex;
  pedersenX: bigint;
  pedersenY: bigint;
}

/** What a model is: written once when it is deployed. */
export interface ModelAnchor {
  /** SHA-256 Merkle root of the weights file; as a number it is the model's id. */
  weightsRoot: Hex;
  /** Bytes of that file. */
  byteLength: bigint;
  /** SHA-256 of the architecture file. */
  architectureHash: Hex;
  commitments: Commitments;
}

/** How a delta's file changes the weights before it (`DeltaFormat` of the contracts). */
export const DeltaFormat = { Dense: 0, Sparse: 1, Lora: 2 } as const;
export type DeltaFormat = (typeof DeltaFormat)[keyof typeof DeltaFormat];

/** The result of one fine-tuning session, as it is anchored. */
export interface Delta {
  /** SHA-256 Merkle root of the delta's file. */
  weightsRoot: Hex;
  /** Bytes of that file. */
  byteLength: bigint;
  format: DeltaFormat;
  /** Of the weights after the delta. */
  commitments: Commitments;
}

export const ZERO_HASH: Hex = `0x${"00".repeat(32)}`;
export const ZERO_ADDRESS: Hex = `0x${"00".repeat(20)}`;
/** Commitments of a model that no circuit expresses. */
export const NO_COMMITMENTS: Commitments = { poseidonRoot: ZERO_HASH, pedersenX: 0n, pedersenY: 0n };

const COMMITMENT_FIELDS: TypedField[] = [
  { name: "poseidonRoot", type: "bytes32" },
  { name: "pedersenX", type: "uint256" },
  { name: "pedersenY", type: "uint256" },
];

const MODEL_ANCHOR: Record<string, TypedField[]> = {
  ModelAnchor: [
    { name: "weightsRoot", type: "bytes32" },
    { name: "byteLength", type: "uint64" },
    { name: "architectureHash", type: "bytes32" },
    ...COMMITMENT_FIELDS,
  ],
};

const DELTA_ANCHOR: Record<string, TypedField[]> = {
  DeltaAnchor: [
    { name: "weightsRoot", type: "bytes32" },
    { name: "byteLength", type: "uint64" },
    { name: "format", type: "uint8" },
    { name: "datasetsHash", type: "bytes32" },
    ...COMMITMENT_FIELDS,
  ],
};

const VERSION: Record<string, TypedField[]> = {
  Version: [
    { name: "parent", type: "bytes32" },
    { name: "delta", type: "bytes32" },
  ],
};

const encode = (types: string[], values: unknown[]): Hex =>
  keccak256(AbiCoder.defaultAbiCoder().encode(types, values)) as Hex;

/** Version hash of a base, h(0): the struct hash of its anchor, the same on every chain. */
export function hashModelAnchor({ commitments, ...anchor }: ModelAnchor): Hex {
  return TypedDataEncoder.hashStruct("ModelAnchor", MODEL_ANCHOR, { ...anchor, ...commitments }) as Hex;
}

/** EIP-712 hash of the ids of the datasets that a delta cites, in the order given to `append`. */
export function datasetsHash(datasetIds: readonly Hex[]): Hex {
  return keccak256(concat(datasetIds)) as Hex;
}

/** Struct hash of a delta and the datasets that it cites: what `Append` signs. */
export function hashDeltaAnchor({ commitments, ...delta }: Delta, datasetIds: readonly Hex[] = []): Hex {
  const value = { ...delta, ...commitments, datasetsHash: datasetsHash(datasetIds) };
  return TypedDataEncoder.hashStruct("DeltaAnchor", DELTA_ANCHOR, value) as Hex;
}

/** Version hash h(n) that the delta with this anchor makes of its parent h(n-1). */
export function versionHash(parent: Hex, deltaAnchor: Hex): Hex {
  return TypedDataEncoder.hashStruct("Version", VERSION, { parent, delta: deltaAnchor }) as Hex;
}

/** Id of an account's line on a model. */
export function lineIdOf(modelId: bigint, account: string): Hex {
  return encode(["uint256", "address"], [modelId, account]);
}

/** Id of the dataset that `owner` commits to with this root. */
export function datasetIdOf(owner: string, root: Hex): Hex {
  return encode(["address", "bytes32"], [owner, root]);
}

/** What an enclave's evidence must commit to. */
export interface EnclaveBinding {
  chainId: bigint;
  nodeRegistry: string;
  node: string;
  receiptKey: string;
  hpkePublicKey: Hex;
  /** Digest of the versions that the enclave loaded, or zero. */
  versionSet: Hex;
  challengeBlock: bigint;
  /** Hash of that block. */
  challengeHash: Hex;
}

/** The 32 bytes that evidence commits to; equal to `NodeRegistry.bindingOf`. */
export function bindingOf(binding: EnclaveBinding): Hex {
  return encode(
    ["bytes32", "uint256", "address", "address", "address", "bytes32", "bytes32", "uint64", "bytes32"],
    [
      id("Freehold enclave binding v1"),
      binding.chainId,
      binding.nodeRegistry,
      binding.node,
      binding.receiptKey,
      keccak256(binding.hpkePublicKey),
      binding.versionSet,
      binding.challengeBlock,
      binding.challengeHash,
    ],
  );
}
