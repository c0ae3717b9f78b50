import type { Hex } from "@freehold/sdk";
import { AbiCoder, computeAddress, id, Wallet } from "ethers";
import { measureCode } from "./measurement.js";
import type { AttestationRequest, Evidence, SealingProvider } from "./provider.js";
import { sealerOf } from "./sealer.js";

/**
 * Private key of the test root: the hash of a public string, so that anybody sees that its reports prove nothing.
 * Production deployments refuse it.
 */
const TEST_ROOT_KEY = id("freehold development TEE test root");

/** Address that DevelopmentTeeVerifier is deployed with. */
export const DEVELOPMENT_TEST_ROOT = computeAddress(TEST_ROOT_KEY);

const REPORT_TYPES = {
  DevelopmentReport: [
    { name: "measurementId", type: "bytes32" },
    { name: "binding", type: "bytes32" },
    { name: "issuedAt", type: "uint64" },
    { name: "validUntil", type: "uint64" },
    { name: "debug", type: "bool" },
    { name: "platformId", type: "bytes32" },
  ],
};
const REPORT_TUPLE = "tuple(bytes32,bytes32,uint64,uint64,bool,bytes32)";

/** Longer than any registration lives: the registry's own limit ends it. */
const REPORT_LIFE = 365n * 24n * 60n * 60n;
const NO_PLATFORM: Hex = `0x${"00".repeat(32)}`;

/** What a report of the test root needs to know of a request. */
export type DevelopmentRequest = Pick<AttestationRequest, "binding" | "verifier" | "chainId" | "now">;

/** The development provider, whose reports need less than an environment's of hardware. */
export interface DevelopmentProvider extends SealingProvider {
  attest(request: DevelopmentRequest): Promise<Evidence>;
}

/**
 * Stands for an enclave where there is no hardware: signs DevelopmentReport (contracts/attestation) with the test root,
 * and seals with a key that anybody can derive, as a TEE's sealing key would be derived from its hardware.
 */
export function developmentProvider(measurementId: Hex = measureCode()): DevelopmentProvider {
  return {
    kind: "development",
    measurementId,
    attest: (request) => attest(measurementId, request),
    seals: true,
    ...sealerOf(TEST_ROOT_KEY),
  };
}

async function attest(measurementId: Hex, request: DevelopmentRequest): Promise<Evidence> {
  const domain = {
    name: "Freehold Development TEE",
    version: "1",
    chainId: request.chainId,
    verifyingContract: request.verifier,
  };
  const report = {
    measurementId,
    binding: request.binding,
    // No time, as in a quote: the challenge block makes it fresh, and a chain without traffic has no time that is new enough.
    issuedAt: 0n,
    validUntil: request.now + REPORT_LIFE,
    debug: false,
    platformId: NO_PLATFORM,
  };
  const signature = await new Wallet(TEST_ROOT_KEY).signTypedData(domain, REPORT_TYPES, report);
  const evidence = AbiCoder.defaultAbiCoder().encode([REPORT_TUPLE, "bytes"], [Object.values(report), signature]);
  return { evidence: evidence as Hex, aux: "0x" };
}
