// Writes the arithmetic of BN254's two prime fields for the prover's core: AssemblyScript does not unroll loops, and limbs
// kept in locals are three times as fast as limbs in memory. Everything else of the core is written by hand.

const LIMBS = 9;
const BITS = 29;
const MASK = (1n << 29n) - 1n;
/** Montgomery's R: 2^261. */
const RADIX = 1n << BigInt(LIMBS * BITS);

/** The fields by the names of their files: EIP-196's p (coordinates) and the group's order r (scalars). */
export const FIELDS = {
  fq: 21888242871839275222246405745257275088696311157297823662689037894645226208583n,
  fr: 21888242871839275222246405745257275088548364400416034343698204186575808495617n,
} as const;

const INDICES = Array.from({ length: LIMBS }, (_, i) => i);

/** Nine limbs of 29 bits; the last one takes what is left. */
function limbs(value: bigint): bigint[] {
  return INDICES.map((i) => {
    const limb = value >> BigInt(BITS * i);
    return i === LIMBS - 1 ? limb : limb & MASK;
  });
}

/** 1 / value mod 2^29, value odd: Newton's iteration doubles the correct bits, and 3 bits are correct at the start. */
function inverseOfLimb(value: bigint): bigint {
  let inverse = value;
  for (let i = 0; i < 4; i++) inverse = (inverse * (2n - value * inverse)) & MASK;
  return inverse & MASK;
}

/** Lines that carry from limb to limb and store: `term(i)` is limb i without the carry, in the type `type`. */
function carried(type: "i32" | "i64", term: (i: number) => string): string[] {
  return INDICES.flatMap((i) => {
    const sum = `v = ${term(i)}${i === 0 ? "" : ` + (v >> ${BITS})`};`;
    return [sum, `store<u32>(o, <u32>(v${i === LIMBS - 1 ? "" : ` & ${MASK}`}), ${4 * i});`];
  }).toSpliced(0, 0, `let v: ${type};`);
}

/** Interleaved Montgomery product (CIOS with carries put off: a column holds at most 18 products of 58 bits). */
function product(p: readonly bigint[], inverse: bigint): string[] {
  const lines = [
    ...INDICES.map((j) => `const b${j} = <u64>load<u32>(b, ${4 * j});`),
    ...INDICES.map((j) => `let t${j}: u64 = 0;`),
    "let x: u64;",
    "let m: u64;",
  ];
  for (const i of INDICES) {
    lines.push(`x = <u64>load<u32>(a, ${4 * i});`, "t0 += x * b0;");
    lines.push(`m = ((t0 & ${MASK}) * ${inverse}) & ${MASK};`);
    lines.push(`t0 = ((t0 + m * ${p[0]}) >> ${BITS}) + t1 + x * b1 + m * ${p[1]};`);
    for (let j = 2; j < LIMBS; j++) lines.push(`t${j - 1} = t${j} + x * b${j} + m * ${p[j]};`);
    lines.push(`t${LIMBS - 1} = 0;`);
  }
  return [...lines, ...storeColumns()];
}

/** Montgomery square: 45 products instead of 81 before the reduction. */
function square(p: readonly bigint[], inverse: bigint): string[] {
  const lines = INDICES.map((j) => `const a${j} = <u64>load<u32>(a, ${4 * j});`);
  for (let k = 0; k < 2 * LIMBS - 1; k++) {
    const pairs = INDICES.filter((i) => i < k - i && k - i < LIMBS).map((i) => `a${i} * a${k - i}`);
    const twice = pairs.length === 0 ? [] : [`((${pairs.join(" + ")}) << 1)`];
    const middle = k % 2 === 0 ? [`a${k / 2} * a${k / 2}`] : [];
    lines.push(`let s${k}: u64 = ${[...twice, ...middle].join(" + ")};`);
  }
  lines.push("let m: u64;");
  for (const i of INDICES) {
    lines.push(`m = ((s${i} & ${MASK}) * ${inverse}) & ${MASK};`);
    lines.push(`s${i + 1} += ((s${i} + m * ${p[0]}) >> ${BITS}) + m * ${p[1]};`);
    for (let j = 2; j < LIMBS; j++) lines.push(`s${i + j} += m * ${p[j]};`);
  }
  return [
    ...lines,
    ...INDICES.map((j) => `let t${j}: u64 = ${j === LIMBS - 1 ? "0" : `s${j + LIMBS}`};`),
    ...storeColumns(),
  ];
}

function storeColumns(): string[] {
  return INDICES.flatMap((j) =>
    j === LIMBS - 1
      ? [`store<u32>(o, <u32>t${j}, ${4 * j});`]
      : [`t${j + 1} += t${j} >> ${BITS};`, `store<u32>(o, <u32>(t${j} & ${MASK}), ${4 * j});`],
  );
}

function constant(name: string, about: string, words: readonly bigint[]): string {
  return `/** ${about} */\nexport const ${name}: usize = memory.data<u32>([${words.join(", ")}]);\n`;
}

function method(name: string, parameters: string, about: string, body: readonly string[], result = "void"): string {
  return `/** ${about} */\nexport function ${name}(${parameters}): ${result} {\n${body.map((line) => `  ${line}\n`).join("")}}\n`;
}

/** Source of one field's module. */
export function fieldSource(name: keyof typeof FIELDS): string {
  const modulus = FIELDS[name];
  const p = limbs(modulus);
  const four = limbs(4n * modulus);
  const inverse = inverseOfLimb(p[0] ?? 0n);
  const negative = (1n << 29n) - inverse;
  const words = (value: bigint) => Array.from({ length: 8 }, (_, i) => (value >> BigInt(32 * i)) & 0xffffffffn);
  const top = (p[LIMBS - 1] ?? 0n) + 1n;
  const oab = "o: usize, a: usize, b: usize";
  return [
    `// Written by scripts/fields.ts: do not edit. Field of p = ${modulus}.
// An element is nine limbs of 29 bits in Montgomery form (x * 2^261 mod p), not always below p: the products take factors
// below 12 p and give less than 2 p; sums grow; \`reduce\` brings anything below 169 p under 1.001 p.

`,
    constant("ONE", "1.", limbs(RADIX % modulus)),
    constant("UNIT", "Factor that leaves Montgomery's form.", limbs(1n)),
    constant("SQUARE", "Factor that turns an integer into Montgomery's form.", limbs((RADIX * RADIX) % modulus)),
    constant("FROM256", "Factor from Montgomery's form with 2^256.", limbs((1n << 266n) % modulus)),
    constant("TO256", "Factor into Montgomery's form with 2^256.", limbs((1n << 256n) % modulus)),
    constant("INVERSE", "p - 2, in words.", words(modulus - 2n)),
    constant(
      "ROOT",
      "(p + 1) / 4, in words: the exponent of a square root where p = 3 mod 4.",
      words((modulus + 1n) / 4n),
    ),
    constant("MODULUS", "p.", p),
    "const spare: usize = memory.data(36);\n",
    method("mul", oab, "o = a b / 2^261 mod p.", product(p, negative)),
    method("sqr", "o: usize, a: usize", "o = a a / 2^261 mod p.", square(p, negative)),
    method(
      "add",
      oab,
      "o = a + b.",
      carried("i32", (i) => `<i32>load<u32>(a, ${4 * i}) + <i32>load<u32>(b, ${4 * i})`),
    ),
    method(
      "sub",
      oab,
      "o = a - b + 4 p; b below 4 p.",
      carried("i32", (i) => `<i32>load<u32>(a, ${4 * i}) - <i32>load<u32>(b, ${4 * i}) + ${four[i]}`),
    ),
    method("reduce", "o: usize", "Subtracts p about as often as it goes.", [
      `const q = <i64>(load<u32>(o, ${4 * (LIMBS - 1)}) / ${top});`,
      ...carried("i64", (i) => `<i64>load<u32>(o, ${4 * i}) - q * ${p[i]}`),
    ]),
    method(
      "isZero",
      "a: usize",
      "Whether a is a multiple of p.",
      [
        "// a = k p needs a's lowest limb to be k times p's: almost always the answer.",
        `if (((load<u32>(a) * ${inverse}) & ${MASK}) > 170) return false;`,
        "memory.copy(spare, a, 36);",
        "canonical(spare);",
        "return allZero(spare);",
      ],
      "bool",
    ),
    method(
      "allZero",
      "a: usize",
      "Whether all limbs are 0.",
      [`return (${INDICES.map((i) => `load<u32>(a, ${4 * i})`).join(" | ")}) == 0;`],
      "bool",
    ),
    method("canonical", "o: usize", "The representative below p.", [
      "reduce(o);",
      "if (atLeastModulus(o)) subModulus(o);",
    ]),
    `function atLeastModulus(a: usize): bool {
  for (let i: usize = 36; i != 0; i -= 4) {
    const limb = load<u32>(a + i - 4);
    const other = load<u32>(MODULUS + i - 4);
    if (limb != other) return limb > other;
  }
  return true;
}
function subModulus(o: usize): void {
  let v: i32 = 0;
  for (let i: usize = 0; i < 36; i += 4) {
    v = <i32>load<u32>(o + i) - <i32>load<u32>(MODULUS + i) + (v >> 29);
    store<u32>(o + i, <u32>(v & ${MASK}));
  }
}
/** o = a^e / (Montgomery's form kept), e eight words at \`exponent\`. Not constant in time: no secret is raised to a power. */
export function pow(o: usize, a: usize, exponent: usize): void {
  memory.copy(spare, a, 36);
  memory.copy(o, ONE, 36);
  for (let i = 255; i >= 0; i--) {
    sqr(o, o);
    if ((load<u32>(exponent + ((i >> 5) << 2)) >> (i & 31)) & 1) mul(o, o, spare);
  }
}
/** o = 1 / a, and 0 for 0. */
export function inv(o: usize, a: usize): void {
  pow(o, a, INVERSE);
}
/** From 32 bytes, little-endian, times \`factor\`: SQUARE for integers, FROM256 for Montgomery's form with 2^256. */
export function unpack(o: usize, a: usize, factor: usize): void {
  for (let i = 0; i < 9; i++) {
    const bit = 29 * i;
    const at = a + ((bit >> 5) << 2);
    let pair = <u64>load<u32>(at);
    if (bit < 224) pair |= <u64>load<u32>(at + 4) << 32;
    store<u32>(o + (i << 2), <u32>((pair >> (bit & 31)) & ${MASK}));
  }
  mul(o, o, factor);
}
/** To 32 bytes, little-endian, below p, times \`factor\`: UNIT for integers, TO256 for Montgomery's form with 2^256. */
export function pack(o: usize, a: usize, factor: usize): void {
  mul(spare, a, factor);
  canonical(spare);
  let bits: u64 = 0;
  let held = 0;
  for (let i = 0; i < 9; i++) {
    bits |= <u64>load<u32>(spare + (i << 2)) << held;
    held += 29;
    if (held >= 32) {
      store<u32>(o, <u32>bits);
      o += 4;
      bits >>= 32;
      held -= 32;
    }
  }
}
`,
  ].join("");
}
