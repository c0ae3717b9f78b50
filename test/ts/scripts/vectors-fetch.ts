import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { BUNDLES, type Bundle, deriveBundle } from "../../../scripts/attestation/bundles.ts";
import { VectorError } from "../../../scripts/attestation/errors.ts";
import { fetchVectors } from "../../../scripts/attestation/fetch.ts";
import { ORIGINS, type Origin, readTransformation } from "../../../scripts/attestation/origins.ts";
import { transform } from "../../../scripts/attestation/transform.ts";
import { genuineVectors } from "./utils/genuine.ts";
import { OriginServer, originForm, pathOf } from "./utils/origin-server.ts";

const sha256 = (bytes: Uint8Array | string) => createHash("sha256").update(bytes).digest("hex");
const text = (value: string) => new TextEncoder().encode(value);

const AT = { repository: "owner/name", commit: "c".repeat(40) } as const;
const MADE = { ...AT, licence: "MIT" } as const;
const raw = (file: string, body: string): Origin => ({
  ...{ ...MADE, file, path: `raw/${file}`, transformation: { kind: "raw" }, sha256: sha256(body) },
});

describe("vectors:fetch", () => {
  let server: OriginServer;
  let directory: string;
  beforeEach(async () => {
    server = await new OriginServer().open();
    directory = await mkdtemp(join(tmpdir(), "freehold-vectors-"));
  });
  afterEach(async () => {
    await server.close();
    await rm(directory, { recursive: true });
  });

  const files = async () => (await readdir(directory, { recursive: true })).sort();

  /** Two files, both served. */
  function twoFiles(): [Origin, Origin] {
    const origins: [Origin, Origin] = [raw("a.bin", "first"), raw("b.bin", "the second one")];
    server.put(origins[0], "first");
    server.put(origins[1], "the second one");
    return origins;
  }

  it("makes every kind of vector of its origin, and asks once for a file that holds several", async () => {
    const kinds = [
      "raw",
      "base64",
      "hex",
      "hexLine 0",
      "hexLine 1",
      "hexLiteral CB0",
      "hexLiteral CB1",
      "hexLiteral 2",
    ];
    const origins = kinds.map((kind): Origin => {
      const name = kind.replace(" ", "-");
      const path = kind.startsWith("hexLiteral CB") ? "named.sol" : kind.startsWith("hexLine") ? "lines.hex" : name;
      return {
        ...MADE,
        file: `in/${name}`,
        path,
        transformation: readTransformation(kind),
        sha256: sha256(`bytes of ${kind}`),
      };
    });
    const bytesOf = (file: string) => text(`bytes of ${file.slice("in/".length).replace("-", " ")}`);
    for (const path of new Set(origins.map((origin) => origin.path))) {
      const ofPath = origins.filter((origin) => origin.path === path);
      server.put({ ...AT, path }, originForm(ofPath, bytesOf));
    }
    const lines: string[] = [];
    const log = (line: string) => void lines.push(line);
    const { made, failures } = await fetchVectors({ directory, server: server.url, origins, bundles: [], log });
    expect(failures).to.deep.equal([]);
    expect(made).to.deep.equal(origins.map(({ file }) => file));
    for (const file of made) expect(await readFile(join(directory, file))).to.deep.equal(Buffer.from(bytesOf(file)));
    expect(server.asked).to.have.members([...new Set(origins.map(pathOf))]);
    expect(lines).to.have.length(8);
    expect(lines[7]).to.equal("[8/8] in/hexLiteral-2: 21 bytes");
  });

  it("keeps the good files when others are absent, wrong or broken off, each with its own error", async () => {
    const [good, broken] = twoFiles();
    const absent = { ...raw("absent.bin", "x"), confirmed: false, note: "a test names it" };
    const wrong = raw("wrong.bin", "promised");
    const formless: Origin = { ...raw("formless.bin", "x"), path: "formless", transformation: { kind: "hex" } };
    server.put(wrong, "served");
    server.put(formless, "no hexadecimal digits");
    server.broken.add(pathOf(broken));
    const origins = [broken, absent, wrong, formless, good];
    const result = await fetchVectors({ directory, server: server.url, origins, bundles: [] });
    expect(result.made).to.deep.equal(["a.bin"]);
    expect(await files()).to.deep.equal(["a.bin"]);
    for (const failure of result.failures) expect(failure).to.be.instanceOf(VectorError);
    expect(result.failures.map(({ file, code }) => [file, code])).to.deep.equal([
      ["b.bin", "DOWNLOAD_FAILED"],
      ["absent.bin", "DOWNLOAD_FAILED"],
      ["wrong.bin", "WRONG_DIGEST"],
      ["formless.bin", "WRONG_FORM"],
    ]);
    const messages = result.failures.map(({ message }) => message);
    for (const message of messages) expect(message).to.not.contain("\n");
    expect(messages[0]).to.match(/cannot be reached, or broke off; run this again/);
    expect(messages[1]).to.match(/answered 404; the path is a guess \(a test names it\): run this again/);
    expect(messages[2]).to.contain(`SHA-256 is ${sha256("served")}, not ${sha256("promised")}`);
    expect(messages[3]).to.contain("formless has no hex text");
  });

  it("goes on where it broke off: what is there with its digest is not asked for, what is damaged is made again", async () => {
    const origins = twoFiles();
    server.broken.add(pathOf(origins[1]));
    const run = () => fetchVectors({ directory, server: server.url, origins, bundles: [] });
    expect((await run()).failures.map(({ file }) => file)).to.deep.equal(["b.bin"]);
    server.broken.clear();
    server.asked.length = 0;
    expect(await run()).to.deep.equal({ present: ["a.bin"], made: ["b.bin"], failures: [] });
    expect(server.asked).to.deep.equal([pathOf(origins[1])]);
    await writeFile(join(directory, "a.bin"), "fir");
    expect(await run()).to.deep.equal({ present: ["b.bin"], made: ["a.bin"], failures: [] });
    expect(await readFile(join(directory, "a.bin"), "utf8")).to.equal("first");
    expect(await files()).to.deep.equal(["a.bin", "b.bin"]);
  });

  it("leaves a damaged file alone when it cannot be made again, and says so when nothing listens", async () => {
    const origins = twoFiles();
    await writeFile(join(directory, "a.bin"), "fir");
    const { failures } = await fetchVectors({ directory, server: "http://127.0.0.1:1", origins, bundles: [] });
    expect(failures.map(({ code }) => code)).to.deep.equal(["DOWNLOAD_FAILED", "DOWNLOAD_FAILED"]);
    expect(await readFile(join(directory, "a.bin"), "utf8")).to.equal("fir");
  });

  it("says so when the directory cannot be written", async () => {
    await writeFile(join(directory, "file"), "");
    const [origin] = twoFiles();
    const options = { directory: join(directory, "file"), server: server.url, origins: [origin], bundles: [] };
    const { failures } = await fetchVectors(options);
    expect(failures.map(({ code }) => code)).to.deep.equal(["NOT_WRITTEN"]);
  });

  it("makes a bundle of a collateral that is kept, or of one that is not, and of none that is absent", async () => {
    const fields = '{\n  "tcb_info": "{\\"id\\":\\"TDX\\"}",\n  "pck_crl": "30"\n}';
    const bytes = (quote: string) =>
      `{"quote_file": "${quote}", "valid_from": 1, "valid_to": 3, "suggested_T": 2, ` +
      `"collateral": {"tcb_info": "{\\"id\\":\\"TDX\\"}", "pck_crl": "30"}}`;
    const collateral = raw("collateral.json", fields);
    server.put(collateral, fields);
    const dates = { validFrom: 1, validTo: 3, suggested: 2 };
    const bundle = (name: string, from: Bundle["collateral"]): Bundle => {
      return {
        ...dates,
        file: `${name}.json`,
        quote: `${name}.bin`,
        collateral: from,
        sha256: sha256(bytes(`${name}.bin`)),
      };
    };
    const bundles = [
      bundle("kept", { whole: "collateral.json" }),
      bundle("passing", { downloaded: collateral }),
      bundle("orphan", { whole: "absent.json" }),
      { ...bundle("other", { whole: "collateral.json" }), validTo: 4 },
    ];
    const options = { directory, server: server.url, origins: [collateral], bundles };
    const { made, failures } = await fetchVectors(options);
    expect(made).to.deep.equal(["collateral.json", "kept.json", "passing.json"]);
    expect(await readFile(join(directory, "kept.json"), "utf8")).to.equal(bytes("kept.bin"));
    expect(failures.map(({ file, code }) => [file, code])).to.deep.equal([
      ["orphan.json", "MISSING_SOURCE"],
      ["other.json", "WRONG_DIGEST"],
    ]);
  });

  it("takes no collateral that is not of Intel's form", () => {
    const parts = BUNDLES.find(({ collateral }) => "tcbInfo" in collateral);
    if (parts === undefined) throw new Error("no bundle of parts");
    const whole: Bundle = { ...parts, collateral: { whole: "x" } };
    for (const served of ["", "[", "null", '{"tcb_info": 1}']) {
      expect(
        deriveBundle(whole, () => text(served)),
        served,
      ).to.equal(undefined);
    }
    const short = '{"tcbInfo":{},"signature":"00"}';
    for (const served of ["", "{}", short])
      expect(
        deriveBundle(parts, () => text(served)),
        served,
      ).to.equal(undefined);
  });

  it("makes nothing of an origin that has not the form", () => {
    const cases: [string, string][] = [
      ["base64", ""],
      ["base64", "YQ="],
      ["base64", "a b!"],
      ["hex", ""],
      ["hex", "0x"],
      ["hex", "abc"],
      ["hexLine 1", "00"],
      ["hexLiteral 1", 'x = hex"00";'],
      ["hexLiteral CB0", 'CB01 = hex"00";'],
      ["hexLiteral CB0", 'CB0 = hex"0g";'],
    ];
    for (const [kind, served] of cases) {
      expect(transform(text(served), readTransformation(kind)), `${kind}: ${served}`).to.equal(undefined);
    }
    for (const kind of ["", "gzip", "raw 1", "hexLine", "hexLine x", "hexLiteral"]) {
      expect(() => readTransformation(kind), kind).to.throw(RangeError);
    }
  });

  it("exits with 1 and names what is missing as a command, and with 0 when all is there", async function () {
    const { directory: shared, absent } = genuineVectors(this);
    if (absent.length > 0) return this.skip();
    serveAll(shared);
    const last = ORIGINS.at(-1);
    if (last === undefined) throw new Error("no origins");
    const lost = server.files.get(pathOf(last)) ?? "";
    server.files.delete(pathOf(last));
    // As it runs for a user, but for the server; asynchronously, since the server is in this process.
    const run = () =>
      promisify(execFile)(process.execPath, [
        "scripts/attestation/fetch-vectors.ts",
        "--to",
        directory,
        "--from",
        server.url,
      ]);
    const failed: { code?: number; stdout?: string; stderr?: string } = await run().then(
      () => ({}),
      (error) => error,
    );
    expect(failed.code).to.equal(1);
    expect(failed.stderr?.trim().split("\n")).to.have.length(1);
    expect(failed.stderr).to.match(new RegExp(`^DOWNLOAD_FAILED ${last.file}: .* answered 404`));
    expect(failed.stdout).to.contain(`${ORIGINS.length + BUNDLES.length - 1} made, 0 were there, 1 failed`);
    server.put(last, lost);
    const { stdout, stderr } = await run();
    expect(stderr).to.equal("");
    expect(stdout).to.contain(`1 made, ${ORIGINS.length + BUNDLES.length - 1} were there, 0 failed`);
    for (const { file } of [...ORIGINS, ...BUNDLES]) {
      expect(readFileSync(join(directory, file)).equals(readFileSync(join(shared, file))), file).to.equal(true);
    }
  });

  /** Serves every origin in the form that it has. */
  function serveAll(shared: string): void {
    const bytesOf = (file: string) => readFileSync(join(shared, file));
    for (const path of new Set(ORIGINS.map(pathOf))) {
      const ofPath = ORIGINS.filter((origin) => pathOf(origin) === path);
      server.files.set(path, Buffer.from(originForm(ofPath, bytesOf)));
    }
    for (const { file, collateral } of BUNDLES) {
      if (!("downloaded" in collateral)) continue;
      const { collateral: whole } = JSON.parse(bytesOf(file).toString()) as { collateral: object };
      server.put(collateral.downloaded, JSON.stringify(whole, undefined, 2));
    }
  }
});
