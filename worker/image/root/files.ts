import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from "node:fs";
import { join, posix } from "node:path";
import type { Entry } from "./tar.ts";

/** A file as it goes into the image: of its mode only whether it can be executed. */
export function fileEntry(source: string, path: string): Entry {
  const mode = (statSync(source).mode & 0o111) === 0 ? 0o644 : 0o755;
  return { type: "file", path, mode, bytes: readFileSync(source) };
}

/** All files and links below a directory that `wanted` takes (by path below it); directories that hold none are left out. */
export function treeEntries(source: string, path: string, wanted: (path: string) => boolean): Entry[] {
  const entries: Entry[] = [];
  const walk = (below: string) => {
    for (const each of readdirSync(join(source, below), { withFileTypes: true })) {
      const inside = posix.join(below, each.name);
      const [from, to] = [join(source, inside), posix.join(path, inside)];
      if (!wanted(inside)) continue;
      if (each.isDirectory()) walk(inside);
      else if (each.isSymbolicLink()) entries.push({ type: "link", path: to, target: readlinkSync(from) });
      else if (each.isFile()) entries.push(fileEntry(from, to));
      else throw new Error(`${from} is no file, directory or link`);
    }
  };
  walk("");
  return entries;
}

/** A program at a path of the image, and the libraries that the loader would give it, at the paths where it looks for them. */
export function programEntries(source: string, path: string): Entry[] {
  const listed = execFileSync("ldd", [source], { encoding: "utf8", env: { LC_ALL: "C" } });
  const libraries = [...listed.matchAll(/(?:=> )?(\/[^\s()]+) \(0x/g)].map(([, library]) => library ?? "");
  return [
    fileEntry(realpathSync(source), path),
    ...libraries.map((library) => fileEntry(realpathSync(library), library.slice(1))),
  ];
}

/** The same with every directory on the way, each once. */
export function withDirectories(entries: readonly Entry[]): Entry[] {
  const directories = new Set<string>();
  for (const { path } of entries) {
    for (let at = path.indexOf("/"); at !== -1; at = path.indexOf("/", at + 1)) directories.add(path.slice(0, at));
  }
  const given = new Set(entries.filter(({ type }) => type === "directory").map(({ path }) => path));
  const missing = [...directories].filter((path) => !given.has(path));
  return [...entries, ...missing.map((path): Entry => ({ type: "directory", path }))];
}
