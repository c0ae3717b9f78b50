import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { readVector, vectorsDirectory } from "../utils/vectors.ts";

describe("the directory of the vectors", () => {
  let root: string;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), "freehold-root-"));
  });
  after(() => rm(root, { recursive: true }));

  it("is FREEHOLD_VECTORS, else that of the shared directory, else where vectors:fetch puts them", async () => {
    const project = join(root, "project");
    expect(vectorsDirectory({}, project)).to.equal(join(project, "out/vectors"));
    await mkdir(join(root, "shared/vectors"), { recursive: true });
    expect(vectorsDirectory({}, project)).to.equal(join(root, "shared/vectors"));
    expect(vectorsDirectory({ FREEHOLD_SHARED: join(root, "none") }, project)).to.equal(join(project, "out/vectors"));
    await mkdir(join(root, "mine/vectors"), { recursive: true });
    expect(vectorsDirectory({ FREEHOLD_SHARED: join(root, "mine") }, project)).to.equal(join(root, "mine/vectors"));
    expect(vectorsDirectory({ FREEHOLD_VECTORS: "/v", FREEHOLD_SHARED: root }, project)).to.equal("/v");
    expect(vectorsDirectory({ FREEHOLD_VECTORS: "", FREEHOLD_SHARED: "" }, project)).to.equal(
      join(root, "shared/vectors"),
    );
  });

  it("gives a vector's bytes, and for one that is absent a single warning", async () => {
    await writeFile(join(root, "there.bin"), "bytes");
    const said: unknown[] = [];
    const { warn } = console;
    console.warn = (line: unknown) => void said.push(line);
    try {
      expect(readVector("there.bin", root)).to.deep.equal(Buffer.from("bytes"));
      expect(readVector("absent.bin", root)).to.equal(undefined);
      expect(readVector("absent.bin", root)).to.equal(undefined);
    } finally {
      console.warn = warn;
    }
    expect(said).to.deep.equal([`SKIPPED: ${join(root, "absent.bin")} is absent; run npm run vectors:fetch`]);
  });
});
