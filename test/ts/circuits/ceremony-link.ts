import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  anchor,
  committedSum,
  constraintsOf,
  contributeLink,
  createProver,
  decodeLinkKey,
  developmentLinkKey,
  developmentSetup,
  emptyLinkKey,
  encodeCommitKey,
  encodeKey,
  encodeLink,
  encodeLinkKey,
  encodeSumProof,
  type G1Point,
  inferenceCircuit,
  keyFromZkey,
  type LinkKey,
  type ProvingKey,
  poseidonRoot,
  proveLink,
  readZkey,
  setupWith,
  sumLinkKeys,
  verifyingKey,
  weightsElements,
  witnessOf,
  writeZkey,
} from "@freehold/circuits";
import { contributeToLink, type LinkFile, parsePin, sumLinks, verifyLinks } from "@freehold/circuits/ceremony";
import { BASE_FIELD, fromBytes, toBytes } from "@freehold/circuits/prover";
import { expect } from "chai";
import { hexlify, keccak256 } from "ethers";
import { network } from "hardhat";
import { DEVELOPMENT_ALPHA, DEVELOPMENT_LINK } from "../../../ignition/modules/core.ts";
import { type Command, commandIn } from "./ceremony-command.ts";
import { negatedLink } from "./links.ts";
import { randomCounts, randomModel } from "./models.ts";
import { scalars } from "./synthetic.ts";

const SHAPE = { inputs: 2, hidden: 2, classes: 2 };
const NAMED = ["--circuit", "inference", "--inputs", "2", "--hidden", "2", "--classes", "2", "--tier", "2"];
/** Of one k, and where the first of them stands in a file with one anchor. */
const K = 128;
const FIRST_K = 20;

const hashOf = (bytes: Uint8Array) => `blake2b:${createHash("blake2b512").update(bytes).digest("hex")}`;
const point = ([x, y]: G1Point) => ({ x, y });

describe("circuits: ceremony of a link", function () {
  this.timeout(240_000);
  const circuit = inferenceCircuit(SHAPE, 2);
  const system = constraintsOf(circuit);
  const next = scalars(77);
  let directory: string;
  let command: Command;
  /** As at the end of a ceremony: of nobody's development. */
  let key: ProvingKey;
  /** Of three parties, and their hashes. */
  let files: LinkFile[];
  let hashes: string[];
  let sum: LinkFile;

  const path = (name: string) => join(directory, name);
  const secrets = () => ({ tau: next(), alpha: next(), beta: next(), gamma: next(), delta: next(), eta: next() });
  const file = (name: string, link: LinkKey): LinkFile => ({ name, bytes: encodeLinkKey(link) });
  const codesOf = async (given: readonly LinkFile[], published: readonly string[], whole = sum) => {
    const checked = await verifyLinks(whole, given, published.map(parsePin), key);
    expect(checked.link === undefined).to.equal(checked.faults.length > 0);
    return [...new Set(checked.faults.map(({ code }) => code))].sort();
  };
  /** With another key in the last party's place, under a hash that was published in time. */
  const codesWith = (last: Uint8Array) =>
    codesOf([...files.slice(0, 2), { name: "last", bytes: last }], [...hashes.slice(0, 2), hashOf(last)]);

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "freehold-link-"));
    command = commandIn(directory);
    const made = await setupWith(system, secrets());
    await writeFile(path("final.zkey"), writeZkey(made));
    key = keyFromZkey(readZkey(await readFile(path("final.zkey"))), system);
    await writeFile(path("proving.key"), encodeKey(key));
    await writeFile(path("dice.txt"), "4 2 6 6 1");
    const parties = [
      await contributeToLink(key),
      await contributeToLink(key, { entropy: "dice" }),
      await contributeToLink(key),
    ];
    files = parties.map(({ link }, i) => file(`party ${i + 1}`, link));
    hashes = files.map(({ bytes }) => hashOf(bytes));
    for (const [i, { hash }] of parties.entries())
      expect(`blake2b:${Buffer.from(hash).toString("hex")}`).to.equal(hashes[i]);
    const { link } = await sumLinks(files, hashes.map(parsePin), key);
    sum = file("sum", link as LinkKey);
    for (const [i, { bytes }] of files.entries()) await writeFile(path(`${i + 1}.link`), bytes);
    await writeFile(path("sum.link"), sum.bytes);
  });
  after(() => rm(directory, { recursive: true }));

  it("goes from parties' keys to a verifier on a public chain, whose links and proofs the summed key makes", async () => {
    const published: string[] = [];
    const names = ["ann.link", "bob.link", "eve.link"];
    for (const [i, name] of names.entries()) {
      // Both formats of the circuit's key.
      const from = [...NAMED, "--key", i === 0 ? "proving.key" : "final.zkey"];
      const made = await command.json("link", "contribute", ...from, "--entropy-file", "dice.txt", "--out", name);
      expect(made).to.deep.equal({ committed: system.committed, hash: hashOf(await readFile(path(name))), out: name });
      published.push(made.hash);
    }
    const from = [...NAMED, "--key", "final.zkey"];
    const all = ["--hash", ...published];
    const summed = await command.json("link", "sum", ...names, ...from, ...all, "--out", "circuit.link");
    expect(summed.parties.map(({ hash }: { hash: string }) => hash)).to.deep.equal(published);
    const checked = await command.json("link", "verify", "circuit.link", ...names, ...from, ...all);
    expect(checked).to.deep.include({ valid: true, faults: [] });
    const exported = await command.json("link", "export", "circuit.link", ...from, "--commit-bytes", "commit.hex");

    const link = decodeLinkKey(await readFile(path("circuit.link")));
    const bytes = hexlify(encodeCommitKey(verifyingKey(key), link));
    expect(await readFile(path("commit.hex"), "utf8")).to.equal(`${bytes}\n`);
    expect(exported).to.deep.equal({ development: false, commitKeyHash: keccak256(bytes) });

    const weights = randomModel(SHAPE, 5);
    const values = weightsElements(SHAPE, weights);
    const [blinder, anchorBlinder, salt] = [next(), next(), next()];
    const proven = witnessOf(circuit, {
      ...{ weights, salt, counts: randomCounts(SHAPE, 6) },
      ...{ inputSalt: next(), outputSalt: next(), context: next() },
    });
    const prover = await createProver(key, { threads: 0 });
    const proof = await prover.prove(proven.witness, { blinder });
    const w = await committedSum(key, values, blinder);
    const linked = encodeLink(w, await proveLink(link, { values, blinder, anchorBlinders: [anchorBlinder] }));
    const root = poseidonRoot(SHAPE, weights, salt);

    const chain = await network.create({ network: "local", override: { chainId: 1, hardfork: "osaka" } });
    try {
      const [versions] = await chain.ethers.getSigners();
      const parameters = [DEVELOPMENT_ALPHA, [...DEVELOPMENT_LINK], versions!.address];
      const factory = await chain.ethers.deployContract("CommitGroth16Factory", parameters);
      await factory.getFunction("deploy")(bytes);
      const address = await factory.getFunction("verifierOf")(bytes);
      const verifier = await chain.ethers.getContractAt("CommitGroth16Verifier", address);
      const ask = verifier.getFunction("link");
      const others = await anchor(values.with(0, 1n), anchorBlinder);
      expect(await ask.staticCall(root, point(others), linked)).to.equal(false);
      const anchored = point(await anchor(values, anchorBlinder));
      expect(await ask.staticCall(root, anchored, linked)).to.equal(true);
      await ask(root, anchored, linked);
      const encoded = encodeSumProof(proof, w);
      const [first = 0n, ...rest] = proven.publics;
      expect(await verifier.getFunction("verify")([root, first, ...rest], encoded)).to.equal(true);
      expect(await verifier.getFunction("verify")([root, first + 1n, ...rest], encoded)).to.equal(false);
    } finally {
      await chain.close();
    }
  });

  it("accepts parties' keys in any order, under hashes of either kind", async () => {
    expect(await codesOf(files, hashes)).to.deep.equal([]);
    const sha256 = files.map(({ bytes }) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`);
    expect(await codesOf(files.toReversed(), sha256)).to.deep.equal([]);
    const link = decodeLinkKey(sum.bytes);
    expect(link).to.deep.equal(
      await sumLinkKeys(
        files.map(({ bytes }) => decodeLinkKey(bytes)),
        key,
      ),
    );
    expect(link.development).to.equal(false);
  });

  it("attack: the last party takes the others' keys away with one that it made when it had seen them", async () => {
    const empty = await emptyLinkKey(key, [key.committed]);
    const own = [next(), next()];
    const seen = files.slice(0, 2).map(({ bytes }) => negatedLink(decodeLinkKey(bytes)));
    const rogue = file("rogue", await sumLinkKeys([await contributeLink(empty, key, own), ...seen], key));
    const given = [...files.slice(0, 2), rogue];
    // Nothing but the hashes shows it: the sum is the rogue's own key, whose secrets it knows.
    const taken = await sumLinkKeys(
      given.map(({ bytes }) => decodeLinkKey(bytes)),
      key,
    );
    expect(taken.k).to.deep.equal((await contributeLink(empty, key, own)).k);
    expect(await codesOf(given, hashes, file("taken", taken))).to.deep.equal(["MISSING", "NOT_COMMITTED"]);
    expect((await sumLinks(given, hashes.map(parsePin), key)).link).to.equal(undefined);
  });

  it("attack: a key that is not the one under its published hash, one that is left out, and one that is there twice", async () => {
    const [one, two, three] = files as [LinkFile, LinkFile, LinkFile];
    const another = file(three.name, (await contributeToLink(key)).link);
    expect(await codesOf([one, two, another], hashes)).to.deep.equal(["MISSING", "NOT_COMMITTED"]);
    expect(await codesOf([one, two], hashes)).to.deep.equal(["MISSING"]);
    expect(await codesOf(files, hashes.slice(0, 2))).to.deep.equal(["NOT_COMMITTED"]);
    expect(await codesOf([one, two], hashes.slice(0, 2)), "a sum of more").to.deep.equal(["SUM"]);
    expect(await codesOf([...files, one], hashes)).to.deep.equal(["REPEATED"]);
    expect(await codesOf(files, [...hashes, hashes[0] ?? ""])).to.deep.equal(["REPEATED"]);
    expect(await codesOf([], [])).to.deep.equal(["MISSING"]);
  });

  it("attack: a key of another circuit, of another key of the circuit, or with other anchors", async () => {
    const larger = constraintsOf(inferenceCircuit({ ...SHAPE, inputs: 16 }, 2));
    for (const other of [larger, system]) {
      const foreign = await setupWith(other, secrets());
      const link = await contributeLink(await emptyLinkKey(foreign, [other.committed]), foreign);
      expect(await codesWith(encodeLinkKey(link))).to.deep.equal(["CIRCUIT"]);
    }
    const two = await contributeLink(await emptyLinkKey(key, [1, key.committed - 1]), key);
    expect(await codesWith(encodeLinkKey(two))).to.deep.equal(["CIRCUIT"]);
    // Points that do not belong to their k.
    const bytes = (files[2] as LinkFile).bytes.slice();
    bytes.copyWithin(bytes.length - 64, bytes.length - 128, bytes.length - 64);
    expect(await codesWith(bytes)).to.deep.equal(["CIRCUIT"]);
  });

  it("attack: k that is infinity, outside of the group, the generator or equal, and points off the curve", async () => {
    const empty = await emptyLinkKey(key, [key.committed]);
    for (const known of [
      [1n, 2n],
      [2n, 1n],
      [7n, 7n],
    ])
      expect(await codesWith(encodeLinkKey(await contributeLink(empty, key, known)))).to.deep.equal(["K"]);
    expect(await codesWith(encodeLinkKey(empty))).to.deep.equal(["K"]);
    const changed = (at: number, change: (bytes: Uint8Array) => Uint8Array) => {
      const bytes = (files[2] as LinkFile).bytes.slice();
      bytes.set(change(bytes.slice(at, at + 32)), at);
      return bytes;
    };
    const flip = (bytes: Uint8Array) => bytes.with(0, (bytes[0] ?? 0) ^ 1);
    for (const at of [FIRST_K, FIRST_K + K]) expect(await codesWith(changed(at, flip))).to.deep.equal(["K"]);
    const first = FIRST_K + 2 * K;
    expect(await codesWith(changed(first, flip))).to.deep.equal(["POINTS"]);
    // A coordinate with p added is the same point, and another file with another hash.
    const more = (bytes: Uint8Array) => toBytes([(fromBytes(bytes)[0] ?? 0n) + BASE_FIELD]);
    expect(await codesWith(changed(first, more))).to.deep.equal(["POINTS"]);
    expect(await codesWith(changed(FIRST_K, more))).to.deep.equal(["FILE"]);
    // In the sum, whatever the parties' keys are.
    const bytes = sum.bytes.slice();
    bytes[first] = (bytes[first] ?? 0) ^ 1;
    expect(await codesOf(files, hashes, { name: "sum", bytes })).to.deep.equal(["POINTS", "SUM"]);
  });

  it("attack: a development key that is passed off as a party's, or as the sum", async () => {
    const link = await developmentLinkKey(key);
    for (const development of [true, false])
      expect(await codesWith(encodeLinkKey({ ...link, development }))).to.deep.equal(["DEVELOPMENT"]);
    // One public k is enough.
    const empty = await emptyLinkKey(key, [key.committed]);
    const { k } = await contributeLink(empty, key);
    expect(await codesWith(encodeLinkKey({ ...link, k: [link.k[0]!, k[1]!] }))).to.include("DEVELOPMENT");
    const whole = file("sum", { ...link, development: false });
    expect(await codesOf(files, hashes, whole)).to.deep.equal(["DEVELOPMENT", "SUM"]);
    // Nor is a link made for a circuit's key whose secrets are public.
    const known = await developmentSetup(system);
    for (const given of [known, { ...known, development: false }]) {
      const error = await contributeToLink(given).catch((reason: unknown) => reason);
      expect(error).to.include({ code: "REFUSED" }).and.have.property("message").that.includes("development");
    }
  });

  it("files that are cut, empty or something else are named", async () => {
    const bytes = (files[2] as LinkFile).bytes;
    const zkey = await readFile(path("final.zkey"));
    for (const wrong of [
      new Uint8Array(),
      bytes.slice(0, 13),
      bytes.slice(0, -1),
      Uint8Array.from([...bytes, 0]),
      zkey,
    ])
      expect(await codesWith(wrong)).to.deep.equal(["FILE"]);
    const { faults } = await verifyLinks(
      { name: "whole", bytes: bytes.slice(0, 99) },
      files,
      hashes.map(parsePin),
      key,
    );
    expect(faults[0]).to.include({ code: "FILE" }).and.have.property("message").that.includes("whole: ");
  });

  it("the command refuses what is wrong, says what, and writes and overwrites nothing", async () => {
    await writeFile(path("cut.link"), files[0]!.bytes.subarray(0, 99));
    await writeFile(path("public.key"), encodeKey(await developmentSetup(system)));
    await writeFile(
      path("other.key"),
      encodeKey(await setupWith(constraintsOf(inferenceCircuit({ ...SHAPE, inputs: 3 }, 2)), secrets())),
    );
    const before = await readdir(directory);
    const from = [...NAMED, "--key", "proving.key"];
    const two = ["--hash", ...hashes.slice(0, 2)];
    const shape = NAMED.slice(0, -2);
    for (const [code, text, ...args] of [
      [1, "under none of the published hashes", "sum", "1.link", "3.link", ...from, ...two, "--out", "x"],
      [1, "no key is given", "sum", "1.link", ...from, ...two, "--out", "x"],
      [1, "cut.link: the link's key has 99 bytes", "sum", "1.link", "cut.link", ...from, ...two, "--out", "x"],
      [1, "is not the sum", "verify", "3.link", "1.link", "2.link", ...from, ...two],
      [1, "cut.link: the link's key has 99 bytes", "export", "cut.link", ...from, "--commit-bytes", "x"],
      [1, "EXISTS", "sum", "1.link", "2.link", ...from, ...two, "--out", "sum.link"],
      [1, "EXISTS", "contribute", ...from, "--out", "1.link"],
      [1, "NO_FILE", "contribute", ...NAMED, "--key", "none", "--out", "x"],
      [1, "development set-up", "contribute", ...NAMED, "--key", "public.key", "--out", "x"],
      [1, "another circuit", "contribute", ...NAMED, "--key", "other.key", "--out", "x"],
      [1, "another circuit", "contribute", ...shape, "--key", "proving.key", "--out", "x"],
      [1, "BAD_KEY", "contribute", ...NAMED, "--key", "dice.txt", "--out", "x"],
      [2, "--hash", "sum", "1.link", "2.link", ...from, "--out", "x"],
      [2, "128 hex digits", "sum", "1.link", ...from, "--hash", "abc", "--out", "x"],
      [2, "--key", "contribute", ...NAMED, "--out", "x"],
      [2, "name the circuit", "contribute", "--key", "proving.key", "--out", "x"],
      [2, "one anchor", "contribute", "--circuit", "sgd", ...NAMED.slice(2), "--key", "proving.key", "--out", "x"],
      [2, "missing required argument", "verify", "sum.link", ...from, ...two],
    ] as const) {
      const ended = await command.run("link", ...args, "--quiet");
      expect(ended.stderr, args.join(" ")).to.include(text);
      expect(ended.code, args.join(" ")).to.equal(code);
    }
    const { stdout } = await command.run("link", "verify", "1.link", "2.link", ...from, ...two, "--json", "--quiet");
    const report = JSON.parse(stdout);
    expect(report.valid).to.equal(false);
    expect(report.faults.map((fault: { code: string }) => fault.code)).to.include.members(["MISSING"]);
    expect(await readdir(directory)).to.deep.equal(before);
  });

  it("makes development links of tier 2 beside development keys, and says what they are", async () => {
    const made = ["--link", "dev.link", "--key", "dev.key", "--commit-bytes", "dev.hex"];
    const { stdout, stderr, code } = await command.run("dev", ...NAMED, ...made, "--json", "--quiet");
    expect(code, stderr).to.equal(0);
    expect(stderr).to.include("DEVELOPMENT KEYS");
    const link = decodeLinkKey(await readFile(path("dev.link")));
    const development = await developmentSetup(system);
    expect(link).to.deep.equal(await developmentLinkKey(development));
    const bytes = hexlify(encodeCommitKey(verifyingKey(development), link));
    expect(await readFile(path("dev.hex"), "utf8")).to.equal(`${bytes}\n`);
    expect(JSON.parse(stdout)).to.include({ development: true, commitKeyHash: keccak256(bytes) });
    const tier1 = await command.run("dev", ...NAMED.slice(0, -2), "--link", "x");
    expect(tier1.stderr).to.include("--tier 2");
    expect(tier1.code).to.equal(2);
  });

  it("stops when it is told to, and says how far it is", async () => {
    const seen: number[] = [];
    const pins = hashes.map(parsePin);
    await verifyLinks(sum, files, pins, key, { onProgress: (done) => seen.push(done) });
    expect(seen).to.deep.equal([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).to.equal(1);
    const stop = new AbortController();
    const work = { signal: stop.signal, onProgress: () => stop.abort(new Error("enough")) };
    for (const start of [
      () => contributeToLink(key, {}, work),
      () => sumLinks(files, pins, key, work),
      () => verifyLinks(sum, files, pins, key, work),
    ])
      expect(await start().catch((error: Error) => error.message)).to.equal("enough");
  });
});
