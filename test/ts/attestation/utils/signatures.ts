import { createHash, X509Certificate } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as asn1js from "asn1js";
import { decode, encode } from "cborg";
import type { P384Signature } from "../../../../sdk/dist/attestation/index.js";

/** Order of the group of P-384 (SEC 2). */
export const ORDER =
  0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n;

export interface Named extends P384Signature {
  readonly name: string;
}

export const sha384 = (data: Uint8Array): Buffer => createHash("sha384").update(data).digest();

export const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString("hex") || "0"}`);

export const bytes48 = (value: bigint): Buffer => Buffer.from(value.toString(16).padStart(96, "0"), "hex");

/** Every signature of the COSE documents of AWS Nitro and of the certificates in and beside them; none twice. */
export function nitroSignatures(directory: string): Named[] {
  const read = (...path: string[]) => readFileSync(join(directory, ...path));
  const all = new Map<string, Named>();
  const add = (one: Named) => all.set(Buffer.concat([one.r, one.s]).toString("hex"), one);
  const files = readdirSync(directory).filter((name) => name.endsWith(".cose"));
  for (const file of files) {
    // Untagged COSE_Sign1 (RFC 9052, 4.2): protected, unprotected, payload, signature.
    const [head, , payload, signature] = decode(read(file), { useMaps: true }) as Uint8Array[];
    const document = decode(payload!, { useMaps: true }) as Map<string, unknown>;
    const leaf = Buffer.from(document.get("certificate") as Uint8Array);
    const bundle = document.get("cabundle") as Uint8Array[] | null;
    const signed = encode(["Signature1", head, new Uint8Array(), payload]);
    add({ name: file, ...signatureOf(sha384(signed), signature!), ...keyOf(leaf) });
    if (bundle !== null) addChain([...bundle.map((one) => Buffer.from(one)), leaf], file, add);
  }
  const chain = readdirSync(join(directory, "chain-2026-04")).sort();
  addChain(
    chain.map((file) => read("chain-2026-04", file)),
    "chain-2026-04",
    add,
  );
  return [...all.values()];
}

/** From the root, which signs itself, to the leaf. */
function addChain(chain: readonly Buffer[], name: string, add: (one: Named) => void): void {
  for (const [i, der] of chain.entries()) {
    const [tbs, , value] = (asn1js.fromBER(der).result as asn1js.Sequence).valueBlock.value;
    const pair = asn1js.fromBER((value as asn1js.BitString).valueBlock.valueHexView).result as asn1js.Sequence;
    const [r, s] = pair.valueBlock.value.map((one) => numberOf((one as asn1js.Integer).valueBlock.valueHexView));
    const digest = sha384(new Uint8Array(tbs!.valueBeforeDecodeView));
    add({ name: `${name} ${i}`, digest, r: bytes48(r!), s: bytes48(s!), ...keyOf(chain[Math.max(0, i - 1)]!) });
  }
}

function signatureOf(digest: Buffer, signature: Uint8Array) {
  return { digest, r: signature.subarray(0, 48), s: signature.subarray(48) };
}

function keyOf(der: Buffer) {
  const { x, y } = new X509Certificate(der).publicKey.export({ format: "jwk" });
  if (x === undefined || y === undefined) throw new Error("a key of another kind");
  return { x: bytes48(numberOf(Buffer.from(x, "base64url"))), y: bytes48(numberOf(Buffer.from(y, "base64url"))) };
}
