import type { PowersOfTau } from "../formats/ptau.js";
import { type Zkey, zkeyOf } from "../formats/zkey.js";
import { domainLog } from "../groth16/key.js";
import { setupFromPtau } from "../groth16/powers.js";
import type { SetupOptions } from "../prover/jobs.js";
import type { R1cs } from "../r1cs.js";
import { part } from "../work.js";
import { checkSparePower, circuitHash } from "./hashes.js";

/**
 * The key that a circuit's ceremony begins with, point for point and hash for hash the one of snarkjs's `groth16 setup`. Its delta is
 * the generator: worth nothing until parties have contributed.
 * @throws KeyError when the powers are too few, or a committed wire is in no constraint; RangeError for wrong `threads`
 */
export async function firstZkey(system: R1cs, powers: PowersOfTau, options: SetupOptions = {}): Promise<Zkey> {
  checkSparePower(powers, domainLog(system));
  const key = await setupFromPtau(system, powers, {
    ...part(options, 0, 0.95),
    threads: options.threads,
  });
  const zkey = zkeyOf(key, { circuitHash: new Uint8Array(64), contributions: [] });
  const hash = await circuitHash(zkey, powers, part(options, 0.95, 1));
  return { ...zkey, transcript: { circuitHash: hash, contributions: [] } };
}
