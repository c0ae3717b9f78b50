/** The classes, in the order of the model's outputs. */
export const LABELS = ["negative", "neutral", "positive"] as const;

export const NEGATIVE = 0;
export const NEUTRAL = 1;
export const POSITIVE = 2;
