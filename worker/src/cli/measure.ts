import { readFileSync } from "node:fs";
import { FreeholdError, type Hex } from "@freehold/sdk";
import { MeasurementError, measureQuote, nitroMeasurementId } from "@freehold/sdk/attestation";
import { readNitroDocument } from "../enclave/nitro/document.js";
import { openProvider } from "../enclave/open.js";
import { reason, UsageError, WorkerError } from "../errors.js";
import { type ServeOptions, teeOf } from "./options.js";

/** Prints a measurement id: of the environment that this runs in, or of what a file says. */
export async function measureCommand(
  options: Pick<ServeOptions, "tee" | "teePath"> & { readonly of?: string },
): Promise<void> {
  const { of: file } = options;
  console.log(file === undefined ? (await openProvider(teeOf(options))).measurementId : measureFile(file));
}

function measureFile(file: string): Hex {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    throw new UsageError(`--of ${file} cannot be read (${reason(cause)})`);
  }
  const failures: string[] = [];
  for (const measure of [ofNitroCli, ofQuote, ofDocument]) {
    try {
      const { measurementId, debug } = measure(bytes);
      if (debug) throw new UsageError(`--of ${file} is of debug mode, which no chain accepts`);
      return measurementId;
    } catch (error) {
      if (error instanceof UsageError) throw error;
      if (!(error instanceof FreeholdError || error instanceof WorkerError)) throw error;
      failures.push(error.message);
    }
  }
  throw new UsageError(`--of ${file} is nothing that can be measured (${failures.join("; ")})`);
}

type Measured = { readonly measurementId: Hex; readonly debug: boolean };

/** `{"Measurements": {"HashAlgorithm": "Sha384 { ... }", "PCR0": "…", "PCR1": "…", "PCR2": "…"}}`, with text around it or not. */
function ofNitroCli(bytes: Uint8Array): Measured {
  const text = new TextDecoder().decode(bytes);
  const [pcr0, pcr1, pcr2] = [0, 1, 2].map((index) => {
    const found = new RegExp(`"PCR${index}"\\s*:\\s*"([0-9a-f]{96})"`, "i").exec(text)?.[1];
    if (found === undefined) throw new MeasurementError(`it names no PCR${index} of 48 bytes`);
    return new Uint8Array(Buffer.from(found, "hex"));
  }) as [Uint8Array, Uint8Array, Uint8Array];
  return { measurementId: nitroMeasurementId({ pcr0, pcr1, pcr2 }), debug: false };
}

function ofQuote(bytes: Uint8Array): Measured {
  return measureQuote(bytes);
}

function ofDocument(bytes: Uint8Array): Measured {
  return readNitroDocument(bytes);
}
