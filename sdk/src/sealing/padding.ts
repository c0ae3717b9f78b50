import { SealingError } from "./errors.js";

/** Sealed plaintexts are multiples of this, so that their length says little. */
export const PADDING = 256;
const SPACE = 0x20;

/** Adds trailing spaces, which JSON ignores, up to a multiple of {@link PADDING} bytes. */
export function pad(plaintext: Uint8Array): Uint8Array<ArrayBuffer> {
  const padded = new Uint8Array(Math.max(1, Math.ceil(plaintext.length / PADDING)) * PADDING).fill(SPACE);
  padded.set(plaintext);
  return padded;
}

/** Takes the trailing spaces away. Throws `BAD_PADDING` when the length is no multiple of {@link PADDING}. */
export function unpad(padded: Uint8Array): Uint8Array<ArrayBuffer> {
  if (padded.length === 0 || padded.length % PADDING !== 0) {
    throw new SealingError("BAD_PADDING", `plaintext of ${padded.length} bytes is not padded to ${PADDING}`, {
      details: { length: padded.length },
    });
  }
  let end = padded.length;
  while (end > 0 && padded[end - 1] === SPACE) end--;
  return new Uint8Array(padded.subarray(0, end));
}
