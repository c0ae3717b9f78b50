import { fromHex } from "../../hex.js";
import { type DownloadOptions, download } from "./download.js";
import { CollateralError } from "./errors.js";

/** Which of Intel's technologies: an SGX enclave, or a TDX domain. */
export type IntelTee = "sgx" | "tdx";

/** Who issues certificates of attestation keys: the CA of server platforms, or that of single processors. */
export type PckCa = "platform" | "processor";

/** A JSON body with Intel's signature over its bytes. */
export interface SignedJson {
  /** The body, byte for byte as it was signed. */
  readonly body: Uint8Array;
  /** r and s on P-256, 32 bytes each, over SHA-256 of the body. */
  readonly signature: Uint8Array;
  /** PEM: who signed, and who issued that certificate. */
  readonly issuerChain: string;
}

/** A revocation list. */
export interface IssuedCrl {
  readonly der: Uint8Array;
  /** PEM: who signed, and who issued that certificate. */
  readonly issuerChain: string;
}

/** Where Intel publishes collateral. */
export interface IntelCollateralSource {
  /** TCB info of a platform family. @param fmspc 12 hex digits */
  tcbInfo(tee: IntelTee, fmspc: string): Promise<SignedJson>;
  /** Identity of the quoting enclave. */
  qeIdentity(tee: IntelTee): Promise<SignedJson>;
  pckCrl(ca: PckCa): Promise<IssuedCrl>;
  /** Revocation list of the root. */
  rootCrl(): Promise<Uint8Array>;
}

export interface IntelPcsOptions extends DownloadOptions {
  /** Base URL of a service with the API of Intel's; default Intel's own. A caching service (PCCS) serves the same. */
  readonly url?: string;
  /** Where the root's revocation list lies; default Intel's own. */
  readonly rootCrlUrl?: string;
  /** `early` gives the newest TCB levels, `standard` those of the last recovery's second phase; default `standard`. */
  readonly update?: "early" | "standard";
}

const PCS = "https://api.trustedservices.intel.com";
const ROOT_CRL = "https://certificates.trustedservices.intel.com/IntelSGXRootCA.der";
const SIGNATURE = /^,"signature":"([0-9a-fA-F]{128})"\}$/;
/** Length of what {@link SIGNATURE} matches. */
const TAIL = ',"signature":""}'.length + 128;

/**
 * Client of Intel's Provisioning Certification Service, version 4 of its API ("Intel SGX and Intel TDX Provisioning Certification Service
 * for ECDSA Attestation"). Verifies nothing: the contracts do. Methods throw {@link CollateralError}.
 */
export function intelPcs(options: IntelPcsOptions = {}): IntelCollateralSource {
  const base = (options.url ?? PCS).replace(/\/+$/, "");
  const update = options.update ?? "standard";
  const certification = (tee: IntelTee) => `${base}/${tee}/certification/v4`;
  return {
    async tcbInfo(tee, fmspc) {
      if (!/^[0-9a-fA-F]{12}$/.test(fmspc)) {
        throw new CollateralError("COLLATERAL_MALFORMED", `an FMSPC has 12 hex digits: ${fmspc}`, {
          details: { fmspc },
        });
      }
      const url = `${certification(tee)}/tcb?fmspc=${fmspc.toLowerCase()}&update=${update}`;
      return signedJson(url, "tcbInfo", "TCB-Info-Issuer-Chain", options);
    },
    qeIdentity(tee) {
      const url = `${certification(tee)}/qe/identity?update=${update}`;
      return signedJson(url, "enclaveIdentity", "SGX-Enclave-Identity-Issuer-Chain", options);
    },
    async pckCrl(ca) {
      const url = `${certification("sgx")}/pckcrl?ca=${ca}&encoding=der`;
      const { bytes, headers } = await download(url, options);
      return { der: bytes, issuerChain: issuerChain(headers, "SGX-PCK-CRL-Issuer-Chain", url) };
    },
    async rootCrl() {
      return (await download(options.rootCrlUrl ?? ROOT_CRL, options)).bytes;
    },
  };
}

async function signedJson(url: string, name: string, header: string, options: DownloadOptions): Promise<SignedJson> {
  const { bytes, headers } = await download(url, options);
  return { ...splitSignedJson(bytes, name, url), issuerChain: issuerChain(headers, header, url) };
}

/**
 * Body and signature of `{"<name>":{…},"signature":"…"}`. The body is cut out, not parsed and written anew: the signature is over its bytes.
 * Throws `COLLATERAL_MALFORMED`.
 */
export function splitSignedJson(
  bytes: Uint8Array,
  name: string,
  origin: string,
): { body: Uint8Array; signature: Uint8Array } {
  const head = `{"${name}":`;
  const text = new TextDecoder().decode(bytes).trimEnd();
  const signature = SIGNATURE.exec(text.slice(-TAIL))?.[1];
  const body = text.slice(head.length, -TAIL);
  if (!text.startsWith(head) || signature === undefined || !isObject(body)) {
    throw new CollateralError("COLLATERAL_MALFORMED", `${origin} is no signed ${name}`, { details: { origin, name } });
  }
  return { body: new TextEncoder().encode(body), signature: fromHex(`0x${signature}`) };
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

function issuerChain(headers: Headers, name: string, url: string): string {
  const value = headers.get(name);
  const malformed = (cause?: unknown) =>
    new CollateralError("COLLATERAL_MALFORMED", `${url} came without the certificates of its issuer (${name})`, {
      details: { url, header: name },
      cause,
    });
  if (value === null) throw malformed();
  try {
    const chain = decodeURIComponent(value);
    if (!chain.includes("-----BEGIN CERTIFICATE-----")) throw malformed();
    return chain;
  } catch (cause) {
    if (cause instanceof CollateralError) throw cause;
    throw malformed(cause);
  }
}
