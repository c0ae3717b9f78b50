import { toHex } from "@freehold/sdk";
import { measureQuote, nitroMeasurementId } from "@freehold/sdk/attestation";
import { type Addresses, developmentProvider, type PrepareEvidence } from "@freehold/worker";
import { decode } from "cborg";
import { openNsm } from "../../../../worker/dist/enclave/nitro/device.js";
import { readNitroDocument } from "../../../../worker/dist/enclave/nitro/document.js";
import { nitroProvider } from "../../../../worker/dist/enclave/nitro/provider.js";
import { dstackProvider } from "../../../../worker/dist/enclave/tdx/dstack.js";
import { tdxProvider } from "../../../../worker/dist/enclave/tdx/kernel.js";
import { genuine } from "../../utils/vectors.ts";
import { FakeAgent } from "./dstack.ts";
import { FakeNsm, madeDocument } from "./nsm.ts";
import { quoting } from "./quoting.ts";
import type { OpenProvider } from "./served.ts";
import { FakeTsm } from "./tsm.ts";

/** Hardware that stands behind a worker: its platform's interface is spoken for real, its signatures are made for the request. */
export interface Hardware {
  readonly measurementId: `0x${string}`;
  /** Opens the environment as a process that starts does. */
  readonly open: OpenProvider;
  remove(): Promise<void> | void;
}

/** Addresses under which the test root's verifier judges every family: nobody can make genuine evidence for a local chain. */
export function withVerifiers(addresses: Addresses): Addresses {
  const { developmentTeeVerifier } = addresses;
  return { ...addresses, nitroVerifier: developmentTeeVerifier, dcapVerifier: developmentTeeVerifier };
}

/**
 * Turns raw evidence into a report of the test root which says what the raw evidence says, and nothing that was not in it: the chain compares its
 * measurement and binding.
 */
const prepare: PrepareEvidence = async (raw, { kind, verifier, chainId, now }) => {
  const { measurementId, binding } = kind === "nitro" ? ofDocument(raw) : ofQuote(raw);
  return developmentProvider(measurementId).attest({ binding, verifier, chainId, now });
};

function ofDocument(raw: Uint8Array) {
  const { measurementId, userData } = readNitroDocument(raw);
  return { measurementId, binding: toHex(userData ?? new Uint8Array()) };
}

function ofQuote(raw: Uint8Array) {
  const { measurementId, reportData } = measureQuote(raw);
  return { measurementId, binding: toHex(reportData.subarray(0, 32)) };
}

/** A Nitro enclave whose image is told apart by `image`. */
export function nitroHardware(context: Mocha.Context, image: number): Hardware {
  const nsm = FakeNsm.create(context);
  const pcrs = [1, 2, 3].map((index) => new Uint8Array(48).fill(16 * index + image));
  const [pcr0, pcr1, pcr2] = pcrs as [Uint8Array, Uint8Array, Uint8Array];
  nsm.putPcrs(pcrs);
  return {
    measurementId: nitroMeasurementId({ pcr0, pcr1, pcr2 }),
    async open() {
      const device = await openNsm(nsm.path, nsm.library);
      const request = (message: Uint8Array) => {
        const asked = (decode(message) as { Attestation?: Record<string, Uint8Array> }).Attestation;
        if (asked !== undefined) {
          const { user_data: userData = null, nonce = null, public_key: publicKey = null } = asked;
          nsm.putDocument(madeDocument({ pcrs, userData, nonce, publicKey }));
        }
        return device.request(message);
      };
      return nitroProvider({ request, close: () => device.close() }, prepare);
    },
    remove: () => nsm.remove(),
  };
}

/** A TDX domain behind the kernel's interface, with the measurement of a genuine quote. */
export function tdxHardware(context: Mocha.Context): Hardware {
  const quote = genuine(context, "intel/quotes/phala-tdx-v4.bin");
  const tsm = new FakeTsm(quoting(quote));
  return {
    measurementId: measureQuote(quote).measurementId,
    open: () => tdxProvider({ directory: tsm.directory, files: tsm }, prepare),
    remove: () => tsm.remove(),
  };
}

/** A TDX domain behind a guest agent, with the measurement of a genuine quote. */
export async function dstackHardware(context: Mocha.Context, keyProvider: string): Promise<Hardware> {
  const quote = genuine(context, "intel/quotes/google-tdx-v5.bin");
  const agent = new FakeAgent(quoting(quote));
  agent.keyProvider = keyProvider;
  await agent.listen();
  return {
    measurementId: measureQuote(quote).measurementId,
    open: () => dstackProvider(agent.path, prepare),
    remove: () => agent.close(),
  };
}
