// Writes the arithmetic of BN254's coordinate field for the prover's fast core: two elements at a time, with fused multiply-adds of
// WebAssembly's relaxed SIMD. How a product of two doubles gives its high and its low half exactly: Emmart, Zheng, Weems,
// "Faster modular exponentiation using double precision floating point arithmetic on the GPU" (ARITH 2018).
import { FIELDS } from "./fields.ts";

const P: bigint = FIELDS.fq;
const LIMBS = 5;
const BITS = 51n;
const MASK = (1n << BITS) - 1n;
const HALF = 1n << (BITS - 1n);
const INDICES = Array.from({ length: LIMBS }, (_, i) => i);

/** a b + HIGH rounds to a multiple of 2^51, and its bits are those of HIGH plus that multiple's quotient: |a b| at most 2^102. */
const HIGH = 1.5 * 2 ** 103;
/** a b - (that multiple) + LOW is exact, and its bits are those of LOW plus the rest, of either sign. */
const LOW = 1.5 * 2 ** 52;
const INTEGER = 2 ** 52;
/** Keeps a column that is shifted to the right from being negative. */
const POSITIVE = 1n << 62n;

function bitsOf(double: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, double);
  return view.getBigUint64(0);
}

/** Digits in [-2^50, 2^50); the last one takes what is left. */
function limbs(value: bigint): bigint[] {
  return INDICES.map((i) => {
    if (i === LIMBS - 1) return value;
    const low = value & MASK;
    const limb = low >= HALF ? low - MASK - 1n : low;
    value = (value - limb) >> BITS;
    return limb;
  });
}

/** -1 / P mod 2^51, in [-2^50, 2^50): Newton's iteration doubles the correct bits, 3 of which are correct at the start. */
const NEGATIVE_INVERSE = (() => {
  let inverse = P;
  for (let i = 0; i < 5; i++) inverse = (inverse * (2n - P * inverse)) & MASK;
  return limbs((MASK + 1n - inverse) & MASK)[0] as bigint;
})();

/** Words of the functions' constants, each in both lanes. */
class Constants {
  readonly words: bigint[] = [];

  word(value: bigint): string {
    const word = BigInt.asUintN(64, value);
    let index = this.words.indexOf(word);
    if (index < 0) index = this.words.push(word) - 1;
    return `v128.load(constants, ${16 * index})`;
  }

  double(value: number): string {
    return this.word(bitsOf(value));
  }
}

/**
 * Montgomery product modulo 2^255. Column j holds the sum of all halves of weight 2^(51 j), as an integer; the bits of HIGH and LOW
 * that come with them are taken off by what the column starts with. The first four columns are cleared by multiples of k P, where
 * k = -1 / P mod 2^51: k P = -1 mod 2^51, so that the factor is the column itself and the next column does not wait for a product.
 */
function product(constants: Constants): string[] {
  const word = (value: bigint) => constants.word(value);
  const double = (value: number) => constants.double(value);
  const highs = new Array<bigint>(2 * LIMBS).fill(0n);
  const lows = new Array<bigint>(2 * LIMBS).fill(0n);
  const body: string[] = [];
  const addProduct = (factor: string, column: number) => {
    lows[column] = (lows[column] as bigint) + 1n;
    highs[column + 1] = (highs[column + 1] as bigint) + 1n;
    body.push(
      `h = f64x2.relaxed_madd(x, ${factor}, high);`,
      `t${column + 1} = i64x2.add(t${column + 1}, h);`,
      `t${column} = i64x2.add(t${column}, f64x2.relaxed_madd(x, ${factor}, f64x2.sub(both, h)));`,
    );
  };
  const digitOf = (column: number, offset: number) =>
    `f64x2.sub(v128.or(v128.and(t${column}, ${word(MASK)}), ${double(INTEGER)}), ${double(INTEGER + offset)})`;
  const carry = (column: number) =>
    body.push(`t${column + 1} = i64x2.add(t${column + 1}, i64x2.shr_u(t${column}, ${BITS}));`);
  const multiple = limbs((NEGATIVE_INVERSE * P + 1n) >> BITS);
  const last = LIMBS - 1;
  for (const i of INDICES) {
    body.push(`x = v128.load(a, ${16 * i});`);
    for (const k of INDICES) addProduct(`b${k}`, i + k);
    if (i < last) {
      body.push(`x = ${digitOf(i, Number(HALF))};`);
      carry(i);
      for (const k of INDICES) addProduct(double(Number(multiple[k])), i + 1 + k);
    } else {
      const inverse = double(Number(NEGATIVE_INVERSE));
      body.push(`x = ${digitOf(i, 0)};`, `h = f64x2.relaxed_madd(x, ${inverse}, high);`);
      body.push(`x = f64x2.relaxed_madd(x, ${inverse}, f64x2.sub(high, h));`);
      for (const [k, limb] of limbs(P).entries()) addProduct(double(Number(limb)), i + k);
      carry(i);
    }
  }
  for (let column = LIMBS; column < 2 * LIMBS - 1; column++) {
    body.push(`v128.store(o, ${digitOf(column, Number(HALF))}, ${16 * (column - LIMBS)});`);
    carry(column);
  }
  const top = 2 * LIMBS - 1;
  body.push(`v128.store(o, f64x2.sub(t${top}, ${double(LOW)}), ${16 * last});`);
  const starts = Array.from({ length: 2 * LIMBS }, (_, j) => {
    let start = -(lows[j] as bigint) * bitsOf(LOW) - (highs[j] as bigint) * bitsOf(HIGH);
    start += j === top ? bitsOf(LOW) : POSITIVE;
    if (j > 0) start -= POSITIVE >> BITS;
    // Digits of either sign: all but the one that is multiplied, and the top.
    if (j !== last && j !== top) start += HALF;
    return `let t${j} = ${word(start)};`;
  });
  return [
    ...INDICES.map((k) => `const b${k} = v128.load(b, ${16 * k});`),
    `const high = ${double(HIGH)};`,
    `const both = ${double(HIGH + LOW)};`,
    "let x: v128;",
    "let h: v128;",
    ...starts,
    ...body,
  ];
}

/** Subtracts the multiple of P that the top limb tells, then carries: each limb but the top is rounded to a multiple of 2^51. */
function tidied(constants: Constants, limb: (k: number) => string): string[] {
  const p = limbs(P);
  const double = (value: number) => constants.double(value);
  const lines = [
    ...INDICES.map((k) => `let l${k} = ${limb(k)};`),
    `const q = f64x2.sub(f64x2.relaxed_madd(l${LIMBS - 1}, ${double(1 / Number(p[LIMBS - 1]))}, ${double(LOW)}), ${double(LOW)});`,
    ...INDICES.map((k) => `l${k} = f64x2.relaxed_nmadd(q, ${double(Number(p[k]))}, l${k});`),
  ];
  return [...lines, ...carried(constants)];
}

function carried(constants: Constants): string[] {
  const round = constants.double(1.5 * 2 ** 103);
  return [
    "let c: v128;",
    ...INDICES.slice(0, -1).flatMap((k) => [
      `c = f64x2.sub(f64x2.add(l${k}, ${round}), ${round});`,
      `v128.store(o, f64x2.sub(l${k}, c), ${16 * k});`,
      `l${k + 1} = f64x2.relaxed_madd(c, ${constants.double(2 ** -51)}, l${k + 1});`,
    ]),
    `v128.store(o, l${LIMBS - 1}, ${16 * (LIMBS - 1)});`,
  ];
}

function method(name: string, parameters: string, about: string, body: readonly string[], result = "void"): string {
  return `/** ${about} */\nexport function ${name}(${parameters}): ${result} {\n${body.map((line) => `  ${line}\n`).join("")}}\n`;
}

/** An element in both lanes, as static data. */
function element(name: string, about: string, value: bigint): string {
  const words = limbs(value % P).flatMap((limb) => [bitsOf(Number(limb)), bitsOf(Number(limb))]);
  return `/** ${about} */\nexport const ${name}: usize = memory.data<u64>([${words.join(", ")}], 16);\n`;
}

const WORDS = [0, 1, 2, 3].map((i) => ((P - 2n) >> BigInt(64 * i)) & 0xffffffffffffffffn);

/** Source of the field's module. */
export function laneSource(): string {
  const constants = new Constants();
  const mul = product(constants);
  const limb = (from: string) => (k: number) => `v128.load(${from}, ${16 * k})`;
  const difference = (k: number) => `f64x2.sub(${limb("a")(k)}, ${limb("b")(k)})`;
  const tidy = tidied(constants, limb("o"));
  const subTidy = tidied(constants, difference);
  const carry = [...INDICES.map((k) => `let l${k} = ${limb("o")(k)};`), ...carried(constants)];
  const each = (line: (k: number) => string) => INDICES.map(line);
  const oab = "o: usize, a: usize, b: usize";
  const data = constants.words.flatMap((word) => [word, word]).join(", ");
  return [
    `// Written by scripts/lanes.ts: do not edit. Two elements of the field of p = ${P}, one in each lane.
// A pair is five limbs of 51 bits as doubles of either sign, 16 bytes each, in Montgomery form (x * 2^255 mod p); in points, where
// elements stand alone, a limb has 8 bytes. Bounds, of values and of limbs: a *tidy* element is at most 0.51 p, its limbs at most 2^50, and
// zero is all limbs zero. \`mul\` takes limbs whose products are at most 2^102 (a sum of two tidy ones each) and gives limbs of 2^50 and a
// value of |a b| / 2^255 + 0.75 p: of two factors below 1.6 p less than 1.8 p. \`tidy\` takes values below 8 p, limbs below 2^52.

`,
    `const constants: usize = memory.data<u64>([${data}], 16);\n`,
    element("ONE", "1.", 1n << 255n),
    element("FROM256", "Factor from Montgomery's form with 2^256.", 1n << 254n),
    element("TO256", "Factor into Montgomery's form with 2^256.", 1n << 256n),
    `const exponent: usize = memory.data<u64>([${WORDS.join(", ")}]);\n`,
    `const base: usize = memory.data(80, 16);\n`,
    `/** x, what x x rounds to, and what is missing then. */\n`,
    `const probe: usize = memory.data<u64>([${[1 + 2 ** -30, 1 + 2 ** -29, 2 ** -60].map(bitsOf).join(", ")}]);\n`,
    method("mul", oab, "o = a b / 2^255 mod p.", mul),
    method("tidy", "o: usize", "The same element, tidy.", tidy),
    method("subTidy", oab, "o = a - b, tidy.", subTidy),
    method("carry", "o: usize", "The same value, limbs at most 2^50.", carry),
    method(
      "add",
      oab,
      "o = a + b.",
      each((k) => `v128.store(o, f64x2.add(v128.load(a, ${16 * k}), v128.load(b, ${16 * k})), ${16 * k});`),
    ),
    method(
      "sub",
      oab,
      "o = a - b.",
      each((k) => `v128.store(o, f64x2.sub(v128.load(a, ${16 * k}), v128.load(b, ${16 * k})), ${16 * k});`),
    ),
    method(
      "join",
      `${oab}, signs: v128`,
      "A pair of the elements at a and b, less than 0 where `signs` has a lane's top bit.",
      each(
        (k) =>
          `v128.store(o, v128.xor(v128.load_lane<u64>(b, v128.load_zero<u64>(a, ${8 * k}), 1, ${8 * k}), signs), ${16 * k});`,
      ),
    ),
    method(
      "part",
      "a: usize, b: usize, o: usize",
      "Lane 0 of a pair to a, lane 1 to b.",
      each(
        (k) =>
          `v128.store_lane<u64>(a, v128.load(o, ${16 * k}), 0, ${8 * k}); v128.store_lane<u64>(b, v128.load(o, ${16 * k}), 1, ${8 * k});`,
      ),
    ),
    method(
      "copyLane",
      "o: usize, a: usize, lane: usize",
      "Lane `lane` of o becomes that of a.",
      each((k) => `store<f64>(o + 8 * lane, load<f64>(a + 8 * lane, ${16 * k}), ${16 * k});`),
    ),
    method(
      "swap",
      "o: usize, a: usize",
      "o = a, lanes exchanged.",
      each(
        (k) => `v128.store(o, v128.shuffle<u64>(v128.load(a, ${16 * k}), v128.load(a, ${16 * k}), 1, 0), ${16 * k});`,
      ),
    ),
    method(
      "isZero",
      "a: usize, lane: usize",
      "Whether a lane of a tidy pair, or of a product of two tidy ones, is zero.",
      [`return ${INDICES.map((k) => `load<f64>(a + 8 * lane, ${16 * k}) == 0`).join(" && ")};`],
      "bool",
    ),
    method(
      "isAllZero",
      "a: usize",
      "Whether an element that stands alone has no limb but zeros.",
      [`return ${INDICES.map((k) => `load<f64>(a, ${8 * k}) == 0`).join(" && ")};`],
      "bool",
    ),
    `/** o = 1 / a, and 0 for 0. Not constant in time: its exponent is no secret. */
export function inv(o: usize, a: usize): void {
  memory.copy(base, a, 80);
  memory.copy(o, ONE, 80);
  for (let i = 253; i >= 0; i--) {
    mul(o, o, o);
    tidy(o);
    if ((load<u64>(exponent + ((i >> 6) << 3)) >> (i & 63)) & 1) mul(o, o, base);
  }
}
/** Limbs, alone, of 32 bytes, little-endian, below 2^255: of no Montgomery form yet. */
export function unpack(o: usize, bytes: usize): void {
  store<f64>(o, <f64>(load<u64>(bytes) & ${MASK}));
  store<f64>(o, <f64>((load<u64>(bytes, 6) >> 3) & ${MASK}), 8);
  store<f64>(o, <f64>((load<u64>(bytes, 12) >> 6) & ${MASK}), 16);
  store<f64>(o, <f64>((load<u64>(bytes, 19) >> 1) & ${MASK}), 24);
  store<f64>(o, <f64>(load<u64>(bytes, 24) >> 12), 32);
}
/** 32 bytes, little-endian, below p, of limbs that stand alone and of a value between -p and p. */
export function pack(bytes: usize, o: usize): void {
  let l0 = <i64>load<f64>(o);
  let l1 = <i64>load<f64>(o, 8) + (l0 >> ${BITS});
  let l2 = <i64>load<f64>(o, 16) + (l1 >> ${BITS});
  let l3 = <i64>load<f64>(o, 24) + (l2 >> ${BITS});
  let l4 = <i64>load<f64>(o, 32) + (l3 >> ${BITS});
  l0 &= ${MASK};
  l1 &= ${MASK};
  l2 &= ${MASK};
  l3 &= ${MASK};
  if (l4 < 0) {
    l0 += ${limbs(P)[0]};
    l1 += ${limbs(P)[1]} + (l0 >> ${BITS});
    l2 += ${limbs(P)[2]} + (l1 >> ${BITS});
    l3 += ${limbs(P)[3]} + (l2 >> ${BITS});
    l4 += ${limbs(P)[4]} + (l3 >> ${BITS});
    l0 &= ${MASK};
    l1 &= ${MASK};
    l2 &= ${MASK};
    l3 &= ${MASK};
  }
  store<u64>(bytes, <u64>(l0 | (l1 << 51)));
  store<u64>(bytes, <u64>((l1 >> 13) | (l2 << 38)), 8);
  store<u64>(bytes, <u64>((l2 >> 26) | (l3 << 25)), 16);
  store<u64>(bytes, <u64>((l3 >> 39) | (l4 << 12)), 24);
}
/** Whether this machine rounds a product and a sum once: where it does not, nothing here is right. */
export function isFused(): bool {
  // From memory, so that no compiler answers it.
  const x = v128.load_splat<u64>(probe);
  const y = v128.load_splat<u64>(probe, 8);
  const rest = f64x2.relaxed_madd(x, x, f64x2.neg(y));
  const negative = f64x2.relaxed_nmadd(x, x, y);
  const wanted = load<f64>(probe, 16);
  return f64x2.extract_lane(rest, 0) == wanted && f64x2.extract_lane(negative, 1) == -wanted;
}
`,
  ].join("");
}
