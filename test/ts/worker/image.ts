import { execFileSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { measureCode } from "@freehold/worker";
import { expect } from "chai";
import { baseImages, buildArguments } from "../../../worker/image/lock.ts";
import { treeEntries, withDirectories } from "../../../worker/image/root/files.ts";
import { manifest, sha256 } from "../../../worker/image/root/manifest.ts";
import { type Lock, packagesOf } from "../../../worker/image/root/packages.ts";
import { type Entry, tar } from "../../../worker/image/root/tar.ts";
import { applicationEntries, assemble, systemEntries } from "../../../worker/image/root.ts";

const REPOSITORY = fileURLToPath(new URL("../../..", import.meta.url));
const LINUX = { os: "linux", cpu: process.arch, libc: "glibc" };
const all = () => true;

/** Files of a tree: content and whether it can be executed. */
const TREE: Readonly<Record<string, readonly [string, boolean]>> = {
  "a/one.js": ["1", false],
  "a/two": ["22", true],
  "a-file-between": ["", false],
  "a/deeper/three.txt": ["x".repeat(512), false],
  "b/four.txt": ["x".repeat(513), false],
};

describe("worker: enclave image", () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "freehold-image-"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  /** Writes the tree in some order, at some time, under some umask. */
  const write = (name: string, order: (names: string[]) => string[], time: Date, mask: number) => {
    const root = join(directory, name);
    for (const path of order(Object.keys(TREE))) {
      const [content, executable] = TREE[path] ?? ["", false];
      const file = join(root, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
      chmodSync(file, (executable ? 0o777 : 0o666) & ~mask);
      utimesSync(file, time, time);
    }
    symlinkSync("../a/two", join(root, "b/link"));
    for (const each of ["a", "b"]) utimesSync(join(root, each), time, time);
    return root;
  };

  it("is the same archive and list whatever the order, the times and the modes of its directories", () => {
    const first = assemble(
      treeEntries(
        write("x", (names) => names, new Date(0), 0o022),
        "app",
        all,
      ),
    );
    const second = assemble(
      treeEntries(
        write("y", (names) => names.reverse(), new Date(1e12), 0o077),
        "app",
        all,
      ).reverse(),
    );
    expect(second.list).to.equal(first.list);
    expect(second.digest).to.equal(first.digest);
    expect(first.digest).to.equal(sha256(first.archive));
    // A constant, so that no later change of the code moves what others have reproduced.
    expect(first.digest).to.equal("8fc205c143eaf31ad3895946082a3994941aebd615542a2bbcc6125162bc6218");
    expect(first.list.split("\n")).to.deep.equal([
      "0755 - - app/",
      "0755 - - app/a/",
      `0644 0 ${sha256("")} app/a-file-between`,
      "0755 - - app/a/deeper/",
      `0644 512 ${sha256("x".repeat(512))} app/a/deeper/three.txt`,
      `0644 1 ${sha256("1")} app/a/one.js`,
      `0755 2 ${sha256("22")} app/a/two`,
      "0755 - - app/b/",
      `0644 513 ${sha256("x".repeat(513))} app/b/four.txt`,
      "0777 - -> ../a/two app/b/link",
      "",
    ]);
  });

  it("changes with every byte, name, mode and link", () => {
    const entries: Entry[] = [
      { type: "file", path: "a", mode: 0o644, bytes: Buffer.from("x") },
      { type: "link", path: "b", target: "a" },
    ];
    const [file, link] = entries as [Entry & { type: "file" }, Entry & { type: "link" }];
    const variants: Entry[][] = [
      entries,
      [{ ...file, bytes: Buffer.from("y") }, link],
      [{ ...file, path: "c" }, link],
      [{ ...file, mode: 0o755 }, link],
      [file, { ...link, target: "c" }],
      [file],
      [...entries, { type: "directory", path: "d" }],
    ];
    expect(new Set(variants.map((each) => sha256(tar(each)))).size).to.equal(variants.length);
    expect(new Set(variants.map(manifest)).size).to.equal(variants.length);
    expect(() => tar([file, file])).to.throw(/a is there twice/);
  });

  it("is an archive that tar unpacks to the same files, long paths too", () => {
    const long = `${"d".repeat(90)}/${"e".repeat(60)}/${"f".repeat(95)}`;
    const entries = withDirectories([
      ...treeEntries(
        write("x", (names) => names, new Date(0), 0o022),
        "app",
        all,
      ),
      { type: "file", path: long, mode: 0o644, bytes: Buffer.from("long") },
    ]);
    writeFileSync(join(directory, "root.tar"), tar(entries));
    const out = join(directory, "out");
    mkdirSync(out);
    execFileSync("tar", ["-xf", join(directory, "root.tar"), "-C", out]);
    const unpacked = treeEntries(out, "", all);
    expect(manifest(withDirectories(unpacked))).to.equal(manifest(entries));
    const listed = execFileSync("tar", ["--utc", "--full-time", "-tvf", join(directory, "root.tar")], {
      encoding: "utf8",
    });
    for (const line of listed.trimEnd().split("\n")) expect(line).to.match(/^\S+ 0\/0 +\d+ 1970-01-01 00:00:00 /);
    expect(() => tar([{ type: "directory", path: "x".repeat(101) }])).to.throw(/too long for ustar/);
    expect(() => tar([{ type: "link", path: "x", target: "y".repeat(101) }])).to.throw(/does not fit/);
  });

  it("takes the packages that run on the platform, and no others", () => {
    const lock: Lock = {
      worker: { dependencies: { own: "1", a: "1" }, optionalDependencies: { win: "1", gone: "1" } },
      "node_modules/own": { link: true, resolved: "own" },
      own: { dependencies: { a: "2" } },
      "own/node_modules/a": {},
      "node_modules/a": { peerDependencies: { p: "1", q: "1" }, peerDependenciesMeta: { q: { optional: true } } },
      "node_modules/p": { dependencies: { "@types/node": "1", a: "1" } },
      "node_modules/q": {},
      "node_modules/win": { os: ["win32"] },
      "node_modules/musl": { libc: ["musl"] },
      "node_modules/tool": {},
      "node_modules/@types/node": {},
    };
    expect(packagesOf(lock, "worker", LINUX)).to.deep.equal(
      ["worker", "own", "own/node_modules/a", "node_modules/own", "node_modules/a", "node_modules/p"].sort(),
    );
    expect(() => packagesOf({ worker: { dependencies: { b: "1" } } }, "worker", LINUX)).to.throw(
      /no b, which worker needs/,
    );
    expect(() => packagesOf({}, "worker", LINUX)).to.throw(/has no worker/);
  });

  it("runs, out of nothing but its own files, and measures as the code that it was made of", function () {
    if (process.platform !== "linux") return this.skip();
    const { archive, digest } = assemble([
      ...systemEntries(process.execPath),
      ...applicationEntries(REPOSITORY, LINUX),
    ]);
    const again = assemble([...applicationEntries(REPOSITORY, LINUX), ...systemEntries(process.execPath)]);
    expect(again.digest).to.equal(digest);
    writeFileSync(join(directory, "root.tar"), archive);
    const root = join(directory, "root");
    mkdirSync(root);
    execFileSync("tar", ["-xf", join(directory, "root.tar"), "-C", root]);
    const loaders = ["lib64", "lib"].flatMap((each) => {
      const at = join(root, each);
      const names = (() => {
        try {
          return readdirSync(at);
        } catch {
          return [];
        }
      })();
      return names.filter((name) => name.startsWith("ld-linux")).map((name) => join(at, name));
    });
    const libraries = readdirSync(join(root, "lib"), { withFileTypes: true })
      .filter((each) => each.isDirectory())
      .map(({ name }) => join(root, "lib", name));
    const [loader] = loaders;
    if (loader === undefined) throw new Error("the root has no loader");
    const worker = (...args: string[]) =>
      execFileSync(
        loader,
        [
          "--library-path",
          libraries.join(":"),
          join(root, "usr/local/bin/node"),
          join(root, "app/worker/dist/main.js"),
          ...args,
        ],
        { encoding: "utf8", env: {}, stdio: ["ignore", "pipe", "pipe"] },
      );
    expect(worker("measure")).to.equal(`${measureCode()}\n`);
    // System calls and the guest agent's SDK are in it, too.
    for (const tee of ["nitro", "dstack"]) {
      expect(() => worker("measure", "--tee", tee, "--tee-path", join(root, "none"))).to.throw(
        /no (?:AWS Nitro enclave|dstack guest agent) here/,
      );
    }
  });

  it("names its base images by version, and builds with their digests only", () => {
    const dockerfile = readFileSync(join(REPOSITORY, "worker/image/Dockerfile"), "utf8");
    const { devDependencies } = JSON.parse(readFileSync(join(REPOSITORY, "package.json"), "utf8")) as {
      devDependencies: Record<string, string>;
    };
    const image = `node:${devDependencies.node}-bookworm-slim`;
    const images = baseImages(dockerfile);
    expect(images).to.deep.equal({ NODE_IMAGE: image });
    const digest = `sha256:${"ab".repeat(32)}`;
    expect(buildArguments(images, { [image]: digest })).to.deep.equal(["--build-arg", `NODE_IMAGE=${image}@${digest}`]);
    expect(() => buildArguments(images, {})).to.throw(/no digest of .*: run node worker\/image\/lock.ts/);
    expect(() => buildArguments(images, { [image]: "latest" })).to.throw(/no digest/);
    expect(() => baseImages("ARG NODE_IMAGE=node:latest\n")).to.throw(/no version/);
    expect(() => baseImages("FROM node:24.1.0\n")).to.throw(/no image that an ARG/);
  });
});
