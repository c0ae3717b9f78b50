import { createHash } from "node:crypto";
import { once } from "node:events";
import { readdir, readFile, writeFile } from "node:fs/promises";
import {
  decodeKey,
  encodeVerifyingKey,
  readR1cs,
  readZkey,
  verifyingKey,
  verifyingKeyFromJson,
} from "@freehold/circuits";
import { encodeZkey, HERMEZ, importPtau, parsePin } from "@freehold/circuits/ceremony";
import { expect } from "chai";
import { hexlify, keccak256 } from "ethers";
import { type Command, commandIn, ended } from "./ceremony-command.ts";
import { openScene, type Scene } from "./ceremony-scene.ts";
import { writePtau } from "./powers.ts";

describe("circuits: freehold ceremony", function () {
  this.timeout(120_000);
  let scene: Scene;
  let hash: string;
  let command: Command;
  before(async () => {
    scene = await openScene();
    command = commandIn(scene.directory);
    hash = createHash("blake2b512").update(scene.ptau).digest("hex");
  });
  after(() => scene.close());
  const run = (...args: string[]) => command.run(...args);
  const json = (...args: string[]) => command.json(...args);

  it("goes from published powers to keys, a file at a time", async () => {
    const large = await writePtau(8);
    await writeFile(scene.path("large.ptau"), large);
    const sha256 = createHash("sha256").update(large).digest("hex");
    const imported = await json(
      "import",
      "large.ptau",
      "--hash",
      `sha256:${sha256}`,
      "--power",
      "4",
      "--out",
      "p.ptau",
    );
    // One power more than asked for. The same powers as a file of just so many.
    expect(imported).to.include({ power: 5, filePower: 8, bytes: scene.ptau.length });
    const [copy, small] = [await readFile(scene.path("p.ptau")), Buffer.from(scene.ptau)];
    expect(createHash("blake2b512").update(copy).digest("hex")).to.equal(imported.blake2b512);
    // But for the power that the ceremony had.
    copy.set(small.subarray(64, 68), 64);
    expect(copy.equals(small)).to.equal(true);

    const pinned = ["--ptau", "p.ptau", "--ptau-hash", imported.blake2b512];
    const circuit = ["--r1cs", "c.r1cs"];
    const first = await json("new", ...circuit, ...pinned, "--out", "first.zkey");
    expect(first).to.include({ constraints: 20, domain: "2^5", publics: 3 });
    const one = await json(
      "contribute",
      "first.zkey",
      "--name",
      "ann",
      "--entropy-file",
      "c.r1cs",
      "--out",
      "one.zkey",
    );
    expect(one.contribution).to.equal(1);
    const beacon = ["--beacon", "0xc0ffee", "--iterations", "10"];
    await json("beacon", "one.zkey", ...beacon, "--out", "end.zkey");
    const wanted = ["--include", one.contributionHash, "--parties", "1", ...beacon];
    const checked = await json("verify", "end.zkey", ...circuit, ...pinned, "--first", "first.zkey", ...wanted);
    expect(checked).to.deep.include({ valid: true, circuitHash: first.circuitHash, faults: [] });
    expect(checked.contributions.map(({ name }: { name: string }) => name)).to.deep.equal(["ann", ""]);

    const files = ["--key", "k.bin", "--vk", "vk.json", "--vk-bytes", "vk.hex"];
    const exported = await json("export", "end.zkey", ...circuit, ...files);
    const key = decodeKey(await readFile(scene.path("k.bin")));
    const vk = verifyingKeyFromJson(JSON.parse(await readFile(scene.path("vk.json"), "utf8")));
    expect(vk).to.deep.equal(verifyingKey(key));
    expect(vk.development).to.equal(false);
    const bytes = hexlify(encodeVerifyingKey(vk));
    expect(await readFile(scene.path("vk.hex"), "utf8")).to.equal(`${bytes}\n`);
    expect(exported.keyHash).to.equal(keccak256(bytes));
  });

  it("says what is wrong with a hash of a contribution, before it reads a file", async () => {
    const shape = ["--circuit", "inference", "--inputs", "1", "--hidden", "1"];
    const from = ["--ptau", "none.ptau", "--ptau-hash", `blake2b:${"ab".repeat(64)}`];
    for (const include of [["zz"], ["ab", "c"]]) {
      const refused = await run("verify", "none.zkey", ...shape, ...from, "--include", ...include);
      expect(refused.stderr).to.match(/'--include <hash...>' argument '(zz|c)' is invalid. not an even number of hex/);
      expect(refused.code).to.equal(2);
    }
  });

  it("names a circuit by its shape, and writes it", async () => {
    await writeFile(scene.path("nine.ptau"), await writePtau(8));
    const pin = createHash("blake2b512")
      .update(await readFile(scene.path("nine.ptau")))
      .digest("hex");
    const shape = ["--circuit", "inference", "--inputs", "1", "--hidden", "1", "--classes", "3", "--tier", "2"];
    const from = ["--ptau", "nine.ptau", "--ptau-hash", pin];
    const refused = await run("new", ...shape, ...from, "--out", "shape.zkey");
    expect(refused.stderr).to.include("powers of tau of 2^");
    expect(refused.code).to.equal(2);
    const dev = await json("dev", ...shape, "--r1cs-out", "shape.r1cs", "--key", "dev.bin", "--vk", "dev.json");
    expect(dev).to.include({ development: true });
    const system = readR1cs(await readFile(scene.path("shape.r1cs")));
    expect(system.publics).to.equal(dev.publics + dev.committed);
    expect(decodeKey(await readFile(scene.path("dev.bin"))).development).to.equal(true);
    expect(JSON.parse(await readFile(scene.path("dev.json"), "utf8")).development).to.equal(true);
  });

  it("makes development keys by itself, the same each time, and says loudly what they are", async () => {
    const shape = ["--circuit", "inference", "--inputs", "256", "--hidden", "32"];
    const { code, stdout, stderr } = await run("dev", ...shape, "--tier", "2", "--json", "--quiet");
    expect(code).to.equal(0);
    expect(stderr).to.include("DEVELOPMENT KEYS").and.include("anybody can prove anything");
    const made = JSON.parse(stdout);
    expect(made).to.include({ development: true, constraints: 3280 });
    // A second on an idle machine; what others do on this one is not what is tested.
    expect(Number(made.seconds)).to.be.lessThan(30);
    const again = await json("dev", ...shape, "--tier", "2");
    expect(again.keyHash).to.equal(made.keyHash);
    expect((await json("dev", ...shape, "--tier", "2", "--seed", "other")).keyHash).to.not.equal(made.keyHash);
  });

  it("refuses powers of another hash, and files that are cut, before it writes anything", async () => {
    const before = await readdir(scene.directory);
    const other = hash.replace(/^./, (digit) => (digit === "0" ? "1" : "0"));
    await writeFile(scene.path("cut.ptau"), scene.ptau.subarray(0, 20_000));
    await writeFile(scene.path("cut.zkey"), encodeZkey(scene.first).subarray(0, 5_000));
    await writeFile(scene.path("cut.r1cs"), (await readFile(scene.path("c.r1cs"))).subarray(0, 700));
    const circuit = ["--r1cs", "c.r1cs"];
    for (const [args, text] of [
      [["import", "c.ptau", "--hash", other, "--out", "x"], "BAD_HASH"],
      [["new", ...circuit, "--ptau", "c.ptau", "--ptau-hash", other, "--out", "x"], "BAD_HASH"],
      [["verify", "0.zkey", ...circuit, "--ptau", "c.ptau", "--ptau-hash", other], "BAD_HASH"],
      [["import", "cut.ptau", "--hash", hash, "--out", "x"], "BAD_FILE"],
      [["import", "c.r1cs", "--hash", hash, "--out", "x"], "BAD_FILE"],
      [["contribute", "cut.zkey", "--out", "x"], "BAD_FILE"],
      [["new", "--r1cs", "cut.r1cs", "--ptau", "c.ptau", "--ptau-hash", hash, "--out", "x"], "BAD_FILE"],
      [["contribute", "no.zkey", "--out", "x"], "NO_FILE"],
      [["contribute", "0.zkey", "--out", "no/x"], "NO_FILE"],
      [["contribute", "0.zkey", "--out", "c.ptau"], "EXISTS"],
      [["export", "0.zkey", ...circuit, "--vk", "x"], "phase 2 of the set-up was skipped"],
      [["verify", "0.zkey", ...circuit, "--ptau", "c.ptau", "--ptau-hash", hash], "REFUSED"],
    ] as const) {
      const { code, stderr } = await run(...args, "--quiet");
      expect(stderr, args.join(" ")).to.include(text);
      expect(code).to.equal(1);
    }
    expect((await readdir(scene.directory)).filter((name) => !/^cut/.test(name))).to.deep.equal(before);
  });

  it("explains its commands, and ends with 2 when an argument is none", async () => {
    const { code, stdout } = await run("--help");
    expect(code).to.equal(0);
    for (const name of ["import", "new", "contribute", "beacon", "verify", "export", "dev", "link"])
      expect(stdout).to.include(name);
    for (const [args, text] of [
      [["new", "--out", "x"], "--ptau"],
      [["contribute", "0.zkey"], "--out"],
      [["dev"], "name the circuit"],
      [["dev", "--circuit", "delta", "--inputs", "4", "--hidden", "2", "--tier", "2"], "no circuit in tier 2"],
      [["dev", "--circuit", "inference"], "--inputs and --hidden"],
      [["dev", "--circuit", "inference", "--r1cs", "c.r1cs"], "cannot be used with"],
      [["import", "c.ptau", "--hash", "abc", "--out", "x"], "128 hex digits"],
      [["import", "c.ptau", "--hash", `SHA256:${"ab".repeat(64)}`, "--out", "x"], "128 hex digits"],
      [["import", "c.ptau", "--hash", "hermez:40", "--out", "x"], "2^8 to 2^28"],
      [["beacon", "0.zkey", "--beacon", "abc", "--iterations", "10", "--out", "x"], "hex digits"],
      [["beacon", "0.zkey", "--beacon", "ab", "--iterations", "9", "--out", "x"], "integer from 10"],
      [["unknown"], "unknown command"],
    ] as const) {
      const wrong = await run(...args);
      expect(wrong.stderr, args.join(" ")).to.include(text);
      expect(wrong.code, args.join(" ")).to.equal(2);
    }
  });

  it("leaves no file when it is interrupted or killed", async () => {
    const before = await readdir(scene.directory);
    for (const signal of ["SIGINT", "SIGTERM", "SIGKILL"] as const) {
      const child = command.start(["beacon", "0.zkey", "--beacon", "ab", "--iterations", "36", "--out", "never.zkey"]);
      const end = ended(child);
      await once(child.stderr!, "data");
      child.kill(signal);
      const { code, stderr } = await end;
      if (signal !== "SIGKILL") {
        expect(code).to.equal(130);
        expect(stderr).to.include("nothing was written");
      }
    }
    expect(await readdir(scene.directory)).to.deep.equal(before);
  });

  it("removes what it had begun to write when a copy is stopped", async () => {
    const stop = new AbortController();
    const before = await readdir(scene.directory);
    let seen = 0;
    const onProgress = (done: number) => {
      seen = done;
      if (done > 0.8) stop.abort(new Error("enough"));
    };
    const work = importPtau(
      scene.path("c.ptau"),
      { pin: parsePin(hash), out: scene.path("never.ptau") },
      { signal: stop.signal, onProgress },
    );
    expect(await work.catch((error: Error) => error.message)).to.equal("enough");
    expect(seen).to.be.greaterThan(0.8);
    expect(await readdir(scene.directory)).to.deep.equal(before);
  });

  it("knows the hashes of Hermez' files, and takes a hash in both forms", () => {
    expect(Object.keys(HERMEZ)).to.have.length(21);
    for (const value of Object.values(HERMEZ)) expect(value).to.match(/^[0-9a-f]{128}$/);
    expect(parsePin("hermez:14").hash).to.match(/^eeefbcf7/);
    expect(parsePin(`SHA256:${"AB".repeat(32)}`)).to.deep.equal({ algorithm: "sha256", hash: "ab".repeat(32) });
    expect(parsePin("ab".repeat(64)).algorithm).to.equal("blake2b512");
    for (const text of ["", `blake2b:${"ab".repeat(32)}`, `sha256:${"ab".repeat(64)}`, "zz".repeat(32)])
      expect(() => parsePin(text)).to.throw("a hash is");
  });

  it("carries one contribution's file to the next as bytes, whoever wrote it", async () => {
    const bytes = await readFile(scene.path("0.zkey"));
    expect(Buffer.from(encodeZkey(readZkey(bytes))).equals(bytes)).to.equal(true);
  });
});
