import { applyDeltas, elements, readSafetensors, type Tensor, writeSafetensors } from "@freehold/sdk/weights";

/** What the deltas of the tests are made for. */
export const BASE = `0x${"11".repeat(32)}` as const;
export const OTHER = `0x${"22".repeat(32)}` as const;

export type Tensors = Record<string, Tensor>;

export const file = (tensors: Tensors, metadata?: Record<string, string>): Uint8Array =>
  writeSafetensors({
    tensors: new Map(Object.entries(tensors)),
    ...(metadata && { metadata: new Map(Object.entries(metadata)) }),
  });

/** A delta's file as another tool might write it. */
export const delta = (format: string, tensors: Tensors, more: Record<string, string> = {}): Uint8Array =>
  file(tensors, { "freehold.format": format, "freehold.base": BASE, ...more });

export const apply = (base: Uint8Array, change: Uint8Array): Uint8Array =>
  applyDeltas(base, [{ delta: change, expectedBase: BASE }]);

/** Stored elements of a tensor of a file. */
export const values = (bytes: Uint8Array, name = "w"): (number | bigint)[] => [
  ...elements(readSafetensors(bytes).tensors.get(name) as Tensor),
];
