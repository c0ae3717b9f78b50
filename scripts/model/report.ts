import { type Dataset, LABELS, rowsOf } from "./dataset.ts";
import { type Evaluation, evaluate, type Model } from "./model.ts";
import { SPLITS, type Split } from "./split.ts";

const SLICES = ["public", "analyst", "all"] as const;

/** Measurements by split and by whose rows they are. */
export type Accuracies = Readonly<Record<Split, Readonly<Record<(typeof SLICES)[number], Evaluation>>>>;

export function measure(model: Model, dataset: Dataset): Accuracies {
  const bySlice = (split: Split) =>
    Object.fromEntries(
      SLICES.map((slice) => [slice, evaluate(model, rowsOf(dataset, slice === "all" ? { split } : { split, slice }))]),
    );
  return Object.fromEntries(SPLITS.map((split) => [split, bySlice(split)])) as Accuracies;
}

/** Plain text for a terminal: accuracies, then the confusion of the test rows. */
export function describe(accuracies: Accuracies): string {
  const lines = SPLITS.map((split) => {
    const cells = SLICES.map((slice) => `${slice} ${percent(accuracies[split][slice])}`);
    return `${split.padEnd(6)} ${cells.join("   ")}`;
  });
  const { confusion } = accuracies.test.all;
  const header = `test, rows = truth   ${LABELS.map((label) => label.padStart(9)).join("")}`;
  const rows = LABELS.map(
    (label, i) => label.padEnd(21) + (confusion[i] ?? []).map((n) => String(n).padStart(9)).join(""),
  );
  return [...lines, header, ...rows].join("\n");
}

function percent({ accuracy, rows }: Evaluation): string {
  return rows === 0 ? "-" : `${(100 * accuracy).toFixed(1)} % of ${rows}`;
}
