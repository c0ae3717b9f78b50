import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { promisify } from "node:util";
import { knownDeployments } from "@freehold/sdk/abis";
import { expect } from "chai";
import { mergeErrors } from "../../../scripts/lib/abi.ts";

const ROOT = new URL("../../..", import.meta.url).pathname;
const DIST = join(ROOT, "sdk/dist");
const ABIS = join(ROOT, "sdk/src/abis");

const IMPORT = /^(?:import|export)\s(?:[^;"]*?from\s)?"([^"]+)"|\bimport\("([^"]+)"\)/gm;

/** Files of the package that are reachable from one of its entries, and what else these import. */
async function imports(entry: string): Promise<{ files: Set<string>; packages: Map<string, string> }> {
  const files = new Set<string>();
  const packages = new Map<string, string>();
  const queue = [join(DIST, entry)];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (files.has(file)) continue;
    files.add(file);
    const text = await readFile(file, "utf8");
    for (const [, from, dynamic] of text.matchAll(IMPORT)) {
      const specifier = from ?? dynamic ?? "";
      if (specifier.startsWith(".")) queue.push(resolve(dirname(file), specifier));
      else packages.set(specifier, relative(DIST, file));
    }
  }
  return { files, packages };
}

async function contents(directory: string): Promise<Record<string, string>> {
  const names = (await readdir(directory, { recursive: true })).filter((name) => name.endsWith(".ts")).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(directory, name), "utf8")));
  return Object.fromEntries(names.map((name, i) => [name, texts[i] ?? ""]));
}

describe("sdk: package", () => {
  for (const entry of [
    "index",
    "eip712/index",
    "errors/index",
    "abis/index",
    "weights/index",
    "watchtower/index",
    "x402/index",
    "attestation/index",
  ].map((name) => `${name}.js`)) {
    it(`${entry} imports nothing of Node`, async () => {
      const { files, packages } = await imports(entry);
      expect(files.size).to.be.greaterThan(1);
      for (const [specifier, file] of packages) {
        expect(specifier, file).not.to.match(/^node:|^(?:fs|path|os|crypto|buffer|stream|util|worker_threads)(?:\/|$)/);
      }
    });
  }

  it("depends on what its package.json says, and on nothing else", async () => {
    const { dependencies, peerDependencies } = JSON.parse(await readFile(join(ROOT, "sdk/package.json"), "utf8"));
    const allowed = [...Object.keys(dependencies), ...Object.keys(peerDependencies)];
    const entries = await Promise.all(["index.js", "x402/index.js"].map(imports));
    for (const specifier of entries.flatMap(({ packages }) => [...packages.keys()])) {
      const name = specifier
        .split("/")
        .slice(0, specifier.startsWith("@") ? 2 : 1)
        .join("/");
      expect(allowed).to.include(name);
    }
  });

  it("loads circuits when the first proof asks for them, and not before", async () => {
    const { files } = await imports("index.js");
    const texts = await Promise.all([...files].map((file) => readFile(file, "utf8")));
    const all = texts.join("\n");
    expect(all).not.to.match(/from "@freehold\/circuits/);
    expect(all).to.match(/\bimport\("@freehold\/circuits"\)/);
  });

  it("bundles for a browser without polyfills, and without bytecode", async function () {
    const esbuild = await import("esbuild").catch(() => undefined);
    if (esbuild === undefined) {
      console.warn("      esbuild is not installed: the bundle is not checked");
      this.skip();
    }
    const { outputFiles, warnings } = await esbuild.build({
      entryPoints: [join(DIST, "index.js")],
      bundle: true,
      minify: true,
      write: false,
      format: "esm",
      platform: "browser",
      logLevel: "silent",
    });
    const text = outputFiles[0]?.text ?? "";
    expect(warnings).to.deep.equal([]);
    expect(text).not.to.match(/["'`]node:/);
    // Bytecode of solc starts with the free memory pointer.
    expect(text).not.to.match(/0x60[68]0604[05]/);
  });

  it("ABIs come out the same, byte for byte", async function () {
    this.timeout(60_000);
    const before = await contents(ABIS);
    await promisify(execFile)("node", [join(ROOT, "scripts/generate-abis.ts")], { cwd: ROOT });
    expect(await contents(ABIS)).to.deep.equal(before);
    expect(Object.keys(knownDeployments)).not.to.include("31337");
  });

  it("two errors with one selector are refused when ABIs are generated", () => {
    const error = (name: string, type: string) => ({ type: "error", name, inputs: [{ name: "x", type }] });
    const burn = error("burn", "uint256");
    expect(() => mergeErrors([[burn], [error("collate_propagate_storage", "bytes16")]])).to.throw(
      "same selector 0x42966c68",
    );
    expect(mergeErrors([[burn], [burn]]).map(({ name }) => name)).to.deep.equal(["Error", "Panic", "burn"]);
  });

  it("no private word of this machine is in what is published", async () => {
    for (const [name, text] of Object.entries(await contents(join(ROOT, "sdk/src")))) {
      expect(text, name).not.to.contain(ROOT);
    }
  });
});
