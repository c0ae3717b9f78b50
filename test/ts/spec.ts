import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";

const ROOT = new URL("../..", import.meta.url).pathname;

describe("docs/spec.md", () => {
  it("names tests that exist, for every requirement", async () => {
    const sources: string[] = [];
    for (const folder of ["test/solidity", "test/ts"]) {
      for (const entry of await readdir(join(ROOT, folder), { recursive: true })) {
        if (/\.(sol|ts)$/.test(entry) && entry !== "spec.ts")
          sources.push(await readFile(join(ROOT, folder, entry), "utf8"));
      }
    }
    const all = sources.join("\n");
    const rows = (await readFile(join(ROOT, "docs/spec.md"), "utf8")).matchAll(/^\| ([A-Z]+-?\d+) \| .* \| (.*) \|$/gm);
    let requirements = 0;
    for (const [, id, names] of rows) {
      requirements++;
      const tests = [...(names ?? "").matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? "");
      expect(tests, `${id} has no test`).to.not.be.empty;
      for (const name of tests) {
        const exists = /^\w+$/.test(name) ? all.includes(`function ${name}(`) : all.includes(`"${name}"`);
        expect(exists, `${id}: no test "${name}"`).to.equal(true);
      }
    }
    expect(requirements).to.be.greaterThan(50);
  });
});
