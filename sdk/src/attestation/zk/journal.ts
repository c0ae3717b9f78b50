import { AbiCoder, id, keccak256 } from "ethers";
import { concatBytes } from "../../bytes.js";
import { fromHex, type Hex, toHex } from "../../hex.js";
import { chainIds, readCertificate } from "../nitro/certificate.js";
import { authorityOf } from "../nitro/crl.js";
import { parseNitroDocument } from "../nitro/document.js";
import { NitroError } from "../nitro/errors.js";
import { identityOf, registersOf, windowOf } from "../nitro/verify.js";

/** What a zkVM's program proves of a document of AWS Nitro; the layout is IZkTeeVerifier's. */
export interface ZkJournal {
  /** keccak256 of the root certificate in DER. */
  readonly rootHash: Hex;
  readonly evidenceId: Hex;
  readonly binding: Hex;
  readonly platformId: Hex;
  /** PCR0, PCR1, PCR2, 48 bytes each. */
  readonly pcrs: readonly Uint8Array[];
  /** Unix milliseconds. */
  readonly timestamp: number;
  /** Id of the leaf in NitroCertStore. */
  readonly leafId: Hex;
  /** Unix seconds, the first at which the whole chain is valid. */
  readonly notBefore: number;
  /** Unix seconds, the last at which the whole chain is valid. */
  readonly notAfter: number;
  /** Of each certificate below the root: its authority, and its serial number. */
  readonly links: readonly { readonly authority: Hex; readonly serial: bigint }[];
}

const JOURNAL_TYPE = fromHex(id("Freehold ZkTee journal AwsNitro v1"), 32);
const PCR_LENGTH = 48;
const CHAIN = 312;
const LINKS = 361;
const LINK = 64;
const MAX_LINKS = 6;

/** What the program must say of a document. It reads, and verifies nothing. Throws `BAD_EVIDENCE`, `BAD_CERTIFICATE`. */
export function zkJournalOf(evidence: Uint8Array): ZkJournal {
  const document = parseNitroDocument(evidence);
  const { chain, timestamp } = document;
  const certificates = chain.map(readCertificate);
  const { pcr0, pcr1, pcr2 } = registersOf(document);
  const { notBefore, validUntil } = windowOf(certificates);
  return {
    rootHash: keccak256(chain[0] as Uint8Array) as Hex,
    ...identityOf(document),
    pcrs: [pcr0, pcr1, pcr2],
    timestamp,
    leafId: chainIds(chain).at(-1) as Hex,
    notBefore,
    notAfter: validUntil,
    links: certificates.slice(1).map(({ serialNumber }, i) => ({
      authority: authorityOf(chain[i] as Uint8Array),
      serial: BigInt(toHex(serialNumber.valueBlock.valueHexView)),
    })),
  };
}

/** The journal's bytes: what the program commits to. Throws `BAD_EVIDENCE` when a field does not fit. */
export function encodeZkJournal(journal: ZkJournal): Uint8Array<ArrayBuffer> {
  const { rootHash, evidenceId, binding, platformId, pcrs, timestamp, leafId, notBefore, notAfter, links } = journal;
  if (pcrs.length !== 3 || pcrs.some(({ length }) => length !== PCR_LENGTH)) throw bad("has not three registers");
  if (links.length === 0 || links.length > MAX_LINKS) throw bad(`has ${links.length} certificates below the root`);
  return concatBytes(
    JOURNAL_TYPE,
    ...[rootHash, evidenceId, binding, platformId].map((hash) => fromHex(hash, 32)),
    ...pcrs,
    uint64(timestamp),
    fromHex(leafId, 32),
    uint64(notBefore),
    uint64(notAfter),
    Uint8Array.of(links.length),
    ...links.map(({ authority, serial }) =>
      fromHex(AbiCoder.defaultAbiCoder().encode(["bytes32", "uint256"], [authority, serial]), LINK),
    ),
  );
}

/** Reads a journal that has nothing behind it. Throws `BAD_EVIDENCE`. */
export function decodeZkJournal(bytes: Uint8Array): ZkJournal {
  if (bytes.length !== lengthOf(bytes)) throw bad(`has ${bytes.length} bytes, not ${lengthOf(bytes)}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const hash = (offset: number) => toHex(bytes.subarray(offset, offset + 32));
  const number = (offset: number) => safe(view.getBigUint64(offset));
  if (hash(0) !== toHex(JOURNAL_TYPE)) throw bad("is of another version or purpose");
  return {
    rootHash: hash(32),
    evidenceId: hash(64),
    binding: hash(96),
    platformId: hash(128),
    pcrs: [160, 208, 256].map((offset) => bytes.slice(offset, offset + PCR_LENGTH)),
    timestamp: number(304),
    leafId: hash(CHAIN),
    notBefore: number(344),
    notAfter: number(352),
    links: Array.from({ length: (bytes.length - LINKS) / LINK }, (_, i) => ({
      authority: hash(LINKS + LINK * i),
      serial: BigInt(hash(LINKS + LINK * i + 32)),
    })),
  };
}

/** Evidence for ZkTeeVerifier. @param proof SP1's proof bytes, or RISC Zero's seal, with the selector in front */
export function zkEvidence(journal: Uint8Array, proof: Uint8Array): Hex {
  decodeZkJournal(journal);
  if (proof.length < 4) throw bad("has no proof with a selector behind it");
  return toHex(concatBytes(journal, proof));
}

/** Takes evidence for ZkTeeVerifier apart, as from a registration's calldata. Throws `BAD_EVIDENCE`. */
export function splitZkEvidence(evidence: Uint8Array): { journal: Uint8Array; proof: Uint8Array } {
  const end = lengthOf(evidence);
  if (evidence.length < end) throw bad(`has ${evidence.length} bytes, not ${end}`);
  return { journal: evidence.subarray(0, end), proof: evidence.subarray(end) };
}

/** `basisId` and `aux` with which anybody has the enclave of this journal judged again: NodeRegistry.recheck. */
export function zkRecheck(journal: Uint8Array): { basisId: Hex; aux: Hex } {
  decodeZkJournal(journal);
  const aux = journal.subarray(CHAIN);
  return { basisId: keccak256(aux) as Hex, aux: toHex(aux) };
}

/** Bytes of the journal at the front, by the number of links that it gives. */
function lengthOf(bytes: Uint8Array): number {
  const links = bytes[LINKS - 1];
  if (links === undefined) throw bad(`has ${bytes.length} bytes, fewer than ${LINKS}`);
  if (links === 0 || links > MAX_LINKS) throw bad(`has ${links} certificates below the root`);
  return LINKS + LINK * links;
}

function uint64(value: number): Uint8Array {
  if (!Number.isSafeInteger(value) || value < 0) throw bad(`has ${value} for a time`);
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}

function safe(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw bad(`has ${value} for a time`);
  return Number(value);
}

function bad(what: string): NitroError {
  return new NitroError("BAD_EVIDENCE", `the journal ${what}`);
}
