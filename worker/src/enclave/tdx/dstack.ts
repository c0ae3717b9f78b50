import { existsSync } from "node:fs";
import type { DstackClient } from "@phala/dstack-sdk";
import { reason } from "../../errors.js";
import { absent, failed } from "../absent.js";
import { asIs, type PrepareEvidence } from "../prepare.js";
import type { EnclaveProvider } from "../provider.js";
import { sealerOf } from "../sealer.js";
import { attestDomain, measureDomain } from "./quote.js";

/** Where dstack mounts the guest agent's socket, as its SDK looks for it. */
export const DSTACK_PATHS = [
  "/var/run/dstack.sock",
  "/run/dstack.sock",
  "/var/run/dstack/dstack.sock",
  "/run/dstack/dstack.sock",
];

/** Names the sealing key among the application's. */
const KEY_PATH = "freehold/worker/sealing/v1";
/** Bytes of the agent's secp256k1 keys, which serve as the secret that the sealing key is derived from. */
const KEY_LENGTH = 32;

/**
 * Key providers whose keys are bound to the measurement. A KMS gives an application's keys to every version of it that the application's owner
 * allows: the operator could read this code's keys with code of his own, and receipts under this measurement would prove nothing.
 */
const BOUND_TO_CODE = ["local-sgx"];

/**
 * An Intel TDX domain of dstack, by its guest agent. Keys are sealed where the agent's keys are bound to the measurement, and live in memory
 * otherwise.
 * @param path the agent's socket or, of a simulator, its URL; default: the first of {@link DSTACK_PATHS} that exists
 * Throws `TEE_ABSENT`, `TEE_DEBUG` or `TEE_FAILED`.
 */
export async function dstackProvider(path?: string, prepare: PrepareEvidence = asIs): Promise<EnclaveProvider> {
  const kind = "dstack";
  const client = await connect(path);
  const getQuote = async (reportData: Uint8Array) => {
    const { quote } = await asked("GetQuote", client.getQuote(reportData));
    const hex = typeof quote === "string" ? quote.replace(/^0x/, "") : "";
    if (!/^(?:[0-9a-f]{2})+$/i.test(hex)) throw failed(kind, "the guest agent answered no quote");
    return new Uint8Array(Buffer.from(hex, "hex"));
  };
  const measurementId = await measureDomain(kind, getQuote);
  const tee = {
    kind,
    measurementId,
    attest: (request: Parameters<EnclaveProvider["attest"]>[0]) =>
      attestDomain({ kind, measurementId, getQuote, prepare }, request),
  } as const;
  if (!BOUND_TO_CODE.includes(await keyProvider(client))) return { ...tee, seals: false };
  const { key } = await asked("GetKey", client.getKey(KEY_PATH, "freehold sealing key"));
  if (key.length !== KEY_LENGTH) throw failed(kind, `the guest agent answered a key of ${key.length} bytes`);
  return { ...tee, seals: true, ...sealerOf(key, measurementId) };
}

async function connect(path: string | undefined): Promise<DstackClient> {
  // The SDK would fall back to a simulator that an environment variable names: only what the operator named counts.
  const endpoint = path ?? DSTACK_PATHS.find((each) => existsSync(each));
  const isUrl = endpoint !== undefined && /^https?:\/\//.test(endpoint);
  if (endpoint === undefined || !(isUrl || existsSync(endpoint))) {
    const looked = endpoint === undefined ? DSTACK_PATHS.join(", ") : endpoint;
    const remedy = "mount the agent's socket into the container (worker/image/README.md), or choose another --tee";
    throw absent("dstack", `no socket at ${looked}`, remedy);
  }
  const { DstackClient } = await import("@phala/dstack-sdk");
  return new DstackClient(endpoint);
}

/** Name of what gives the agent its keys; empty when it does not say. */
async function keyProvider(client: DstackClient): Promise<string> {
  const { key_provider_info: info } = await asked("Info", client.info());
  try {
    const { name } = JSON.parse(info) as { name?: unknown };
    return typeof name === "string" ? name : "";
  } catch {
    return "";
  }
}

/** The SDK's answer. It takes an error of the agent for an answer without fields, and fails on them: that is the agent's failure too. */
async function asked<T>(what: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== undefined && ["ECONNREFUSED", "ENOENT", "EACCES"].includes(code)) {
      throw absent(
        "dstack",
        `nobody answers (${code})`,
        "check that the guest agent runs and its socket is mounted",
        error,
      );
    }
    throw failed("dstack", `the guest agent did not answer ${what} (${reason(error)})`, error);
  }
}
