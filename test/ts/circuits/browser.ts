import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { text } from "node:stream/consumers";
import {
  constraintsOf,
  decodeProof,
  developmentSetup,
  encodeVerifyingKey,
  verify,
  verifyingKey,
  witnessOf,
} from "@freehold/circuits";
import { Lanes } from "@freehold/circuits/prover";
import { expect } from "chai";
import { getBytes, hexlify } from "ethers";
import type { Said } from "./browser-page.ts";
import { inferenceCase } from "./models.ts";

const HERE = new URL(".", import.meta.url).pathname;
const WORKER = new URL("../../../circuits/dist/prover/worker.js", import.meta.url).pathname;
/** Without these a page has no memory that its threads share. */
const ISOLATION = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };

/** A Chromium of this machine. */
function chromium(): string | undefined {
  const named = process.env.FREEHOLD_CHROMIUM;
  if (named !== undefined) return named;
  const folders = (process.env.PATH ?? "").split(delimiter);
  const programs = ["chromium", "chromium-browser", "google-chrome"];
  return folders
    .flatMap((folder) => programs.map((program) => join(folder, program)))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** The page and its threads' script, as an application's bundler makes them: worker.js lies beside the page's script. */
async function bundle(): Promise<Map<string, string> | undefined> {
  const esbuild = await import("esbuild").catch(() => undefined);
  if (esbuild === undefined) return undefined;
  const { outputFiles } = await esbuild.build({
    entryPoints: { page: join(HERE, "browser-page.ts"), worker: WORKER },
    outdir: "/",
    bundle: true,
    write: false,
    format: "esm",
    platform: "browser",
    target: "es2022",
    logLevel: "silent",
  });
  return new Map(outputFiles.map(({ path, text }) => [path, text]));
}

/** Serves files and a page that loads one of them, and waits for what the page says. */
async function serve(files: ReadonlyMap<string, string>, headers: Record<string, string>) {
  let heard: (said: unknown) => void = () => {};
  const said = new Promise<unknown>((resolve) => {
    heard = resolve;
  });
  const server: Server = createServer(async (request, response) => {
    const path = request.url ?? "/";
    if (path === "/said") {
      heard(JSON.parse(await text(request)));
      response.writeHead(204, headers).end();
    } else if (path === "/") {
      response
        .writeHead(200, { ...headers, "content-type": "text/html" })
        .end(`<!doctype html><script type="module" src="/page.js"></script>`);
    } else {
      const file = files.get(path);
      response.writeHead(file === undefined ? 404 : 200, { ...headers, "content-type": "text/javascript" }).end(file);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, said, server };
}

describe("circuits: the prover in a browser", function () {
  this.timeout(120_000);
  let program: string;
  let files: Map<string, string>;

  before(async function () {
    const found = chromium();
    const made = await bundle();
    if (found === undefined || made === undefined) {
      const missing = found === undefined ? "Chromium, on the PATH or in FREEHOLD_CHROMIUM" : "esbuild";
      console.warn(`\n*** NOT TESTED: the prover in a browser. There is no ${missing}. ***\n`);
      this.skip();
    }
    program = found;
    files = made;
  });

  /** Opens the page in a browser of its own, and gives what it says. */
  async function visit(some: ReadonlyMap<string, string>, headers: Record<string, string> = {}): Promise<unknown> {
    const { url, said, server } = await serve(some, headers);
    const profile = await mkdtemp(join(tmpdir(), "freehold-browser-"));
    let browser: ChildProcess | undefined;
    try {
      const options = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
        `--user-data-dir=${profile}`,
      ];
      // What it leaves behind goes with its profile.
      browser = spawn(program, [...options, url], { stdio: "ignore", env: { ...process.env, TMPDIR: profile } });
      const ended = new Promise((_, reject) => {
        browser?.once("error", reject);
        browser?.once("exit", (code) =>
          reject(new Error(`the browser ended with code ${code} before the page said a word`)),
        );
      });
      return await Promise.race([said, ended]);
    } finally {
      const gone = new Promise((resolve) => browser?.once("exit", resolve));
      if (browser?.exitCode === null && browser.kill()) await gone;
      server.closeAllConnections();
      server.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    }
  }

  async function expectProofs(answer: unknown): Promise<Said> {
    expect(answer).to.not.have.property("error");
    const said = answer as Said;
    const { circuit, values } = inferenceCase({ inputs: 64, hidden: 8, classes: 3 }, 1, 7);
    const key = verifyingKey(await developmentSetup(constraintsOf(circuit), { threads: 0 }));
    const { publics } = witnessOf(circuit, values);
    expect(said.verifyingKey, "the same key of the same seed").to.equal(hexlify(encodeVerifyingKey(key)));
    expect(said.publics).to.deep.equal(publics.map(String));
    expect(said.verified).to.equal(true);
    expect(new Set(said.proofs).size).to.equal(2);
    for (const proof of said.proofs) expect(verify(key, publics, decodeProof(getBytes(proof)))).to.equal(true);
    return said;
  }

  it("proves on Web Workers what Node verifies, with shared memory and lanes where the page is isolated", async () => {
    const said = await expectProofs(await visit(files, ISOLATION));
    expect(said).to.include({ isolated: true, shared: true, lanes: (await Lanes.create()) !== undefined });
  });

  it("proves without shared memory: each thread has a copy", async () => {
    expect(await expectProofs(await visit(files))).to.include({ isolated: false, shared: false });
  });

  it("says how far it is, stops when it is told to, and rejects what is left when it is closed", async () => {
    const { progress, cancelled, closed } = await expectProofs(await visit(files, ISOLATION));
    expect(progress.at(-1)).to.equal(1);
    expect(progress).to.deep.equal([...progress].sort((a, b) => a - b));
    expect(cancelled).to.equal("Error: the visitor left");
    expect(closed).to.equal("ProverError: the prover is closed");
  });

  it("says what is missing when the threads' script is not served", async () => {
    const said = await visit(new Map([...files].filter(([path]) => path !== "/worker.js")), ISOLATION);
    expect(said)
      .to.have.property("error")
      .that.matches(/^ProverError: .*worker\.js/);
  });
});
