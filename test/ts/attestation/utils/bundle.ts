import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { DcapCollateralText } from "../../../../sdk/dist/attestation/index.js";
import { vectorsDirectory, vectorsOf } from "../../utils/vectors.ts";

/** A quote with everything that it is verified with, and the time in which all of it is valid. */
export interface Bundle {
  readonly name: string;
  readonly quote: Buffer;
  /** Unix seconds. */
  readonly validFrom: number;
  readonly validTo: number;
  readonly suggested: number;
  readonly pckChain: readonly Buffer[];
  /** The chain as it stands in the quote. */
  readonly pem: Buffer;
  readonly crlIssuer: Buffer;
  readonly pckCrl: Buffer;
  readonly rootCrl: Buffer;
  readonly root: Buffer;
  readonly tcbInfo: SignedBody;
  readonly qeIdentity: SignedBody;
}

export interface SignedBody {
  readonly body: Buffer;
  readonly signature: Buffer;
  readonly signer: Buffer;
}

interface BundleFile {
  readonly quote_file: string;
  readonly valid_from: number;
  readonly valid_to: number;
  readonly suggested_T: number;
  readonly collateral: Readonly<Record<string, string>>;
}

const PEM = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** DER of all certificates of a PEM text. */
export const certificatesOf = (text: string): Buffer[] =>
  [...text.matchAll(PEM)].map(([pem]) => Buffer.from(pem.replace(/-----[^-]*-----/g, ""), "base64"));

const read = (path: string) => readFileSync(join(vectorsDirectory(), path));

const fileOf = (name: string) => JSON.parse(read(`intel/bundles/${name}.json`).toString()) as BundleFile;

/** The bundle's collateral in the form of other libraries. */
export const collateralText = (name: string) => fileOf(name).collateral as unknown as DcapCollateralText;

export function bundle(name: string): Bundle {
  const file = fileOf(name);
  const { collateral } = file;
  const quote = read(file.quote_file);
  const start = quote.indexOf("-----BEGIN CERTIFICATE-----");
  const pem = quote.subarray(start, start + quote.readUInt32LE(start - 4));
  const signed = (body: string, signature: string, chain: string): SignedBody => ({
    body: Buffer.from(collateral[body] ?? ""),
    signature: Buffer.from(collateral[signature] ?? "", "hex"),
    signer: certificatesOf(collateral[chain] ?? "")[0]!,
  });
  const [crlIssuer, root] = certificatesOf(collateral.pck_crl_issuer_chain ?? "");
  return {
    name,
    quote,
    validFrom: file.valid_from,
    validTo: file.valid_to,
    suggested: file.suggested_T,
    pckChain: certificatesOf(pem.toString()),
    pem,
    crlIssuer: crlIssuer!,
    root: root!,
    pckCrl: Buffer.from(collateral.pck_crl ?? "", "hex"),
    rootCrl: Buffer.from(collateral.root_ca_crl ?? "", "hex"),
    tcbInfo: signed("tcb_info", "tcb_info_signature", "tcb_info_issuer_chain"),
    qeIdentity: signed("qe_identity", "qe_identity_signature", "qe_identity_issuer_chain"),
  };
}

const filesOf = (directory: string | undefined) => (directory === undefined ? [] : readdirSync(directory));

/** Names of all bundles; none when the vectors are absent. */
export const bundleNames = filesOf(vectorsOf("intel/bundles"))
  .filter((file) => file.endsWith(".json"))
  .map((file) => file.slice(0, -5));
