import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { BUNDLES, deriveBundle } from "../../../scripts/attestation/bundles.ts";
import { ORIGINS } from "../../../scripts/attestation/origins.ts";
import { genuineVectors } from "./utils/genuine.ts";

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

describe("the table of the vectors' origins", () => {
  it("has every vector once, with a full commit, a digest and a licence", () => {
    const all = [...ORIGINS, ...BUNDLES];
    expect(new Set(all.map(({ file }) => file)).size).to.equal(all.length);
    for (const { file, sha256 } of all) {
      expect(file).to.match(/^(nitro|intel|wycheproof)(\/[\w.-]+)+$/);
      expect(sha256, file).to.match(/^[0-9a-f]{64}$/);
    }
    for (const { file, repository, commit, licence, confirmed, note } of ORIGINS) {
      expect(commit, file).to.match(/^[0-9a-f]{40}$/);
      expect(repository, file).to.match(/^[\w.-]+\/[\w.-]+$/);
      expect(licence, file).to.be.oneOf(["MIT", "Apache-2.0"]);
      expect(confirmed === false, file).to.equal(note !== undefined);
    }
    const kept = new Set(ORIGINS.map(({ file }) => file));
    for (const { file, quote, collateral } of BUNDLES) {
      expect(kept, file).to.include(quote);
      for (const source of Object.values(collateral))
        if (typeof source === "string") expect(kept, file).to.include(source);
    }
  });

  it("has the digests of the shared files, and makes the same bundles of them", function () {
    const { directory, present } = genuineVectors(this);
    const read = (file: string) => readFileSync(join(directory, file));
    for (const { file, sha256: expected } of [...ORIGINS, ...BUNDLES]) {
      if (present.has(file)) expect(sha256(read(file)), file).to.equal(expected);
    }
    for (const bundle of BUNDLES) {
      if (!Object.values(bundle.collateral).every((source) => present.has(source))) continue;
      const made = deriveBundle(bundle, (source) => read(source as string));
      expect(made && sha256(made), bundle.file).to.equal(bundle.sha256);
    }
  });
});
