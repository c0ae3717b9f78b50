import { bn254 } from "@noble/curves/bn254.js";
import { fromG1, type G1Point } from "./points.js";
import { DEVELOPMENT_SEED, seededScalar } from "./setup.js";
import { checkVerifyingKey, type VerifyingKey, VerifyingKeyError } from "./verify.js";
import { G1_BYTES, g1At, g2At } from "./words.js";

/** Bytes of alpha, beta, gamma and delta. */
const HEAD = 448;

let developmentAlpha: G1Point | undefined;

/**
 * The key that `encodeVerifyingKey` wrote, or that a verifier on a chain gives (`Groth16Verifier.key`). Whether it is for development
 * is seen from its alpha, which all circuits of the development set-up have in common: nobody's flag is trusted.
 * @param committed committed wires of the circuit (tier 2); the bytes do not say it
 * @throws VerifyingKeyError when the length is wrong, or as `checkVerifyingKey`
 */
export function decodeVerifyingKey(bytes: Uint8Array, committed = 0): VerifyingKey {
  if (bytes.length < HEAD + G1_BYTES || bytes.length % G1_BYTES !== 0) {
    throw new VerifyingKeyError(
      `a verifying key has ${HEAD} bytes and ${G1_BYTES} for each of its points, not ${bytes.length}`,
    );
  }
  const alpha = g1At(bytes, 0);
  const key: VerifyingKey = {
    development: isDevelopmentAlpha(alpha),
    committed,
    alpha,
    beta: g2At(bytes, 64),
    gamma: g2At(bytes, 192),
    delta: g2At(bytes, 320),
    ic: Array.from({ length: (bytes.length - HEAD) / G1_BYTES }, (_, i) => g1At(bytes, HEAD + G1_BYTES * i)),
  };
  checkVerifyingKey(key);
  return key;
}

function isDevelopmentAlpha([x, y]: G1Point): boolean {
  developmentAlpha ??= fromG1(bn254.G1.Point.BASE.multiply(seededScalar(DEVELOPMENT_SEED, "alpha")));
  return x === developmentAlpha[0] && y === developmentAlpha[1];
}
