import { sha384 } from "@noble/hashes/sha2.js";
import { P384Error, p384Hints } from "../p384/index.js";

/** An ECDSA signature over P-384 with SHA-384. */
export interface SignedMessage {
  readonly message: Uint8Array;
  /** r ‖ s, 48 bytes each. */
  readonly signature: Uint8Array;
  /** x ‖ y, 48 bytes each. */
  readonly publicKey: Uint8Array;
}

/** Hints of IP384.verify for a signature; empty, which works too, where it does not hold. */
export function signatureHints({ message, signature, publicKey }: SignedMessage): Uint8Array {
  const [r, s] = [signature.slice(0, 48), signature.slice(48)];
  const [x, y] = [publicKey.slice(0, 48), publicKey.slice(48)];
  try {
    return p384Hints({ digest: sha384(message), r, s, x, y });
  } catch (error) {
    if (error instanceof P384Error && error.code !== "BAD_INPUT") return new Uint8Array();
    throw error;
  }
}
