import { fromHex } from "@freehold/sdk";
import { isNitroDebug, nitroMeasurementId } from "@freehold/sdk/attestation";
import { WorkerError } from "../../errors.js";
import { debugMode, failed, mismatch } from "../absent.js";
import { asIs, type PrepareEvidence } from "../prepare.js";
import type { VolatileProvider } from "../provider.js";
import type { NsmDevice } from "./device.js";
import { readNitroDocument } from "./document.js";
import { attestationDocument, attestationRequest, describedPcr, describePcrRequest } from "./messages.js";

/**
 * An AWS Nitro enclave. The module signs documents and has no key to seal with: keys live in memory, for the enclave's life.
 * Throws `TEE_DEBUG` in an enclave that runs in debug mode, `TEE_FAILED` when the module does not answer.
 */
export function nitroProvider(device: NsmDevice, prepare: PrepareEvidence = asIs): VolatileProvider {
  const registers = { pcr0: pcr(device, 0), pcr1: pcr(device, 1), pcr2: pcr(device, 2) };
  if (isNitroDebug(registers)) throw debugMode("nitro", "PCR0 to PCR2 are zero, as in debug mode");
  const measurementId = nitroMeasurementId(registers);
  return {
    kind: "nitro",
    measurementId,
    seals: false,
    async attest(request) {
      const asked = {
        userData: fromHex(request.binding, 32),
        nonce: fromHex(request.challengeHash, 32),
        publicKey: fromHex(request.hpkePublicKey, 32),
      };
      const raw = attestationDocument(device.request(attestationRequest(asked)));
      const document = readNitroDocument(raw);
      for (const field of ["userData", "nonce", "publicKey"] as const) {
        if (Buffer.compare(document[field] ?? new Uint8Array(), asked[field]) !== 0) throw mismatch("nitro", field);
      }
      if (document.measurementId !== measurementId) {
        throw new WorkerError("MEASUREMENT_CHANGED", "--tee nitro: PCR0 to PCR2 are not those of the start");
      }
      return prepare(raw, { ...request, kind: "nitro" });
    },
  };
}

function pcr(device: NsmDevice, index: number): Uint8Array {
  const { locked, value } = describedPcr(device.request(describePcrRequest(index)));
  // The loader locks PCR0 to PCR15: one that can still be extended does not say what was loaded.
  if (!locked) throw failed("nitro", `PCR${index} is not locked`);
  return value;
}
