// The table that multiples of one point by many scalars (set-up) are made with: small multiples of 2^(c w) * base.
import { size } from "./coordinate";
import { addAffine, double, toAffine } from "./curve";
import { addPairs } from "./pairs";

const running: usize = memory.data(288);

function windowsOf(c: i32): i32 {
  return 254 / c + 1;
}

/** Bytes of a table of windows of c bits. */
export function tableBytes<F>(c: i32): usize {
  return ((<usize>windowsOf(c)) << (c - 1)) * 2 * size<F>();
}

/** table[w][d - 1] = d * 2^(c w) * base for d in 1 to 2^(c-1). `scratch` has `fixedScratch` bytes of 128 scalars. */
export function table<F>(out: usize, base: usize, c: i32, scratch: usize): void {
  const windows = windowsOf(c);
  const point = 2 * size<F>();
  const row = point << (c - 1);
  const lefts = scratch;
  const rights = lefts + (windows << 2);
  const outs = rights + (windows << 2);
  const products = outs + (windows << 2);
  memory.fill(running, 0, 2 * point);
  addAffine<F>(running, base, false);
  for (let w = 0; w < windows; w++) {
    toAffine<F>(out + w * row, running);
    for (let k = 0; k < c; k++) double<F>(running);
  }
  for (let d = 1; d < 1 << (c - 1); d++) {
    for (let w = 0; w < windows; w++) {
      const first = out + w * row;
      store<u32>(lefts + (w << 2), <u32>(first + (d - 1) * point));
      store<u32>(rights + (w << 2), <u32>first);
      store<u32>(outs + (w << 2), <u32>(first + d * point));
    }
    addPairs<F>(lefts, rights, outs, windows, products);
  }
}
