import { type Bytes, commonName, octets, sequence, tlv } from "./der.ts";

/** An element of DER that a strict reader accepted: its tag, its content, and all of it. */
interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly whole: Uint8Array;
}

/** Elements of a container. */
function elements(content: Uint8Array): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < content.length; ) {
    const first = content[at + 1]!;
    const header = first < 0x80 ? 2 : first === 0x81 ? 3 : 4;
    const size = header === 2 ? first : header === 3 ? content[at + 2]! : (content[at + 2]! << 8) | content[at + 3]!;
    const end = at + header + size;
    found.push({ tag: content[at]!, content: content.subarray(at + header, end), whole: content.subarray(at, end) });
    at = end;
  }
  return found;
}

const NAME = commonName("in place of a name");
/** basicConstraints, keyUsage, subjectKeyIdentifier, cRLNumber. */
const READ = ["551d13", "551d0f", "551d0e", "551d14"];
const AUTHORITY_KEY_ID = "551d23";

/**
 * The same file with something plain in place of what the contracts do not look into on purpose: names (compared as bytes), extensions
 * that are not critical and not understood, and what follows a key identifier. All of it is signed, and nothing depends on it.
 */
export function withoutOpaque(der: Uint8Array): Bytes {
  const [tbs, algorithm, signature] = elements(elements(der)[0]!.content);
  const parts = elements(tbs!.content);
  const isCertificate = parts[0]!.tag === 0xa0;
  const names = isCertificate ? [3, 5] : [2];
  const kept = parts.map(({ tag, content, whole }, i) => {
    if (names.includes(i)) return NAME;
    if (i > 0 && (tag === 0xa3 || tag === 0xa0)) return tlv(tag, extensions(content));
    const isRevoked = !isCertificate && i === 5 && tag === 0x30;
    return isRevoked ? sequence(...elements(content).map(entryWithoutExtensions)) : whole;
  });
  return sequence(sequence(...kept), algorithm!.whole, signature!.whole);
}

function extensions(content: Uint8Array): Bytes {
  const kept: Uint8Array[] = [];
  for (const { content: extension, whole } of elements(elements(content)[0]!.content)) {
    const parts = elements(extension);
    const id = Buffer.from(parts[0]!.content).toString("hex");
    if (READ.includes(id)) kept.push(whole);
    if (id !== AUTHORITY_KEY_ID) continue;
    const [keyId] = elements(elements(parts.at(-1)!.content)[0]!.content);
    const value = sequence(...(keyId?.tag === 0x80 ? [keyId.whole] : []));
    kept.push(sequence(parts[0]!.whole, octets(value)));
  }
  return sequence(...kept);
}

const entryWithoutExtensions = ({ content }: Element): Bytes =>
  sequence(
    ...elements(content)
      .slice(0, 2)
      .map(({ whole }) => whole),
  );
