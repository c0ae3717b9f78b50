import { p384 } from "@noble/curves/nist.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { keccak256, toUtf8Bytes } from "ethers";
import { type Certificate, CertificateChainValidationEngine } from "pkijs";
import { type Hex, toHex } from "../../hex.js";
import { isNitroDebug, type NitroRegisters, nitroMeasurementId } from "../measurement.js";
import { chainIds, publicKeyOf, readCertificate } from "./certificate.js";
import { instanceOf, type NitroDocument, parseNitroDocument } from "./document.js";
import { NitroError } from "./errors.js";
import { AWS_NITRO_ROOT_SHA256 } from "./root.js";

export interface NitroVerifyOptions {
  /** Unix seconds at which everything has to be valid; now by default. */
  readonly at?: number;
  /** SHA-256 of the root certificate in DER; AWS's by default. */
  readonly rootSha256?: string;
}

/** What NitroVerifier reports of the same document, and the document itself. */
export interface NitroReport {
  readonly document: NitroDocument;
  readonly measurementId: Hex;
  /** user_data when it has 32 bytes, otherwise zero. */
  readonly binding: Hex;
  readonly evidenceId: Hex;
  /** Unix seconds. */
  readonly issuedAt: number;
  /** Unix seconds, the last at which all certificates are valid. */
  readonly validUntil: number;
  readonly platformId: Hex;
  readonly basisId: Hex;
}

const ZERO: Hex = `0x${"00".repeat(32)}`;

/**
 * Verifies a document off-chain, by other code than the contracts': pkijs for the chain, @noble/curves for the document's signature.
 * Knows no revocations: these are NitroCertStore's. Throws `BAD_EVIDENCE`, `BAD_CERTIFICATE`, `DEBUG_ENCLAVE`, `OUT_OF_DATE`.
 */
export async function verifyNitroDocument(
  evidence: Uint8Array,
  options: NitroVerifyOptions = {},
): Promise<NitroReport> {
  const { at = Math.floor(Date.now() / 1000), rootSha256 = AWS_NITRO_ROOT_SHA256 } = options;
  const document = parseNitroDocument(evidence);
  const registers = registersOf(document);
  if (isNitroDebug(registers)) {
    throw new NitroError("DEBUG_ENCLAVE", "the enclave runs in debug mode: a register is zero");
  }
  if (toHex(sha256(document.chain[0]!)) !== rootSha256) {
    throw new NitroError("BAD_CERTIFICATE", "the document's chain does not begin with the expected root");
  }
  const chain = document.chain.map(readCertificate);
  const { notBefore, validUntil } = windowOf(chain);
  await checkChain(chain, at);
  if (at < notBefore || at > validUntil) {
    throw new NitroError("OUT_OF_DATE", `the chain is valid from ${notBefore} to ${validUntil}, not at ${at}`);
  }

  const leaf = chain.at(-1) as Certificate;
  const publicKey = Uint8Array.of(0x04, ...publicKeyOf(leaf));
  if (!p384.verify(document.signature, document.toBeSigned, publicKey, { lowS: false })) {
    throw new NitroError("BAD_EVIDENCE", "the document's signature is not its certificate's");
  }
  const issuedAt = Math.floor(document.timestamp / 1000);
  if (issuedAt < notBefore || issuedAt > validUntil) {
    throw new NitroError("OUT_OF_DATE", `the document is of ${issuedAt}, outside of its chain's time`);
  }
  return {
    document,
    measurementId: nitroMeasurementId(registers),
    ...identityOf(document),
    issuedAt,
    validUntil,
    basisId: chainIds(document.chain).at(-1) as Hex,
  };
}

/** What a report says of a document that is neither measured nor timed. */
export function identityOf(document: NitroDocument): Pick<NitroReport, "binding" | "evidenceId" | "platformId"> {
  const { userData, payload } = document;
  return {
    binding: userData?.length === 32 ? toHex(userData) : ZERO,
    evidenceId: keccak256(payload) as Hex,
    platformId: keccak256(toUtf8Bytes(instanceOf(document))) as Hex,
  };
}

/** Throws `BAD_EVIDENCE` where one is missing. */
export function registersOf({ pcrs }: NitroDocument): NitroRegisters {
  const [pcr0, pcr1, pcr2] = [0, 1, 2].map((index) => pcrs.get(index));
  if (pcr0 === undefined || pcr1 === undefined || pcr2 === undefined) {
    throw new NitroError("BAD_EVIDENCE", "PCR0, PCR1 or PCR2 is missing");
  }
  return { pcr0, pcr1, pcr2 };
}

/** First and last second in which all certificates are valid. */
export function windowOf(chain: readonly Certificate[]): { notBefore: number; validUntil: number } {
  return {
    notBefore: Math.max(...chain.map(({ notBefore }) => notBefore.value.getTime() / 1000)),
    validUntil: Math.min(...chain.map(({ notAfter }) => notAfter.value.getTime() / 1000)),
  };
}

/** Links, signatures, dates and constraints of the chain. */
async function checkChain(chain: readonly Certificate[], at: number): Promise<void> {
  const [root, ...below] = chain as [Certificate, ...Certificate[]];
  // The engine looks for a path; a document names one, in order.
  for (const [i, certificate] of below.entries()) {
    const issuer = chain[i] as Certificate;
    if (!certificate.issuer.isEqual(issuer.subject) || !(await certificate.verify(issuer).catch(() => false))) {
      throw new NitroError("BAD_CERTIFICATE", `certificate ${i + 1} is not signed by the one before it`);
    }
  }
  const engine = new CertificateChainValidationEngine({
    trustedCerts: [root],
    certs: below,
    checkDate: new Date(at * 1000),
  });
  const { result, resultCode, resultMessage } = await engine.verify();
  // 8: the engine's code of a certificate that is not valid yet, or not any more.
  const code = resultCode === 8 ? "OUT_OF_DATE" : "BAD_CERTIFICATE";
  if (!result) throw new NitroError(code, `the chain does not hold: ${resultMessage}`, { resultCode });
}
