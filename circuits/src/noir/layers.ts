import { INPUT_BITS, type Layout, PACKED_BITS, WEIGHT_OFFSET } from "../model.js";

/** Counts of one element of the input's commitment. */
const COUNTS = Math.floor(PACKED_BITS / INPUT_BITS);

/** 2^bits as a literal. */
const power = (bits: number): string => `0x${(1n << BigInt(bits)).toString(16)}`;

/** Elements that counts pack into. */
export const inputElements = ({ inputs }: Layout): number => Math.ceil(inputs / COUNTS);

/** Sums of both layers in slots, and what they are taken apart into: src/gadgets/dense.ts, relu.ts and ranking.ts. */
export function layers(layout: Layout): string {
  const { inputs, slot, logitBits, outputSlot, classes } = layout;
  const margins = Math.ceil((logitBits + 1) / 2);
  return `\
/// bias + sum packed[i] * factors[i]: a dot product in every slot. The weights begin at \`first\`, their bias comes last.
fn dot<let E: u32, let N: u32>(weights: [Field; E], first: u32, factors: [Field; N]) -> Field {
    let mut total = weights[first + N];
    for i in 0..N {
        total += weights[first + i] * factors[i];
    }
    total
}

fn sum<let N: u32>(values: [Field; N]) -> Field {
    let mut total = 0;
    for i in 0..N {
        total += values[i];
    }
    total
}

/// The first value in the lowest slot.
fn pack<let N: u32>(values: [Field; N], size: Field) -> Field {
    let mut packed = 0;
    for i in 0..N {
        packed = packed * size + values[N - 1 - i];
    }
    packed
}

/// Counts, ${COUNTS} an element.
fn pack_counts(counts: [Field; ${inputs}]) -> [Field; ${inputElements(layout)}] {
    let mut packed = [0; ${inputElements(layout)}];
    for i in 0..${inputs} {
        let at = ${inputs - 1} - i;
        packed[at / ${COUNTS}] = packed[at / ${COUNTS}] * ${power(INPUT_BITS)} + counts[at];
    }
    packed
}

/// Slots of an element, unproven.
unconstrained fn slots<let N: u32>(element: Field, size: u64) -> [u64; N] {
    let mut rest = element;
    let mut found = [0; N];
    for i in 0..N {
        found[i] = (rest as u64) % size;
        rest = (rest - found[i] as Field) / (size as Field);
    }
    found
}

/// Of each slot whether it is at least half full, and what it is above that or above nothing; unproven.
unconstrained fn halves<let N: u32>(element: Field, size: u64) -> ([Field; N], [Field; N]) {
    let half = size / 2;
    let values: [u64; N] = slots(element, size);
    let mut upper = [0; N];
    let mut rests = [0; N];
    for i in 0..N {
        upper[i] = (values[i] / half) as Field;
        rests[i] = (values[i] % half) as Field;
    }
    (upper, rests)
}

/// max(sum, 0) of N neurons, from sums in slots of ${slot} bits.
fn neurons<let N: u32>(sums: Field, total: Field) -> [Field; N] {
    // Each slot holds its sum plus 2^${slot - 1}: never negative, never carrying. Weights are stored plus ${WEIGHT_OFFSET}.
    let shifted = sums + pack([${power(slot - 1)} - ${WEIGHT_OFFSET} * total; N], ${power(slot)});
    // Safety: bits and ranges are constrained below, and ${slot} * N <= ${PACKED_BITS}, so that there is one such sum.
    let (active, rests): ([Field; N], [Field; N]) = unsafe { halves(shifted, ${power(slot)}) };
    let mut relus = [0; N];
    let mut filled = [0; N];
    for i in 0..N {
        assert(active[i] * active[i] == active[i], "a neuron is active or not");
        rests[i].assert_max_bit_size::<${slot - 1}>();
        filled[i] = active[i] * ${power(slot - 1)} + rests[i];
        relus[i] = active[i] * rests[i];
    }
    assert(pack(filled, ${power(slot)}) == shifted, "the neurons fill the slots");
    relus
}

/// N logits, plus 2^${logitBits} each, in slots of ${outputSlot} bits.
fn shifted_logits<let N: u32>(sums: Field, total: Field) -> Field {
    sums + pack([${power(logitBits)} - ${WEIGHT_OFFSET} * total; N], ${power(outputSlot)})
}

fn logits_of<let N: u32>(shifted: Field) -> [u64; N] {
    // Safety: ranges are constrained below, and ${outputSlot} * N <= ${PACKED_BITS}, so that there is one such sum.
    let logits: [u64; N] = unsafe { slots(shifted, ${power(outputSlot)}) };
    let mut filled = [0; N];
    for i in 0..N {
        filled[i] = logits[i] as Field;
        filled[i].assert_max_bit_size::<${logitBits + 1}>();
    }
    assert(pack(filled, ${power(outputSlot)}) == shifted, "the logits fill the slots");
    logits
}

/// class * 256 + margin: of equal logits the lowest class, and margin k > 0 for 4^(k - 1) <= gap < 4^k.
fn ranked(logits: [u64; ${classes}]) -> Field {
    let mut class: Field = 0;
    let mut best = logits[0];
    // Logits are not negative here, and there are two at least.
    let mut second: u64 = 0;
    for c in 1..${classes} {
        if logits[c] > best {
            second = best;
            best = logits[c];
            class = c as Field;
        } else if logits[c] > second {
            second = logits[c];
        }
    }
    let gap = best - second;
    let mut margin: Field = 0;
    let mut least: u64 = 1;
    for _ in 0..${margins} {
        if gap >= least {
            margin += 1;
        }
        least *= 4;
    }
    class * 256 + margin
}
`;
}
