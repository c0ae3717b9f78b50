import type { LinkKey } from "@freehold/circuits";
import { BASE_FIELD, mod, readG1, writePoint } from "@freehold/circuits/prover";

/** The key of the negative secrets: nobody needs to know them for it. */
export function negatedLink(link: LinkKey): LinkKey {
  const flip = (y: bigint) => mod(-y, BASE_FIELD);
  const points = link.points.slice();
  for (let at = 0; at < points.length; at += 64) {
    const [x, y] = readG1(points.subarray(at, at + 64));
    points.set(writePoint([x, flip(y)]), at);
  }
  return { ...link, k: link.k.map(([x, [y0, y1]]) => [x, [flip(y0), flip(y1)]] as const), points };
}
