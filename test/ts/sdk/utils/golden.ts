import { readFile } from "node:fs/promises";
import type * as sdk from "@freehold/sdk";
import type { Vector } from "../../../../scripts/lib/eip712-vectors.ts";

/** What is in test/vectors/eip712.json. */
export const TEXT = await readFile(new URL("../../../vectors/eip712.json", import.meta.url), "utf8");
export const { signer, vectors } = JSON.parse(TEXT) as { signer: string; vectors: Vector[] };

/** The fields of every struct: each vector has those of its own. */
export type Fields = sdk.Voucher &
  sdk.Receipt &
  sdk.ExactReceipt &
  sdk.Batch &
  sdk.SignedSet &
  sdk.Offer &
  sdk.Open &
  sdk.TopUp &
  sdk.CloseRequest &
  sdk.Close &
  sdk.Challenge &
  sdk.Append &
  sdk.Consent &
  sdk.TokenPermit &
  Omit<sdk.TokenAuthorization, "nonce"> &
  Omit<sdk.ModelAnchor, "commitments"> &
  Omit<sdk.Delta, "commitments"> &
  sdk.Commitments &
  sdk.VersionContext &
  sdk.InferenceContext &
  Report & { datasetsHash: sdk.Hex };

interface Report {
  measurementId: sdk.Hex;
  binding: sdk.Hex;
  validUntil: bigint;
  debug: boolean;
  platformId: sdk.Hex;
}

/** The fields as the SDK takes them: integers as `bigint`, those of eight bits as `number`. */
export function fieldsOf({ types, struct, message }: Vector): Fields {
  const read = (type: string, value: unknown) =>
    type === "uint8" ? Number(value) : type.startsWith("uint") ? BigInt(String(value)) : value;
  const fields: unknown = Object.fromEntries(
    (types[struct] ?? []).map(({ name, type }) => [name, read(type, message[name])]),
  );
  return fields as Fields;
}

/** The vectors of a struct with their fields. */
export function vectorsOf(struct: string) {
  return vectors
    .filter((vector) => vector.struct === struct)
    .map((vector) => ({ ...vector, fields: fieldsOf(vector), signature: vector.signature ?? "" }));
}

/** One vector of a struct. */
export function vectorOf(struct: string, edge: string) {
  const found = vectorsOf(struct).find((vector) => vector.edge === edge);
  if (found === undefined) throw new Error(`no vector of ${struct}, ${edge}`);
  return found;
}

export function domainOf({ struct, domain }: Vector): sdk.Domain {
  if (domain === undefined) throw new Error(`${struct} has no domain`);
  return { ...domain, chainId: BigInt(domain.chainId) };
}

export function commitmentsOf({ poseidonRoot, pedersenX, pedersenY }: Fields): sdk.Commitments {
  return { poseidonRoot, pedersenX, pedersenY };
}

/** The ids of datasets whose hash a vector holds. */
export function idsOf({ preimages }: Vector): sdk.Hex[] {
  const bytes = preimages?.datasetsHash ?? "0x";
  return Array.from(
    { length: (bytes.length - 2) / 64 },
    (_, i) => `0x${bytes.slice(2 + 64 * i, 66 + 64 * i)}` as const,
  );
}
