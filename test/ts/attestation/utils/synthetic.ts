import { createHash } from "node:crypto";
import type { Bundle, SignedBody } from "./bundle.ts";
import { type IntelCa, type Issued, type Key, newKey, PLATFORM, signRaw } from "./intel-ca.ts";

const DAY = 24 * 60 * 60;
const ZERO_16 = Array<number>(16).fill(0);
const QE_SIGNER = Buffer.alloc(32, 0x51);
const iso = (unix: number) => new Date(unix * 1_000).toISOString().replace(".000", "");
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex").toUpperCase();

export interface Level {
  readonly svns?: readonly number[];
  readonly pceSvn?: number;
  readonly tdxSvns?: readonly number[];
  readonly status: string;
  readonly advisories?: readonly string[];
}

export interface IsvLevel {
  readonly isvSvn: number;
  readonly status: string;
}

export interface DateOptions {
  readonly issued?: number;
  readonly nextUpdate?: number;
  readonly evaluation?: number;
}

export interface TcbInfoOptions extends DateOptions {
  readonly isTdx?: boolean;
  readonly fmspc?: string;
  readonly levels?: readonly Level[];
  readonly modules?: readonly { readonly version: number; readonly levels: readonly IsvLevel[] }[];
}

const MODULE = { mrsigner: "00".repeat(48), attributes: "0000000000000000", attributesMask: "FFFFFFFFFFFFFFFF" };
const TCB_DATE = "2024-03-13T00:00:00Z";

const isvLevels = (levels: readonly IsvLevel[]) =>
  levels.map(({ isvSvn, status }) => ({ tcb: { isvsvn: isvSvn }, tcbDate: TCB_DATE, tcbStatus: status }));

/** TCB info as Intel writes it: the body. */
export function tcbInfoText(now: number, options: TcbInfoOptions = {}): string {
  const { isTdx = true, issued = now - DAY, nextUpdate = now + 29 * DAY, evaluation = 17 } = options;
  const { levels = [{ status: "UpToDate" }], modules = [{ version: 1, levels: [{ isvSvn: 4, status: "UpToDate" }] }] } =
    options;
  const components = (svns: readonly number[]) =>
    svns.map((svn) => (svn === 0 ? { svn } : { svn, category: "OS/VMM", type: "TXT SINIT" }));
  return JSON.stringify({
    id: isTdx ? "TDX" : "SGX",
    version: 3,
    issueDate: iso(issued),
    nextUpdate: iso(nextUpdate),
    fmspc: options.fmspc ?? hex(PLATFORM.fmspc),
    pceId: "0000",
    tcbType: 0,
    tcbEvaluationDataNumber: evaluation,
    ...(isTdx && {
      tdxModule: MODULE,
      ...(modules.length > 0 && {
        tdxModuleIdentities: modules.map((module) => ({
          id: `TDX_${module.version.toString(16).padStart(2, "0").toUpperCase()}`,
          ...MODULE,
          tcbLevels: isvLevels(module.levels),
        })),
      }),
    }),
    tcbLevels: levels.map(({ svns = ZERO_16, pceSvn = 0, tdxSvns = ZERO_16, status, advisories }) => ({
      tcb: {
        sgxtcbcomponents: components(svns),
        pcesvn: pceSvn,
        ...(isTdx && { tdxtcbcomponents: components(tdxSvns) }),
      },
      tcbDate: TCB_DATE,
      tcbStatus: status,
      ...(advisories && { advisoryIDs: advisories }),
    })),
  });
}

export interface IdentityOptions extends DateOptions {
  readonly isTdx?: boolean;
  readonly levels?: readonly IsvLevel[];
}

/** Identity of the quoting enclave as Intel writes it: the body. */
export function identityText(now: number, options: IdentityOptions = {}): string {
  const { isTdx = true, issued = now - DAY, nextUpdate = now + 29 * DAY, evaluation = 17 } = options;
  return JSON.stringify({
    id: isTdx ? "TD_QE" : "QE",
    version: 2,
    issueDate: iso(issued),
    nextUpdate: iso(nextUpdate),
    tcbEvaluationDataNumber: evaluation,
    miscselect: "00000000",
    miscselectMask: "FFFFFFFF",
    attributes: "11000000000000000000000000000000",
    attributesMask: "FBFFFFFFFFFFFFFF0000000000000000",
    mrsigner: hex(QE_SIGNER),
    isvprodid: 2,
    tcbLevels: isvLevels(options.levels ?? [{ isvSvn: 4, status: "UpToDate" }]),
  });
}

export const signBody = (signer: Issued, text: string): SignedBody => {
  const body = Buffer.from(text);
  return { body, signature: signRaw(signer.key, body), signer: signer.der };
};

export const pemOf = (...certificates: readonly Uint8Array[]): Buffer =>
  Buffer.from(
    certificates
      .map((der) =>
        Buffer.from(der)
          .toString("base64")
          .match(/.{1,64}/g)!
          .join("\n"),
      )
      .map((text) => `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`)
      .join(""),
  );

/** What of a quote may differ from a sound one. */
export interface QuoteOptions {
  readonly kind?: "sgx3" | "sgx4" | "sgx5" | "tdx4" | "tdx5" | "tdx15";
  readonly teeTcbSvn?: readonly number[];
  readonly teeTcbSvn2?: readonly number[];
  /** The lowest byte of TDATTRIBUTES, or of the enclave's flags. */
  readonly attributes?: number;
  readonly seamSigner?: number;
  /** What the domain commits to: the first 32 bytes of its report data. */
  readonly binding?: Uint8Array;
  readonly qe?: {
    readonly isvSvn?: number;
    readonly signer?: Buffer;
    readonly flags?: number;
    readonly product?: number;
  };
  /** Behind the hash in the quoting enclave's report data. */
  readonly qeUpper?: Buffer;
  readonly attestationKey?: Key;
  /** Signs the quoting enclave's report in place of the certified key. */
  readonly qeKey?: Key;
  readonly certification?: Buffer;
  readonly trailing?: Buffer;
}

const u16 = (value: number) => Buffer.of(value & 0xff, value >>> 8);
const u32 = (value: number) => Buffer.concat([u16(value & 0xffff), u16(value >>> 16)]);

function enclaveReport(fields: {
  flags: number;
  signer: Buffer;
  product: number;
  isvSvn: number;
  data: Buffer;
}): Buffer {
  const report = Buffer.alloc(384);
  report[48] = fields.flags;
  report.fill(0xe1, 64, 96);
  fields.signer.copy(report, 128);
  report.writeUInt16LE(fields.product, 256);
  report.writeUInt16LE(fields.isvSvn, 258);
  fields.data.copy(report, 320);
  return report;
}

function domainReport(options: QuoteOptions, isNew: boolean): Buffer {
  const report = Buffer.alloc(isNew ? 648 : 584);
  Buffer.from(options.teeTcbSvn ?? [5, 1, 2, ...Array<number>(13).fill(0)]).copy(report);
  report.fill(options.seamSigner ?? 0, 64, 112);
  report[120] = options.attributes ?? 0;
  report.fill(0xd1, 136, 520);
  report.set(options.binding ?? Buffer.alloc(32, 0xb1), 520);
  if (isNew) Buffer.from(options.teeTcbSvn2 ?? options.teeTcbSvn ?? [5, 1, 2]).copy(report, 584);
  return report;
}

/** A quote of a platform whose certificate `pck` is. */
export function quoteOf(ca: IntelCa, pck: Issued, options: QuoteOptions = {}): Buffer {
  const { kind = "tdx4", attestationKey = newKey(), qe = {} } = options;
  const isTdx = kind.startsWith("tdx");
  const version = kind === "tdx15" ? 5 : Number(kind.at(-1));
  const header = Buffer.alloc(48);
  header.writeUInt16LE(version, 0);
  header.writeUInt16LE(2, 2);
  header.writeUInt32LE(isTdx ? 0x81 : 0, 4);
  Buffer.from("939a7233f79c4ca9940a0db3957f0607", "hex").copy(header, 12);
  const enclave = { signer: Buffer.alloc(32, 0xa1), product: 1, isvSvn: 1, data: Buffer.alloc(64, 0xb1) };
  const body = isTdx
    ? domainReport(options, kind === "tdx15")
    : enclaveReport({ ...enclave, flags: options.attributes ?? 0x05 });
  const type = { sgx5: 1, tdx5: 2, tdx15: 3 }[kind as string];
  const head = type === undefined ? [header] : [header, u16(type), u32(body.length)];
  const signed = Buffer.concat([...head, body]);

  const authData = Buffer.alloc(32, 0x77);
  const bound = createHash("sha256").update(attestationKey.point).update(authData).digest();
  const qeReport = enclaveReport({
    flags: qe.flags ?? 0x11,
    signer: qe.signer ?? QE_SIGNER,
    product: qe.product ?? 2,
    isvSvn: qe.isvSvn ?? 4,
    data: Buffer.concat([bound, options.qeUpper ?? Buffer.alloc(32)]),
  });
  const chain = options.certification ?? pemOf(pck.der, ca.platformCa.der, ca.root.der);
  const certified = Buffer.concat([
    qeReport,
    signRaw(options.qeKey ?? pck.key, qeReport),
    u16(authData.length),
    authData,
    u16(5),
    u32(chain.length),
    chain,
  ]);
  const data = Buffer.concat([
    signRaw(attestationKey, signed),
    attestationKey.point,
    ...(version === 3 ? [certified] : [u16(6), u32(certified.length), certified]),
  ]);
  return Buffer.concat([signed, u32(data.length), data, options.trailing ?? Buffer.alloc(0)]);
}

export interface SyntheticOptions {
  readonly quote?: QuoteOptions;
  readonly pck?: Issued;
  readonly info?: TcbInfoOptions;
  readonly identity?: IdentityOptions;
  readonly pckCrl?: Buffer;
  readonly rootCrl?: Buffer;
}

/** A quote with everything that it is verified with, all of it of one made-up authority. */
export function syntheticBundle(ca: IntelCa, options: SyntheticOptions = {}): Bundle & { readonly pck: Issued } {
  const isTdx = (options.quote?.kind ?? "tdx4").startsWith("tdx");
  const pck = options.pck ?? ca.pck();
  return {
    name: "synthetic",
    pck,
    quote: quoteOf(ca, pck, options.quote),
    validFrom: ca.now,
    validTo: ca.now,
    suggested: ca.now,
    pckChain: [pck.der, ca.platformCa.der, ca.root.der],
    pem: pemOf(pck.der, ca.platformCa.der, ca.root.der),
    crlIssuer: ca.platformCa.der,
    pckCrl: options.pckCrl ?? ca.pckCrl(),
    rootCrl: options.rootCrl ?? ca.rootCrl(),
    root: ca.root.der,
    tcbInfo: signBody(ca.signer, tcbInfoText(ca.now, { isTdx, ...options.info })),
    qeIdentity: signBody(ca.signer, identityText(ca.now, { isTdx, ...options.identity })),
  };
}
