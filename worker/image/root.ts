// Assembles the root file system of a worker's image: everything that runs in an enclave, and nothing else. What it writes depends on the bytes of
// the files alone; see README.md.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { programEntries, treeEntries, withDirectories } from "./root/files.ts";
import { manifest, sha256 } from "./root/manifest.ts";
import { type Lock, type Platform, packagesOf } from "./root/packages.ts";
import { type Entry, tar } from "./root/tar.ts";

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
/** Where the repository's part of an image lies. */
const APP = "app";
/** What a package brings for those who build with it. */
const FOR_BUILDERS = /(?:\.d\.[cm]?ts|\.map|\.md|\.tsbuildinfo)$/;
/** Parts of the workspaces that run. */
const OWN = /^(?:dist(?:\/|$)|package\.json$|LICENSE$)/;

/** The application: both workspaces as they are built, and the packages that they need. */
export function applicationEntries(repository: string, platform: Platform): Entry[] {
  const { packages } = JSON.parse(readFileSync(join(repository, "package-lock.json"), "utf8")) as { packages: Lock };
  const entries: Entry[] = [];
  for (const path of packagesOf(packages, "worker", platform)) {
    const isOwn = !path.includes("node_modules/");
    if (packages[path]?.link === true) {
      const depth = path.split("/").length - 1;
      entries.push({
        type: "link",
        path: `${APP}/${path}`,
        target: `${"../".repeat(depth)}${packages[path].resolved}`,
      });
      continue;
    }
    const wanted = (file: string) =>
      !FOR_BUILDERS.test(file) && !/^node_modules(?:\/|$)/.test(file) && (!isOwn || OWN.test(file));
    entries.push(...treeEntries(join(repository, path), `${APP}/${path}`, wanted));
  }
  return entries;
}

/** What the application stands on: Node with its libraries, which brings root certificates, an account, and a place for scratch files. */
export function systemEntries(node: string): Entry[] {
  const text = (path: string, content: string): Entry => ({
    type: "file",
    path,
    mode: 0o644,
    bytes: Buffer.from(content),
  });
  return [
    ...programEntries(node, "usr/local/bin/node"),
    text("etc/passwd", "root:x:0:0:root:/:/sbin/nologin\n"),
    text("etc/group", "root:x:0:\n"),
    text("etc/hosts", "127.0.0.1 localhost\n::1 localhost\n"),
    text("etc/nsswitch.conf", "hosts: files dns\n"),
    { type: "directory", path: "tmp" },
  ];
}

/** A root as it is written: an archive, its list, and the digest that people compare. */
export function assemble(entries: readonly Entry[]): { archive: Uint8Array; list: string; digest: string } {
  const all = withDirectories(entries);
  const archive = tar(all);
  return { archive, list: manifest(all), digest: sha256(archive) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      out: { type: "string", default: "out" },
      node: { type: "string", default: process.execPath },
      arch: { type: "string", default: process.arch },
    },
  });
  const platform = { os: "linux", cpu: values.arch, libc: "glibc" };
  const { archive, list, digest } = assemble([
    ...systemEntries(values.node),
    ...applicationEntries(REPOSITORY, platform),
  ]);
  mkdirSync(values.out, { recursive: true });
  writeFileSync(join(values.out, "root.tar"), archive);
  writeFileSync(join(values.out, "root.list"), list);
  console.log(`${digest}  root.tar`);
}
