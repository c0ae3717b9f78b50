import { KeyError } from "../groth16/key.js";
import { equalBytes, readG2, writePoint } from "../groth16/points.js";
import { concat } from "../prover/engine.js";
import type { LinkKey } from "./link.js";

const MAGIC = 0x4b4c4846; // "FHLK"
const VERSION = 1;
/** Magic, version, whether it is for development, number of anchors. */
const HEAD = 4;
const MAX_ANCHORS = 16;

/** A link's key as provers keep it: "FHLK", version, flag, number of anchors, their wires, then every k and the points, as in keys. */
export function encodeLinkKey({ development, segments, k, points }: LinkKey): Uint8Array<ArrayBuffer> {
  const words = [MAGIC, VERSION, development ? 1 : 0, segments.length, ...segments];
  const head = new Uint8Array(4 * words.length);
  const view = new DataView(head.buffer);
  for (const [i, word] of words.entries()) view.setUint32(4 * i, word, true);
  return concat([head, ...k.map(writePoint), points]);
}

/**
 * Check it against the circuit's key with `checkLinkKey`: this looks at the form alone.
 * @throws KeyError when the bytes are no link's key of this version
 */
export function decodeLinkKey(bytes: Uint8Array): LinkKey {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = (i: number) => {
    if (4 * i + 4 > bytes.length) throw new KeyError("the link's key ends too early");
    return view.getUint32(4 * i, true);
  };
  if (word(0) !== MAGIC) throw new KeyError("not a link's key");
  if (word(1) !== VERSION) throw new KeyError("a link's key of another version");
  const flag = word(2);
  const anchors = word(3);
  if (flag > 1) throw new KeyError("it is not said whether the link's key is for development");
  if (anchors === 0 || anchors > MAX_ANCHORS) throw new KeyError(`a link's key of ${anchors} anchors`);
  const segments = Array.from({ length: anchors }, (_, i) => word(HEAD + i));
  if (segments.includes(0)) throw new KeyError("an anchor of no wires");
  const start = 4 * (HEAD + anchors);
  const body = start + 128 * (anchors + 1);
  const count = segments.reduce((sum, wires) => sum + wires, 1 + anchors);
  if (bytes.length !== body + 64 * count) {
    throw new KeyError(`the link's key has ${bytes.length} bytes, not ${body + 64 * count}`);
  }
  const k = Array.from({ length: anchors + 1 }, (_, i) => {
    const point = bytes.slice(start + 128 * i, start + 128 * (i + 1));
    // Else one key would have many forms, each with a hash of its own.
    if (!equalBytes(writePoint(readG2(point)), point)) throw new KeyError(`a coordinate of k${i} is not below p`);
    return readG2(point);
  });
  return { development: flag === 1, segments, k, points: bytes.slice(body) };
}
