import { Featuriser, type FeaturiserSpec, MAX_TEXT_LENGTH, ngrams, stem, tokenise } from "@freehold/worker/engine";
import { expect } from "chai";
import { errorOf } from "./utils/errors.ts";

const SPEC: FeaturiserSpec = { type: "freehold.ngrams", version: 1, maxCount: 15, stripAttribution: false };

describe("featuriser", () => {
  const stems: readonly (readonly [words: string, stem: string])[] = [
    ["rise rises rising", "ris"],
    ["slip slips slipped slipping", "slip"],
    ["fall falls falling", "fall"],
    ["loss losses", "loss"],
    ["rally rallies rallied", "rally"],
    ["supply supplies", "supply"],
    ["surge surged surging", "surg"],
    ["sharp sharply", "sharp"],
    ["crash crashes crashed", "crash"],
    ["index indexes", "index"],
    ["gas", "gas"],
    ["bonus", "bonus"],
  ];
  for (const [words, expected] of stems) {
    it(`stems ${words} to ${expected}`, () => {
      for (const word of words.split(" ")) expect(stem(word)).to.equal(expected);
    });
  }

  it("folds numbers and percentages, drops case, punctuation and possessives", () => {
    expect(tokenise("Norvane's Q3 profit up 12.5% to $1,200m, beats S&P forecast")).to.deep.equal([
      "norvan",
      "q#",
      "profit",
      "up",
      "<p>",
      "to",
      "<n>",
      "m",
      "beat",
      "s&p",
      "forecast",
    ]);
    expect(tokenise("5 per cent, 5 percent, 5 pct and 5 pc")).to.deep.equal(["<p>", "<p>", "<p>", "and", "<p>"]);
    expect(tokenise("It\u2019s a 52-week high")).to.deep.equal(["it", "a", "<n>", "week", "high"]);
  });

  it("reads ASCII only, so that no machine's Unicode tables matter", () => {
    expect(tokenise("Nestl\u00e9 \u20ac5 \u0130stanbul")).to.deep.equal(["nestl", "<n>", "stanbul"]);
  });

  it("cuts closing attributions off when told to", () => {
    expect(tokenise("Mid-cap funds can deliver more, stay put: Experts", true).at(-1)).to.equal("put");
    expect(tokenise("Tax sops will be helpful: Ashith Kampani, JM Financial", true).at(-1)).to.equal("helpful");
    expect(tokenise("Oil: prices mixed ahead of report", true).at(-1)).to.equal("report");
    expect(tokenise("Stay put: Experts", false).at(-1)).to.equal("expert");
  });

  it("marks start and end in bigrams only", () => {
    expect(ngrams(["oil", "up"])).to.deep.equal(["oil", "up", "<s> oil", "oil up", "up </s>"]);
    expect(ngrams([])).to.deep.equal([]);
  });

  it("counts, and caps at maxCount", () => {
    const featuriser = new Featuriser(SPEC, ["up", "<s> up", "up up", "down"]);
    expect([...featuriser.counts("up ".repeat(40))]).to.deep.equal([15, 1, 15, 0]);
    expect([...featuriser.counts("")]).to.deep.equal([0, 0, 0, 0]);
  });

  it("refuses long texts without repeating them, and stays fast on hostile ones", async () => {
    const featuriser = new Featuriser({ ...SPEC, stripAttribution: true }, ["up"]);
    const secret = "secret ".repeat(MAX_TEXT_LENGTH);
    const error = await errorOf(() => featuriser.counts(secret));
    expect(error).to.include({ name: "EngineError", code: "BAD_INPUT" });
    expect(error.message).not.to.contain("secret");
    for (const part of [":A ", " ", ": A, ", "1,", "1 per ", "a&", "A's"]) {
      featuriser.counts(part.repeat(Math.floor(MAX_TEXT_LENGTH / part.length)));
    }
  });
});
