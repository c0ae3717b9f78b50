import { utf8ToBytes } from "@noble/hashes/utils.js";
import { toBytes } from "../field.js";
import type { Zkey } from "../formats/zkey.js";
import { contribute } from "../groth16/phase2.js";
import { GENERATOR1, writePoint } from "../groth16/points.js";
import { Engine } from "../prover/engine.js";
import { part, type WorkOptions } from "../work.js";
import { type Beacon, beaconStream } from "./beacon.js";
import { freshScalar } from "./entropy.js";
import { CeremonyError } from "./errors.js";
import { contributionHash, transcriptHash } from "./hashes.js";
import { Stream } from "./random-points.js";

export interface Contributed {
  readonly zkey: Zkey;
  /** 64 bytes: what the party publishes, and later finds in the transcript. */
  readonly hash: Uint8Array;
}

/**
 * A party's contribution: delta times a secret that is then forgotten, with a proof that the party knew it (Bowe, Gabizon and Miers
 * 2017, eprint 2017/1050, as in snarkjs). The secret is from the platform's generator; numbers of JavaScript cannot be overwritten,
 * so let the process end, and the machine with it if much depends on it.
 * @param name up to 64 characters, public
 * @param entropy mixed in: does no harm when it is known, helps when the generator is bad
 * @throws CeremonyError `ENDED` after a beacon, `USAGE` for a name that is too long
 */
export async function contributeToZkey(
  zkey: Zkey,
  { name = "", entropy = "" }: { readonly name?: string; readonly entropy?: string } = {},
  options: WorkOptions = {},
): Promise<Contributed> {
  checkOpen(zkey, name);
  const fresh = () => freshScalar(entropy);
  const engine = await Engine.create();
  const s = engine.scale(1, writePoint(GENERATOR1), toBytes([fresh()]));
  const made = await extend(zkey, { name, s, secret: fresh(), eta: fresh() }, options);
  engine.wipe();
  return made;
}

/**
 * The last contribution: its secret follows from a public value, so that the last party could not choose the key.
 * @throws CeremonyError `ENDED` after another beacon, `USAGE`
 */
export async function applyBeacon(
  zkey: Zkey,
  beacon: Beacon,
  { name = "" }: { readonly name?: string } = {},
  options: WorkOptions = {},
): Promise<Contributed> {
  checkOpen(zkey, name);
  const stream = await beaconStream(beacon, part(options, 0, 0.2));
  const secret = stream.scalar();
  // eta stays what the parties made it: a factor that everybody knows adds nothing.
  return extend(zkey, { name, beacon, secret, s: writePoint(stream.g1()), eta: 1n }, part(options, 0.2, 1));
}

interface Step {
  readonly name: string;
  readonly beacon?: Beacon;
  readonly secret: bigint;
  readonly s: Uint8Array;
  readonly eta: bigint;
}

async function extend(zkey: Zkey, { name, beacon, secret, s, eta }: Step, options: WorkOptions): Promise<Contributed> {
  const key = await contribute(zkey, { delta: secret, eta }, options);
  const engine = await Engine.create();
  const factor = toBytes([secret]);
  const sx = engine.scale(1, s, factor);
  const transcript = transcriptHash(zkey.transcript, s, sx);
  const spx = engine.scale(2, writePoint(new Stream(transcript).g2()), factor);
  factor.fill(0);
  engine.wipe();
  const contribution = { name, delta1: key.delta1, s, sx, spx, transcript, ...(beacon && { beacon }) };
  const { circuitHash, contributions } = zkey.transcript;
  return {
    zkey: { ...key, transcript: { circuitHash, contributions: [...contributions, contribution] } },
    hash: contributionHash(contribution),
  };
}

function checkOpen({ transcript }: Zkey, name: string): void {
  if (name.length > 64 || utf8ToBytes(name).length > 255)
    throw new CeremonyError("USAGE", `a contribution's name has up to 64 characters, not ${name.length}`);
  if (transcript.contributions.some(({ beacon }) => beacon !== undefined))
    throw new CeremonyError("ENDED", "a beacon has been applied to this key: the ceremony is over");
}
