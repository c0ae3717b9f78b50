import { setCurve } from "../eip712/secp256k1.js";

/**
 * Makes everything of the SDK in this process sign and recover with libsecp256k1 in WebAssembly: the same bytes, four times as
 * fast. For nodes, and for payers with many requests.
 */
export async function useFastCurve(): Promise<void> {
  const { recover, signRecoverable } = await import("tiny-secp256k1");
  setCurve({
    sign(secretKey, digest) {
      const { signature, recoveryId } = signRecoverable(digest, secretKey);
      return { compact: signature, recoveryId };
    },
    recover(digest, compact, recoveryId) {
      if (recoveryId !== 0 && recoveryId !== 1) throw new RangeError(`no recovery id: ${recoveryId}`);
      const key = recover(digest, compact, recoveryId, false);
      if (key === null) throw new RangeError("recovers to no key");
      return key;
    },
  });
}
