// Written by scripts/lanes.ts: do not edit. Two elements of the field of p = 21888242871839275222246405745257275088696311157297823662689037894645226208583, one in each lane.
// A pair is five limbs of 51 bits as doubles of either sign, 16 bytes each, in Montgomery form (x * 2^255 mod p); in points, where
// elements stand alone, a limb has 8 bytes. Bounds, of values and of limbs: a *tidy* element is at most 0.51 p, its limbs at most 2^50, and
// zero is all limbs zero. `mul` takes limbs whose products are at most 2^102 (a sum of two tidy ones each) and gives limbs of 2^50 and a
// value of |a b| / 2^255 + 0.75 p: of two factors below 1.6 p less than 1.8 p. `tidy` takes values below 8 p, limbs below 2^52.

const constants: usize = memory.data<u64>([2251799813685247, 2251799813685247, 4841369599423283200, 4841369599423283200, 4842495499330125824, 4842495499330125824, 4824046226192566944, 4824046226192566944, 4816024663023384512, 4816024663023384512, 4832295134436743416, 4832295134436743416, 4818422328568468672, 4818422328568468672, 4821258459273921664, 4821258459273921664, 4827924870630415432, 4827924870630415432, 4819276953634711776, 4819276953634711776, 4828255113456729120, 4828255113456729120, 14051136178902508896, 14051136178902508896, 4806708767252758784, 4806708767252758784, 4830165744403650768, 4830165744403650768, 4843621399236968448, 4843621399236968448, 18215934592806813696, 18215934592806813696, 3455386814100011008, 3455386814100011008, 2068278128869898240, 2068278128869898240, 681169443639785472, 681169443639785472, 12896057532975413248, 12896057532975413248, 2520889891420633088, 2520889891420633088, 17281437670127433728, 17281437670127433728, 221802281647994880, 221802281647994880, 1608910966878107648, 1608910966878107648, 8070450532247926784, 8070450532247926784, 5073304980232863744, 5073304980232863744, 5073304980232863747, 5073304980232863747, 4383455017258487425, 4383455017258487425, 4377498837804122112, 4377498837804122112], 16);
/** 1. */
export const ONE: usize = memory.data<u64>([14047152590116858080, 14047152590116858080, 4831569774337427392, 4831569774337427392, 4832267741675103576, 4832267741675103576, 14034584403734905088, 14034584403734905088, 4827638224345996480, 4827638224345996480], 16);
/** Factor from Montgomery's form with 2^256. */
export const FROM256: usize = memory.data<u64>([14042648990489487584, 14042648990489487584, 14051627150311504928, 14051627150311504928, 4827764142047733088, 4827764142047733088, 14030080804107534592, 14030080804107534592, 4823134624718625984, 4823134624718625984], 16);
/** Factor into Montgomery's form with 2^256. */
export const TO256: usize = memory.data<u64>([14052888427738141464, 14052888427738141464, 14053212401973734560, 14053212401973734560, 4827385508073978576, 4827385508073978576, 14040555894481228032, 14040555894481228032, 4822252319937925056, 4822252319937925056], 16);
const exponent: usize = memory.data<u64>([4332616871279656261, 10917124144477883021, 13281191951274694749, 3486998266802970665]);
const base: usize = memory.data(80, 16);
/** x, what x x rounds to, and what is missing then. */
const probe: usize = memory.data<u64>([4607182418804211712, 4607182418808406016, 4336966441157787648]);
/** o = a b / 2^255 mod p. */
export function mul(o: usize, a: usize, b: usize): void {
  const b0 = v128.load(b, 0);
  const b1 = v128.load(b, 16);
  const b2 = v128.load(b, 32);
  const b3 = v128.load(b, 48);
  const b4 = v128.load(b, 64);
  const high = v128.load(constants, 400);
  const both = v128.load(constants, 416);
  let x: v128;
  let h: v128;
  let t0 = v128.load(constants, 240);
  let t1 = v128.load(constants, 256);
  let t2 = v128.load(constants, 272);
  let t3 = v128.load(constants, 288);
  let t4 = v128.load(constants, 304);
  let t5 = v128.load(constants, 320);
  let t6 = v128.load(constants, 336);
  let t7 = v128.load(constants, 352);
  let t8 = v128.load(constants, 368);
  let t9 = v128.load(constants, 384);
  x = v128.load(a, 0);
  h = f64x2.relaxed_madd(x, b0, high);
  t1 = i64x2.add(t1, h);
  t0 = i64x2.add(t0, f64x2.relaxed_madd(x, b0, f64x2.sub(both, h)));
  h = f64x2.relaxed_madd(x, b1, high);
  t2 = i64x2.add(t2, h);
  t1 = i64x2.add(t1, f64x2.relaxed_madd(x, b1, f64x2.sub(both, h)));
  h = f64x2.relaxed_madd(x, b2, high);
  t3 = i64x2.add(t3, h);
  t2 = i64x2.add(t2, f64x2.relaxed_madd(x, b2, f64x2.sub(both, h)));
  h = f64x2.relaxed_madd(x, b3, high);
  t4 = i64x2.add(t4, h);
  t3 = i64x2.add(t3, f64x2.relaxed_madd(x, b3, f64x2.sub(both, h)));
  h = f64x2.relaxed_madd(x, b4, high);
  t5 = i64x2.add(t5, h);
  t4 = i64x2.add(t4, f64x2.relaxed_madd(x, b4, f64x2.sub(both, h)));
  x = f64x2.sub(v128.or(v128.and(t0, v128.load(constants, 0)), v128.load(constants, 16)), v128.load(constants, 32));
  t1 = i64x2.add(t1, i64x2.shr_u(t0, 51));
  h = f64x2.relaxed_madd(x, v128.load(constants, 48), high);
  t2 = i64x2.add(t2, h);
  t1 = i64x2.add(t1, f64x2.relaxed_madd(x, v128.load(constants, 48), f64x2.sub(both, h)));
  h = f64x2.relaxed_madd(x, v128.load(constants, 64), high);
  t3 = i64x2.add(t3, h);
  t2 = i64x2.add(t2, f64x2.relaxed_madd(x, v128.load(constants, 64), f64x2.sub(both, h)));
  h = f64x2.relaxed_madd(x, v128.load(constants, 80), high);
  t4 = i64x2.add(t4, h);
  t3 = i64x2.add(t3, f64x2.relaxed_madd(x, v128.load(constants, 80), f64x2.sub(both, h)));
  h = f64x2.relaxed_madd(x, v128.load(constants, 96), high);
  t5 = i64x2.add(t5, h);
  t4 = i64x2.add(t4, f64x2.relaxed_madd(x, v128.load(constants, 96), f64x2.sub(both, h)));
  h = f64x2.relaxed_madd(x, v128.load(constants, 112), high);
  t6 = i64x2.add(t6, h);
  t5 = i64x2.add(t5, f64x2.relaxed_madd(x, v128.load(constants, 112), f64x2.sub(both, h)));
  x = v128.load(a, 16);
  h = f64x2.relaxed_madd(x, b0, high);
  t2 = i64x2.add(t2, h);
  t1 = i64x2.add(t1, f64x2.relaxed_madd(x, b0, f64x2.sub(both, h)));
  h = f64x2.relaxed_madd(x, b1, high);
  t3 = i64x2.add(t3, h);
  t2 = i64x2.add(t2, f64x2.relaxed_madd(x, b1, f64x2.sub(both, h)));
  h = f64x2.relaxed_madd(x, b2, high);
  t4 = i64x2.add(t4, h);
  t3 = i64x2.add(t3, f64x2.relaxed_madd(x, b2, f64x2.sub(both, h)));
  h = f64x2.relaxed_madd(x, b3, high);
  t5 = i64x2.add(t5, h);
  t4 = i64x2.add(t4, f64x2.relaxed_madd(x, b3, f64x2.sub(both, h)));
  h = f64x2.relaxed_madd(x, b4, high);
  t6 = i64x2.add(t6, h);
  t5 = i64x2.add(t5, f64x2.relaxed_madd(x, b4, f64x2.sub(both, h)));
  x = f64x2.sub(v128.or(v128.and(t1, v128.load(constants, 0)), v128.load(constants, 16)), v128.load(constants, 32));
  t2 = i64x2.add(t2, i64x2.shr_u(t1, 51));
  h = f64x2.relaxed_madd(x, v128.load(constants, 48), high);
  t3 = i64x2.add(t3, h);
  t2 = i64x2.add(t2, f64x2.relaxed_madd(x, v128.load(constants, 48), f64x2.sub(both, h)));
  h = f64x2.relaxed_madd(x, v128.load(constants, 64), high);
  t4 = i64x2.add(t4, h);
  t3 = i64x2.add(t3, f64x2.relaxed_madd(x, v128.load(constants, 64), f64x2.sub(both, h)));
  h = f64x2.relaxed_madd(x, v128.load(constants, 80), high);
  t5 = i64x2.add(t5, h);
  t4 = i64x2.add(t4, f64x2.relaxed_madd(x, v128.load(constants, 80), f64x2.sub(both, h)));
  h = f64x2.relaxed_madd(x, v128.load(constants, 96), high);
  t6 = i64x2.add(t6, h);
  t5 = i64x2.add(t5, f64x2.relaxed_madd(x, v128.load(constants, 96), f64x2.sub(both, h)));
  h = f64x2.relaxed_madd(x, v128.load(constants, 112), high);
  t7 = i64x2.add(t7, h);
  t6 = i64x2.add(t6, f64x2.relaxed_madd(x, v128.load(constants, 112), f64x2.sub(both, h)));
  x = v128.load(a, 32);
  h = f64x2.relaxed_madd(x, b0, high);
  t3 = i64x2.add(t3, h);
  t2 = i64x2.add(t2, f64x2.relaxed_madd(x, b0, f64x2.sub(both, h)));
  h = f64x2.relaxed_madd(x, b1, high);
  t4 = i64x2.add(t4, h);
  t3 = i64x2.add(t3, f64x2.relaxed_madd(x, b1, f64x2.sub(both, h)));
  h = f64x2.relaxed_madd(x, b2, high);
  t5 = i64x2.add(t5, h);
  t4 = i64x2.add(t4, f64x2.relaxed_madd(x, b2, f64x2.sub(both, h)));
  h = f64x2.relaxed_madd(x, b3, high);
  t6 = i64x2.add(t6, h);
  t5 = i64x2.add(t5, f64x2.relaxed_madd(x, b3, f64x2.sub(both, h)));
  h = f64x2.relaxed_madd(x, b4, high);
  t7 = i64x2.add(t7, h);
  t6 = i64x2.add(t6, f64x2.relaxed_madd(x, b4, f64x2.sub(both, h)));
  x = f64x2.sub(v128.or(v128.and(t2, v128.load(constants, 0)), v128.load(constants, 16)), v128.load(constants, 32));
  t3 = i64x2.add(t3, i64x2.shr_u(t2, 51));
  h = f64x2.relaxed_madd(x, v128.load(constants, 48), high);
  t4 = i64x2.add(t4, h);
  t3 = i64x2.add(t3, f64x2.relaxed_madd(x, v128.load(constants, 48), f64x2.sub(both, h)));
  h = f64x2.relaxed_madd(x, v128.load(constants, 64), high);
  t5 = i64x2.add(t5, h);
  t4 = i64x2.add(t4, f64x2.relaxed_madd(x, v128.load(constants, 64), f64x2.sub(both, h)));
  h = f64x2.relaxed_madd(x, v128.load(constants, 80), high);
  t6 = i64x2.add(t6, h);
  t5 = i64x2.add(t5, f64x2.relaxed_madd(x, v128.load(constants, 80), f64x2.sub(both, h)));
  h = f64x2.relaxed_madd(x, v128.load(constants, 96), high);
  t7 = i64x2.add(t7, h);
  t6 = i64x2.add(t6, f64x2.relaxed_madd(x, v128.load(constants, 96), f64x2.sub(both, h)));
  h = f64x2.relaxed_madd(x, v128.load(constants, 112), high);
  t8 = i64x2.add(t8, h);
  t7 = i64x2.add(t7, f64x2.relaxed_madd(x, v128.load(constants, 112), f64x2.sub(both, h)));
  x = v128.load(a, 48);
  h = f64x2.relaxed_madd(x, b0, high);
  t4 = i64x2.add(t4, h);
  t3 = i64x2.add(t3, f64x2.relaxed_madd(x, b0, f64x2.sub(both, h)));
  h = f64x2.relaxed_madd(x, b1, high);
  t5 = i64x2.add(t5, h);
  t4 = i64x2.add(t4, f64x2.relaxed_madd(x, b1, f64x2.sub(both, h)));
  h = f64x2.relaxed_madd(x, b2, high);
  t6 = i64x2.add(t6, h);
  t5 = i64x2.add(t5, f64x2.relaxed_madd(x, b2, f64x2.sub(both, h)));
  h = f64x2.relaxed_madd(x, b3, high);
  t7 = i64x2.add(t7, h);
  t6 = i64x2.add(t6, f64x2.relaxed_madd(x, b3, f64x2.sub(both, h)));
  h = f64x2.relaxed_madd(x, b4, high);
  t8 = i64x2.add(t8, h);
  t7 = i64x2.add(t7, f64x2.relaxed_madd(x, b4, f64x2.sub(both, h)));
  x = f64x2.sub(v128.or(v128.and(t3, v128.load(constants, 0)), v128.load(constants, 16)), v128.load(constants, 32));
  t4 = i64x2.add(t4, i64x2.shr_u(t3, 51));
  h = f64x2.relaxed_madd(x, v128.load(constants, 48), high);
  t5 = i64x2.add(t5, h);
  t4 = i64x2.add(t4, f64x2.relaxed_madd(x, v128.load(constants, 48), f64x2.sub(both, h)));
  h = f64x2.relaxed_madd(x, v128.load(constants, 64), high);
  t6 = i64x2.add(t6, h);
  t5 = i64x2.add(t5, f64x2.relaxed_madd(x, v128.load(constants, 64), f64x2.sub(both, h)));
  h = f64x2.relaxed_madd(x, v128.load(constants, 80), high);
  t7 = i64x2.add(t7, h);
  t6 = i64x2.add(t6, f64x2.relaxed_madd(x, v128.load(constants, 80), f64x2.sub(both, h)));
  h = f64x2.relaxed_madd(x, v128.load(constants, 96), high);
  t8 = i64x2.add(t8, h);
  t7 = i64x2.add(t7, f64x2.relaxed_madd(x, v128.load(constants, 96), f64x2.sub(both, h)));
  h = f64x2.relaxed_madd(x, v128.load(constants, 112), high);
  t9 = i64x2.add(t9, h);
  t8 = i64x2.add(t8, f64x2.relaxed_madd(x, v128.load(constants, 112), f64x2.sub(both, h)));
  x = v128.load(a, 64);
  h = f64x2.relaxed_madd(x, b0, high);
  t5 = i64x2.add(t5, h);
  t4 = i64x2.add(t4, f64x2.relaxed_madd(x, b0, f64x2.sub(both, h)));
  h = f64x2.relaxed_madd(x, b1, high);
  t6 = i64x2.add(t6, h);
  t5 = i64x2.add(t5, f64x2.relaxed_madd(x, b1, f64x2.sub(both, h)));
  h = f64x2.relaxed_madd(x, b2, high);
  t7 = i64x2.add(t7, h);
  t6 = i64x2.add(t6, f64x2.relaxed_madd(x, b2, f64x2.sub(both, h)));
  h = f64x2.relaxed_madd(x, b3, high);
  t8 = i64x2.add(t8, h);
  t7 = i64x2.add(t7, f64x2.relaxed_madd(x, b3, f64x2.sub(both, h)));
  h = f64x2.relaxed_madd(x, b4, high);
  t9 = i64x2.add(t9, h);
  t8 = i64x2.add(t8, f64x2.relaxed_madd(x, b4, f64x2.sub(both, h)));
  x = f64x2.sub(v128.or(v128.and(t4, v128.load(constants, 0)), v128.load(constants, 16)), v128.load(constants, 16));
  h = f64x2.relaxed_madd(x, v128.load(constants, 128), high);
  x = f64x2.relaxed_madd(x, v128.load(constants, 128), f64x2.sub(high, h));
  h = f64x2.relaxed_madd(x, v128.load(constants, 144), high);
  t5 = i64x2.add(t5, h);
  t4 = i64x2.add(t4, f64x2.relaxed_madd(x, v128.load(constants, 144), f64x2.sub(both, h)));
  h = f64x2.relaxed_madd(x, v128.load(constants, 160), high);
  t6 = i64x2.add(t6, h);
  t5 = i64x2.add(t5, f64x2.relaxed_madd(x, v128.load(constants, 160), f64x2.sub(both, h)));
  h = f64x2.relaxed_madd(x, v128.load(constants, 176), high);
  t7 = i64x2.add(t7, h);
  t6 = i64x2.add(t6, f64x2.relaxed_madd(x, v128.load(constants, 176), f64x2.sub(both, h)));
  h = f64x2.relaxed_madd(x, v128.load(constants, 192), high);
  t8 = i64x2.add(t8, h);
  t7 = i64x2.add(t7, f64x2.relaxed_madd(x, v128.load(constants, 192), f64x2.sub(both, h)));
  h = f64x2.relaxed_madd(x, v128.load(constants, 208), high);
  t9 = i64x2.add(t9, h);
  t8 = i64x2.add(t8, f64x2.relaxed_madd(x, v128.load(constants, 208), f64x2.sub(both, h)));
  t5 = i64x2.add(t5, i64x2.shr_u(t4, 51));
  v128.store(o, f64x2.sub(v128.or(v128.and(t5, v128.load(constants, 0)), v128.load(constants, 16)), v128.load(constants, 32)), 0);
  t6 = i64x2.add(t6, i64x2.shr_u(t5, 51));
  v128.store(o, f64x2.sub(v128.or(v128.and(t6, v128.load(constants, 0)), v128.load(constants, 16)), v128.load(constants, 32)), 16);
  t7 = i64x2.add(t7, i64x2.shr_u(t6, 51));
  v128.store(o, f64x2.sub(v128.or(v128.and(t7, v128.load(constants, 0)), v128.load(constants, 16)), v128.load(constants, 32)), 32);
  t8 = i64x2.add(t8, i64x2.shr_u(t7, 51));
  v128.store(o, f64x2.sub(v128.or(v128.and(t8, v128.load(constants, 0)), v128.load(constants, 16)), v128.load(constants, 32)), 48);
  t9 = i64x2.add(t9, i64x2.shr_u(t8, 51));
  v128.store(o, f64x2.sub(t9, v128.load(constants, 224)), 64);
}
/** The same element, tidy. */
export function tidy(o: usize): void {
  let l0 = v128.load(o, 0);
  let l1 = v128.load(o, 16);
  let l2 = v128.load(o, 32);
  let l3 = v128.load(o, 48);
  let l4 = v128.load(o, 64);
  const q = f64x2.sub(f64x2.relaxed_madd(l4, v128.load(constants, 432), v128.load(constants, 224)), v128.load(constants, 224));
  l0 = f64x2.relaxed_nmadd(q, v128.load(constants, 144), l0);
  l1 = f64x2.relaxed_nmadd(q, v128.load(constants, 160), l1);
  l2 = f64x2.relaxed_nmadd(q, v128.load(constants, 176), l2);
  l3 = f64x2.relaxed_nmadd(q, v128.load(constants, 192), l3);
  l4 = f64x2.relaxed_nmadd(q, v128.load(constants, 208), l4);
  let c: v128;
  c = f64x2.sub(f64x2.add(l0, v128.load(constants, 400)), v128.load(constants, 400));
  v128.store(o, f64x2.sub(l0, c), 0);
  l1 = f64x2.relaxed_madd(c, v128.load(constants, 448), l1);
  c = f64x2.sub(f64x2.add(l1, v128.load(constants, 400)), v128.load(constants, 400));
  v128.store(o, f64x2.sub(l1, c), 16);
  l2 = f64x2.relaxed_madd(c, v128.load(constants, 448), l2);
  c = f64x2.sub(f64x2.add(l2, v128.load(constants, 400)), v128.load(constants, 400));
  v128.store(o, f64x2.sub(l2, c), 32);
  l3 = f64x2.relaxed_madd(c, v128.load(constants, 448), l3);
  c = f64x2.sub(f64x2.add(l3, v128.load(constants, 400)), v128.load(constants, 400));
  v128.store(o, f64x2.sub(l3, c), 48);
  l4 = f64x2.relaxed_madd(c, v128.load(constants, 448), l4);
  v128.store(o, l4, 64);
}
/** o = a - b, tidy. */
export function subTidy(o: usize, a: usize, b: usize): void {
  let l0 = f64x2.sub(v128.load(a, 0), v128.load(b, 0));
  let l1 = f64x2.sub(v128.load(a, 16), v128.load(b, 16));
  let l2 = f64x2.sub(v128.load(a, 32), v128.load(b, 32));
  let l3 = f64x2.sub(v128.load(a, 48), v128.load(b, 48));
  let l4 = f64x2.sub(v128.load(a, 64), v128.load(b, 64));
  const q = f64x2.sub(f64x2.relaxed_madd(l4, v128.load(constants, 432), v128.load(constants, 224)), v128.load(constants, 224));
  l0 = f64x2.relaxed_nmadd(q, v128.load(constants, 144), l0);
  l1 = f64x2.relaxed_nmadd(q, v128.load(constants, 160), l1);
  l2 = f64x2.relaxed_nmadd(q, v128.load(constants, 176), l2);
  l3 = f64x2.relaxed_nmadd(q, v128.load(constants, 192), l3);
  l4 = f64x2.relaxed_nmadd(q, v128.load(constants, 208), l4);
  let c: v128;
  c = f64x2.sub(f64x2.add(l0, v128.load(constants, 400)), v128.load(constants, 400));
  v128.store(o, f64x2.sub(l0, c), 0);
  l1 = f64x2.relaxed_madd(c, v128.load(constants, 448), l1);
  c = f64x2.sub(f64x2.add(l1, v128.load(constants, 400)), v128.load(constants, 400));
  v128.store(o, f64x2.sub(l1, c), 16);
  l2 = f64x2.relaxed_madd(c, v128.load(constants, 448), l2);
  c = f64x2.sub(f64x2.add(l2, v128.load(constants, 400)), v128.load(constants, 400));
  v128.store(o, f64x2.sub(l2, c), 32);
  l3 = f64x2.relaxed_madd(c, v128.load(constants, 448), l3);
  c = f64x2.sub(f64x2.add(l3, v128.load(constants, 400)), v128.load(constants, 400));
  v128.store(o, f64x2.sub(l3, c), 48);
  l4 = f64x2.relaxed_madd(c, v128.load(constants, 448), l4);
  v128.store(o, l4, 64);
}
/** The same value, limbs at most 2^50. */
export function carry(o: usize): void {
  let l0 = v128.load(o, 0);
  let l1 = v128.load(o, 16);
  let l2 = v128.load(o, 32);
  let l3 = v128.load(o, 48);
  let l4 = v128.load(o, 64);
  let c: v128;
  c = f64x2.sub(f64x2.add(l0, v128.load(constants, 400)), v128.load(constants, 400));
  v128.store(o, f64x2.sub(l0, c), 0);
  l1 = f64x2.relaxed_madd(c, v128.load(constants, 448), l1);
  c = f64x2.sub(f64x2.add(l1, v128.load(constants, 400)), v128.load(constants, 400));
  v128.store(o, f64x2.sub(l1, c), 16);
  l2 = f64x2.relaxed_madd(c, v128.load(constants, 448), l2);
  c = f64x2.sub(f64x2.add(l2, v128.load(constants, 400)), v128.load(constants, 400));
  v128.store(o, f64x2.sub(l2, c), 32);
  l3 = f64x2.relaxed_madd(c, v128.load(constants, 448), l3);
  c = f64x2.sub(f64x2.add(l3, v128.load(constants, 400)), v128.load(constants, 400));
  v128.store(o, f64x2.sub(l3, c), 48);
  l4 = f64x2.relaxed_madd(c, v128.load(constants, 448), l4);
  v128.store(o, l4, 64);
}
/** o = a + b. */
export function add(o: usize, a: usize, b: usize): void {
  v128.store(o, f64x2.add(v128.load(a, 0), v128.load(b, 0)), 0);
  v128.store(o, f64x2.add(v128.load(a, 16), v128.load(b, 16)), 16);
  v128.store(o, f64x2.add(v128.load(a, 32), v128.load(b, 32)), 32);
  v128.store(o, f64x2.add(v128.load(a, 48), v128.load(b, 48)), 48);
  v128.store(o, f64x2.add(v128.load(a, 64), v128.load(b, 64)), 64);
}
/** o = a - b. */
export function sub(o: usize, a: usize, b: usize): void {
  v128.store(o, f64x2.sub(v128.load(a, 0), v128.load(b, 0)), 0);
  v128.store(o, f64x2.sub(v128.load(a, 16), v128.load(b, 16)), 16);
  v128.store(o, f64x2.sub(v128.load(a, 32), v128.load(b, 32)), 32);
  v128.store(o, f64x2.sub(v128.load(a, 48), v128.load(b, 48)), 48);
  v128.store(o, f64x2.sub(v128.load(a, 64), v128.load(b, 64)), 64);
}
/** A pair of the elements at a and b, less than 0 where `signs` has a lane's top bit. */
export function join(o: usize, a: usize, b: usize, signs: v128): void {
  v128.store(o, v128.xor(v128.load_lane<u64>(b, v128.load_zero<u64>(a, 0), 1, 0), signs), 0);
  v128.store(o, v128.xor(v128.load_lane<u64>(b, v128.load_zero<u64>(a, 8), 1, 8), signs), 16);
  v128.store(o, v128.xor(v128.load_lane<u64>(b, v128.load_zero<u64>(a, 16), 1, 16), signs), 32);
  v128.store(o, v128.xor(v128.load_lane<u64>(b, v128.load_zero<u64>(a, 24), 1, 24), signs), 48);
  v128.store(o, v128.xor(v128.load_lane<u64>(b, v128.load_zero<u64>(a, 32), 1, 32), signs), 64);
}
/** Lane 0 of a pair to a, lane 1 to b. */
export function part(a: usize, b: usize, o: usize): void {
  v128.store_lane<u64>(a, v128.load(o, 0), 0, 0); v128.store_lane<u64>(b, v128.load(o, 0), 1, 0);
  v128.store_lane<u64>(a, v128.load(o, 16), 0, 8); v128.store_lane<u64>(b, v128.load(o, 16), 1, 8);
  v128.store_lane<u64>(a, v128.load(o, 32), 0, 16); v128.store_lane<u64>(b, v128.load(o, 32), 1, 16);
  v128.store_lane<u64>(a, v128.load(o, 48), 0, 24); v128.store_lane<u64>(b, v128.load(o, 48), 1, 24);
  v128.store_lane<u64>(a, v128.load(o, 64), 0, 32); v128.store_lane<u64>(b, v128.load(o, 64), 1, 32);
}
/** Lane `lane` of o becomes that of a. */
export function copyLane(o: usize, a: usize, lane: usize): void {
  store<f64>(o + 8 * lane, load<f64>(a + 8 * lane, 0), 0);
  store<f64>(o + 8 * lane, load<f64>(a + 8 * lane, 16), 16);
  store<f64>(o + 8 * lane, load<f64>(a + 8 * lane, 32), 32);
  store<f64>(o + 8 * lane, load<f64>(a + 8 * lane, 48), 48);
  store<f64>(o + 8 * lane, load<f64>(a + 8 * lane, 64), 64);
}
/** o = a, lanes exchanged. */
export function swap(o: usize, a: usize): void {
  v128.store(o, v128.shuffle<u64>(v128.load(a, 0), v128.load(a, 0), 1, 0), 0);
  v128.store(o, v128.shuffle<u64>(v128.load(a, 16), v128.load(a, 16), 1, 0), 16);
  v128.store(o, v128.shuffle<u64>(v128.load(a, 32), v128.load(a, 32), 1, 0), 32);
  v128.store(o, v128.shuffle<u64>(v128.load(a, 48), v128.load(a, 48), 1, 0), 48);
  v128.store(o, v128.shuffle<u64>(v128.load(a, 64), v128.load(a, 64), 1, 0), 64);
}
/** Whether a lane of a tidy pair, or of a product of two tidy ones, is zero. */
export function isZero(a: usize, lane: usize): bool {
  return load<f64>(a + 8 * lane, 0) == 0 && load<f64>(a + 8 * lane, 16) == 0 && load<f64>(a + 8 * lane, 32) == 0 && load<f64>(a + 8 * lane, 48) == 0 && load<f64>(a + 8 * lane, 64) == 0;
}
/** Whether an element that stands alone has no limb but zeros. */
export function isAllZero(a: usize): bool {
  return load<f64>(a, 0) == 0 && load<f64>(a, 8) == 0 && load<f64>(a, 16) == 0 && load<f64>(a, 24) == 0 && load<f64>(a, 32) == 0;
}
/** o = 1 / a, and 0 for 0. Not constant in time: its exponent is no secret. */
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
  store<f64>(o, <f64>(load<u64>(bytes) & 2251799813685247));
  store<f64>(o, <f64>((load<u64>(bytes, 6) >> 3) & 2251799813685247), 8);
  store<f64>(o, <f64>((load<u64>(bytes, 12) >> 6) & 2251799813685247), 16);
  store<f64>(o, <f64>((load<u64>(bytes, 19) >> 1) & 2251799813685247), 24);
  store<f64>(o, <f64>(load<u64>(bytes, 24) >> 12), 32);
}
/** 32 bytes, little-endian, below p, of limbs that stand alone and of a value between -p and p. */
export function pack(bytes: usize, o: usize): void {
  let l0 = <i64>load<f64>(o);
  let l1 = <i64>load<f64>(o, 8) + (l0 >> 51);
  let l2 = <i64>load<f64>(o, 16) + (l1 >> 51);
  let l3 = <i64>load<f64>(o, 24) + (l2 >> 51);
  let l4 = <i64>load<f64>(o, 32) + (l3 >> 51);
  l0 &= 2251799813685247;
  l1 &= 2251799813685247;
  l2 &= 2251799813685247;
  l3 &= 2251799813685247;
  if (l4 < 0) {
    l0 += 154029749239111;
    l1 += 612489067865988 + (l0 >> 51);
    l2 += -557033797581398 + (l1 >> 51);
    l3 += 22935798733633 + (l2 >> 51);
    l4 += 851317936231194 + (l3 >> 51);
    l0 &= 2251799813685247;
    l1 &= 2251799813685247;
    l2 &= 2251799813685247;
    l3 &= 2251799813685247;
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
