import { type BaseContract, Contract, type ContractRunner, Interface, type InterfaceAbi } from "ethers";
import {
  accessManagerAbi,
  commitGroth16FactoryAbi,
  datasetRegistryAbi,
  dcapCollateralAbi,
  dcapVerifierAbi,
  deltaLedgerAbi,
  developmentTeeVerifierAbi,
  groth16FactoryAbi,
  inferenceArbiterAbi,
  inferenceEscrowAbi,
  modelRegistryAbi,
  nitroCertStoreAbi,
  nitroVerifierAbi,
  nodeRegistryAbi,
  proofKeysAbi,
  testTokenAbi,
  versionProofsAbi,
  zkTeeVerifierAbi,
} from "./abis/index.js";
import type { AccessManager } from "./abis/types/AccessManager.js";
import type { CommitGroth16Factory } from "./abis/types/CommitGroth16Factory.js";
import type { TypedContractEvent, TypedContractMethod } from "./abis/types/common.js";
import type { DatasetRegistry } from "./abis/types/DatasetRegistry.js";
import type { DcapCollateral } from "./abis/types/DcapCollateral.js";
import type { DcapVerifier } from "./abis/types/DcapVerifier.js";
import type { DeltaLedger } from "./abis/types/DeltaLedger.js";
import type { DevelopmentTeeVerifier } from "./abis/types/DevelopmentTeeVerifier.js";
import type { Groth16Factory } from "./abis/types/Groth16Factory.js";
import type { InferenceArbiter } from "./abis/types/InferenceArbiter.js";
import type { InferenceEscrow } from "./abis/types/InferenceEscrow.js";
import type { ModelRegistry } from "./abis/types/ModelRegistry.js";
import type { NitroCertStore } from "./abis/types/NitroCertStore.js";
import type { NitroVerifier } from "./abis/types/NitroVerifier.js";
import type { NodeRegistry } from "./abis/types/NodeRegistry.js";
import type { ProofKeys } from "./abis/types/ProofKeys.js";
import type { TestToken } from "./abis/types/TestToken.js";
import type { VersionProofs } from "./abis/types/VersionProofs.js";
import type { ZkTeeVerifier } from "./abis/types/ZkTeeVerifier.js";
import type { Plain } from "./plain.js";

/** Contracts of a deployment by their name in its record, with TypeChain's types. */
export interface Contracts {
  AccessManager: AccessManager;
  /** Makes verifiers of tier 2's keys; experimental. */
  CommitGroth16Factory: CommitGroth16Factory;
  DatasetRegistry: DatasetRegistry;
  /** Where Intel's certificates and collateral are. */
  DcapCollateral: DcapCollateral;
  DcapVerifier: DcapVerifier;
  DeltaLedger: DeltaLedger;
  /** On development deployments only. */
  DevelopmentTeeVerifier: DevelopmentTeeVerifier;
  /** Makes verifiers of keys. */
  Groth16Factory: Groth16Factory;
  InferenceArbiter: InferenceArbiter;
  InferenceEscrow: InferenceEscrow;
  ModelRegistry: ModelRegistry;
  /** Where enclaves of AWS Nitro are accepted. */
  NitroCertStore: NitroCertStore;
  NitroVerifier: NitroVerifier;
  NodeRegistry: NodeRegistry;
  /** Which verifier speaks for which circuit. */
  ProofKeys: ProofKeys;
  /** ERC-20 of channels and stakes, with EIP-2612 and EIP-3009. */
  Token: TestToken;
  VersionProofs: VersionProofs;
  /** Where governance accepts a zkVM's proofs of documents of AWS Nitro. */
  ZkTeeVerifier: ZkTeeVerifier;
}

export type ContractName = keyof Contracts;

const ABIS: Readonly<Record<ContractName, InterfaceAbi>> = {
  AccessManager: accessManagerAbi,
  CommitGroth16Factory: commitGroth16FactoryAbi,
  DatasetRegistry: datasetRegistryAbi,
  DcapCollateral: dcapCollateralAbi,
  DcapVerifier: dcapVerifierAbi,
  DeltaLedger: deltaLedgerAbi,
  DevelopmentTeeVerifier: developmentTeeVerifierAbi,
  Groth16Factory: groth16FactoryAbi,
  InferenceArbiter: inferenceArbiterAbi,
  InferenceEscrow: inferenceEscrowAbi,
  ModelRegistry: modelRegistryAbi,
  NitroCertStore: nitroCertStoreAbi,
  NitroVerifier: nitroVerifierAbi,
  NodeRegistry: nodeRegistryAbi,
  ProofKeys: proofKeysAbi,
  Token: testTokenAbi,
  VersionProofs: versionProofsAbi,
  ZkTeeVerifier: zkTeeVerifierAbi,
};

const interfaces = new Map<ContractName, Interface>();

/** ethers' Interface of a contract. */
export function interfaceOf(name: ContractName): Interface {
  let found = interfaces.get(name);
  if (found === undefined) {
    found = new Interface(ABIS[name]);
    interfaces.set(name, found);
  }
  return found;
}

/** An ethers Contract with TypeChain's types: for events, filters and whatever the actions do not cover. */
export function contractAt<N extends ContractName>(
  name: N,
  address: string,
  runner: ContractRunner | null,
): Contracts[N] {
  return new Contract(address, interfaceOf(name), runner) as unknown as Contracts[N];
}

/** Names of a contract's functions. */
export type MethodName<N extends ContractName> = Exclude<keyof Contracts[N], keyof BaseContract> & string;

/** Arguments of a function, as TypeChain types them. */
export type MethodArgs<N extends ContractName, M extends MethodName<N>> =
  Contracts[N][M] extends TypedContractMethod<infer Args, infer _Return, infer _Mutability> ? Args : never;

/** The same, in a place where an array literal is to be taken for a tuple. */
export type MethodArgsLiteral<N extends ContractName, M extends MethodName<N>> = MethodArgs<N, M> | [];

/** What a function returns: a value, or an object when it returns several. */
export type MethodReturn<N extends ContractName, M extends MethodName<N>> =
  Contracts[N][M] extends TypedContractMethod<infer _Args, infer Return, infer _Mutability>
    ? Return extends readonly [infer Value]
      ? Plain<Value>
      : never
    : never;

/** Names of a contract's events. */
export type EventName<N extends ContractName> = keyof Contracts[N]["filters"] & string;

/** Values of an event by name. */
export type EventValues<N extends ContractName, E extends EventName<N>> =
  Contracts[N]["filters"][E] extends TypedContractEvent<infer _Input, infer _Output, infer Values>
    ? { [K in keyof Values]: Plain<Values[K]> }
    : never;
