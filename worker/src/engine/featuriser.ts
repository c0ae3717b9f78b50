import { EngineError } from "./errors.js";

/**
 * How text becomes counts. Version 1 of `freehold.ngrams` is fixed by this file: tokens, stems, unigrams and bigrams with start
 * and end marks. Only ASCII is looked at, so the result does not depend on a machine's Unicode tables.
 */
export interface FeaturiserSpec {
  readonly type: "freehold.ngrams";
  readonly version: 1;
  /** Counts are capped here: 1..15, so that an input fits four bits. */
  readonly maxCount: number;
  /** Cut a closing attribution (": Experts", "; Jane Doe, Some Bank") off before tokenising. */
  readonly stripAttribution: boolean;
}

/** Longer texts are refused: a headline has about 100 characters, and time stays bounded. */
export const MAX_TEXT_LENGTH = 2_000;

const START = "<s>";
const END = "</s>";

const ATTRIBUTION = / ?[:;] ?[A-Z][\w.'&-]*(?: [A-Z][\w.'&-]*){0,4}(?:,.*)?$/;
const TOKEN =
  /\d[\d.,]*(?<percent> ?(?:%|percent\b|per cent\b|pct\b|pc\b))?|[a-z][a-z0-9]*(?:&[a-z0-9]+)*(?:'[a-z]+)?/g;

/** Drops the common English endings, so that "slips", "slipped" and "slipping" are one feature. Deliberately crude: no tables. */
export function stem(word: string): string {
  let w = word;
  if (w.length <= 3) return w;
  if (w.endsWith("ies") && w.length > 4) w = `${w.slice(0, -3)}y`;
  else if (/(?:s|x|z|ch|sh)es$/.test(w)) w = w.slice(0, -2);
  else if (/[^sui]s$/.test(w)) w = w.slice(0, -1);

  if (w.endsWith("ied") && w.length > 4) w = `${w.slice(0, -3)}y`;
  else {
    const ending = w.endsWith("ed") ? 2 : w.endsWith("ing") ? 3 : 0;
    const root = w.slice(0, w.length - ending);
    if (ending > 0 && root.length >= 3 && /[aeiouy]/.test(root)) {
      // "slipped" doubles its consonant, "selling" and "passing" only look so.
      w = root.replace(/([bcdfgkmnprtv])\1$/, "$1");
    } else if (w.endsWith("ly") && w.length >= 7) w = w.slice(0, -2);
  }
  return w.length > 3 && w.endsWith("e") ? w.slice(0, -1) : w;
}

/** Stemmed tokens; numbers become `<n>`, percentages `<p>`, digits within a word `#`. */
export function tokenise(text: string, stripAttribution = false): string[] {
  const line = text.replace(/[\t-\r ]+/g, " ").replace(/^ | $/g, "");
  const bare = stripAttribution ? line.replace(ATTRIBUTION, "") : line;
  const lower = bare
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/[A-Z]/g, (c) => c.toLowerCase())
    .replace(/'s\b/g, "");
  const tokens: string[] = [];
  for (const match of lower.matchAll(TOKEN)) {
    const [token] = match;
    if (/^\d/.test(token)) tokens.push(match.groups?.percent ? "<p>" : "<n>");
    else tokens.push(/\d/.test(token) ? token.replace(/\d+/g, "#") : stem(token));
  }
  return tokens;
}

/** Unigrams, then bigrams; the marks occur in bigrams only. */
export function ngrams(tokens: readonly string[]): string[] {
  if (tokens.length === 0) return [];
  const marked = [START, ...tokens, END];
  const pairs = marked.slice(1).map((token, i) => `${marked[i]} ${token}`);
  return [...tokens, ...pairs];
}

/** Turns texts into vectors of counts over a fixed vocabulary. */
export class Featuriser {
  readonly spec: FeaturiserSpec;
  readonly size: number;
  readonly #index: ReadonlyMap<string, number>;

  constructor(spec: FeaturiserSpec, vocabulary: readonly string[]) {
    this.spec = spec;
    this.size = vocabulary.length;
    this.#index = new Map(vocabulary.map((ngram, i) => [ngram, i]));
  }

  /**
   * @returns one count, 0..maxCount, per vocabulary entry
   * @throws EngineError `BAD_INPUT` when the text is longer than {@link MAX_TEXT_LENGTH}
   */
  counts(text: string): Uint8Array {
    if (text.length > MAX_TEXT_LENGTH) {
      throw new EngineError("BAD_INPUT", `the text has ${text.length} characters; send at most ${MAX_TEXT_LENGTH}`, {
        length: text.length,
        limit: MAX_TEXT_LENGTH,
      });
    }
    const counts = new Uint8Array(this.size);
    for (const ngram of ngrams(tokenise(text, this.spec.stripAttribution))) {
      const i = this.#index.get(ngram);
      if (i !== undefined) counts[i] = Math.min((counts[i] ?? 0) + 1, this.spec.maxCount);
    }
    return counts;
  }
}
