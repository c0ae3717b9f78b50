import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromHex } from "@freehold/sdk";
import { measureQuote, nitroMeasurementId } from "@freehold/sdk/attestation";
import { measureCode } from "@freehold/worker";
import { expect } from "chai";
import { workerProgram } from "../../../worker/dist/cli/worker.js";
import { readNitroDocument } from "../../../worker/dist/enclave/nitro/document.js";
import { runHere } from "../utils/here.ts";
import { genuine } from "../utils/vectors.ts";
import { sharedChain, type TestChain } from "./harness/chain.ts";
import { createLine, type TestLine } from "./harness/model.ts";
import { createNode, PRICE, workerConfig } from "./harness/node.ts";
import { Payer, post } from "./harness/payer.ts";
import { freePort, run, serveArguments, WorkerProcess } from "./harness/process.ts";

const KEY = `0x${"01".repeat(32)}`;

const is = (line: string) => new RegExp(`^${line}\n$`);

describe("worker: command line", () => {
  let directory: string;
  let deployment: string;
  let valid: string[];

  before(() => {
    directory = mkdtempSync(join(tmpdir(), "freehold-cli-"));
    deployment = join(directory, "31337.json");
    const names = [
      "ModelRegistry",
      "DeltaLedger",
      "NodeRegistry",
      "InferenceEscrow",
      "InferenceArbiter",
      "VersionProofs",
    ];
    const hash = `0x${"33".repeat(32)}`;
    const contract = { address: `0x${"11".repeat(20)}`, deployBlock: 1, transactionHash: hash, codeHash: hash };
    const contracts = Object.fromEntries(names.map((name) => [name, contract]));
    const named = { network: "local", commit: "none", deployedAt: "2026-01-01T00:00:00Z", parameters: {} };
    writeFileSync(deployment, JSON.stringify({ schemaVersion: 1, chainId: "31337", ...named, contracts }));
    const options = {
      rpc: "http://127.0.0.1:1",
      deployment,
      line: `0x${"22".repeat(32)}`,
      store: directory,
      data: directory,
    };
    valid = ["serve", "--price", "7", ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, value])];
  });

  after(() => rmSync(directory, { recursive: true }));

  const without = (option: string) => valid.filter((_, i) => valid[i] !== option && valid[i - 1] !== option);
  const refuses = async (
    args: string[],
    message: RegExp,
    environment: NodeJS.ProcessEnv = { FREEHOLD_WORKER_KEY: KEY },
  ) => {
    const { code, stderr } = await runHere(workerProgram(), args, environment);
    expect(stderr.trimEnd().split("\n"), "one line").to.have.length(1);
    expect(stderr).to.match(message);
    expect(code).to.equal(2);
  };

  it("refuses bad arguments in one line, with exit code 2", async () => {
    const broken = join(directory, "broken.json");
    writeFileSync(broken, "{}");
    // The command itself, once; the others in this process.
    const { code } = await run(without("--rpc"), { FREEHOLD_WORKER_KEY: KEY });
    expect(code).to.equal(2);
    await refuses(without("--rpc"), /--rpc/);
    await refuses([...without("--line"), "--line", "0x12"], /--line.*64 hex digits/);
    await refuses([...valid, "--price", "-1"], /--price.*whole number above 0/);
    await refuses([...valid, "--port", "70000"], /--port.*0 to 65535/);
    await refuses([...valid, "--tee", "sgx"], /--tee.*development, nitro, tdx, dstack/);
    await refuses([...valid, "--nothing"], /unknown option '--nothing'/);
    await refuses([...valid, "--deployment", join(directory, "none.json")], /cannot be read.*ENOENT/);
    await refuses([...valid, "--deployment", broken], /cannot be read.*schemaVersion/);
    await refuses(["nothing"], /unknown command/);
    await refuses([...valid, "--replica", "A b"], /--replica.*lower-case/);
    await refuses(without("--data"), /no books: pass --data or --database/);
    await refuses(["status"], /no books: pass --data or --database/);
    await refuses(valid, /no operator key: set FREEHOLD_WORKER_KEY or pass --key-file/, {});
    await refuses([...valid, "--key-file", join(directory, "none.key")], /--key-file.*cannot be read/, {});
  });

  it("does not serve without the environment that it was told to serve from", async () => {
    for (const [tee, message] of [
      ["nitro", /no AWS Nitro enclave here/],
      ["tdx", /no Intel TDX domain here/],
      ["dstack", /no dstack guest agent here/],
    ] as const) {
      const missing = ["--tee", tee, "--tee-path", join(directory, "nothing")];
      const { code, stderr } = await run([...valid, ...missing], { FREEHOLD_WORKER_KEY: KEY });
      expect(stderr).to.match(message);
      expect(stderr.trimEnd().split("\n"), "one line").to.have.length(1);
      expect(code).to.equal(1);
    }
  });

  it("never repeats a key that is wrong", async () => {
    const wrong = "deadbeef".repeat(7);
    const { code, stderr, stdout } = await run(valid, { FREEHOLD_WORKER_KEY: wrong });
    expect(code).to.equal(2);
    expect(stderr).to.match(/FREEHOLD_WORKER_KEY holds no private key/);
    expect(stderr + stdout).not.to.contain(wrong);
  });

  it("never repeats the URL of a database, which may hold a password", async () => {
    const secret = "deadbeef".repeat(3);
    const url = `postgres://user:${secret}@127.0.0.1:1/books`;
    const cases: [string[], NodeJS.ProcessEnv, number, RegExp][] = [
      [[...without("--data"), "--database", `mysql://${secret}`], {}, 2, /--database is no postgres:/],
      [[...without("--data"), "--database", secret], {}, 2, /--database is no postgres:/],
      [valid, { FREEHOLD_WORKER_DATABASE: url }, 2, /--data .* and --database .* are both given: pass one/],
      [without("--data"), { FREEHOLD_WORKER_DATABASE: url }, 1, /cannot be opened: nobody listens there/],
      [["status", "--database", url], {}, 1, /cannot be opened: nobody listens there/],
    ];
    await Promise.all(
      cases.map(async ([args, environment, exit, message]) => {
        const { code, stderr, stdout } = await run(args, { FREEHOLD_WORKER_KEY: KEY, ...environment });
        expect(stderr).to.match(message);
        expect(stderr.trimEnd().split("\n"), "one line").to.have.length(1);
        expect(code).to.equal(exit);
        expect(stderr + stdout).not.to.contain(secret);
      }),
    );
  });

  it("prints help and the measurement", async () => {
    const [help, measure] = await Promise.all([run(["serve", "--help"]), run(["measure"])]);
    expect(help.code).to.equal(0);
    for (const option of ["--rpc", "--settle-age", "FREEHOLD_WORKER_PRICE", "FREEHOLD_WORKER_DATABASE"])
      expect(help.stdout).to.contain(option);
    expect(measure).to.deep.include({ code: 0, stdout: `${measureCode()}\n` });
  });

  it("measures what nitro-cli printed, a quote and a document, and says what it cannot measure", async function () {
    const pcrs = ["a1", "b2", "c3"].map((byte) => byte.repeat(48));
    const printed = { HashAlgorithm: "Sha384 { ... }", PCR0: pcrs[0], PCR1: pcrs[1], PCR2: pcrs[2] };
    const [pcr0, pcr1, pcr2] = pcrs.map((hex) => fromHex(`0x${hex}`)) as [Uint8Array, Uint8Array, Uint8Array];
    const quote = genuine(this, "intel/quotes/google-tdx-v5.bin");
    const document = genuine(this, "nitro/base-2024-11-30.cose");
    const cases: [string, string | Uint8Array, number, RegExp][] = [
      [
        "cli",
        `Enclave Image built\n${JSON.stringify({ Measurements: printed })}`,
        0,
        is(nitroMeasurementId({ pcr0, pcr1, pcr2 })),
      ],
      ["quote", quote, 0, is(measureQuote(quote).measurementId)],
      ["document", document, 0, is(readNitroDocument(document).measurementId)],
      ["debug", genuine(this, "nitro/evervault-2022-10-12-debug.cose"), 2, /is of debug mode/],
      ["debug-quote", genuine(this, "intel/quotes/automata-solana-sgx.bin"), 2, /is of debug mode/],
      [
        "nothing",
        "nothing",
        2,
        /is nothing that can be measured \(.*no PCR0.*version 28526.*no attestation document.*\)/,
      ],
      ["zeros", new Uint8Array(5_000), 2, /is nothing that can be measured/],
    ];
    const measure = (file: string) => runHere(workerProgram(), ["measure", "--of", file]);
    for (const [name, content, exit, message] of cases) {
      const file = join(directory, `measured-${name}`);
      writeFileSync(file, content);
      const { code, stdout, stderr } = await measure(file);
      expect(stdout + stderr, name).to.match(message);
      expect(code, name).to.equal(exit);
    }
    expect((await measure(join(directory, "not-there"))).stderr).to.match(/cannot be read.*ENOENT/);
  });

  it("says where a database is missing", async () => {
    const { code, stderr } = await run(["status", "--data", join(directory, "nothing")]);
    expect(code).to.equal(1);
    expect(stderr).to.match(/no worker's database: pass the --data/);
  });

  describe("on a chain", () => {
    let chain: TestChain;
    let line: TestLine;

    before(async () => {
      chain = await sharedChain();
      line = await createLine(chain, { measurementId: measureCode() });
    });

    it("serves, tells its status while it runs, and ends on SIGTERM with what runs finished", async () => {
      const operator = await createNode(chain);
      const config = workerConfig(chain, line, { port: await freePort(), logLevel: "debug" });
      const worker = new WorkerProcess(serveArguments(config, chain.deploymentFile), operator.privateKey, config.port);
      await worker.ready();
      const payer = await Payer.open(chain, operator.address, line.lineId, 10_000n);
      await payer.infer(worker.url, { text: "zephyr rise" });
      const status = JSON.parse((await run(["status", "--json", "--data", config.data])).stdout) as Record<
        string,
        string
      >;
      expect(status).to.include({ completed: "1", metered: String(PRICE), unsettled: String(PRICE), settled: "0" });

      const offer = await payer.offer(worker.url);
      const prepared = await Promise.all(
        Array.from({ length: 6 }, (_, i) =>
          payer.prepare(offer, { text: "rise" }, { cumulative: BigInt(i + 2) * PRICE }),
        ),
      );
      const answers = Promise.allSettled(prepared.map((each) => post(worker.url, each)));
      expect(await worker.end("SIGTERM")).to.equal(0);
      for (const answer of await answers) {
        if (answer.status === "fulfilled") expect(answer.value.status).to.be.oneOf([200, 402, 503]);
      }
      const done = (await answers).filter(
        (answer) => answer.status === "fulfilled" && answer.value.status === 200,
      ).length;
      const after = await run(["status", "--data", config.data]);
      expect(after.stdout).to.match(new RegExp(`completed +${done + 1}\\n`));
      for (const secret of ["zephyr", operator.privateKey.slice(2)]) expect(worker.log()).not.to.contain(secret);
    });

    it("settles everything before it ends when it is asked to, and on SIGUSR2", async () => {
      const operator = await createNode(chain);
      const config = workerConfig(chain, line, { port: await freePort() });
      const args = [...serveArguments(config, chain.deploymentFile), "--settle-on-exit"];
      const worker = new WorkerProcess(args, operator.privateKey, config.port);
      await worker.ready();
      const payer = await Payer.open(chain, operator.address, line.lineId, 10_000n);
      await payer.infer(worker.url);
      worker.signal("SIGUSR2");
      while ((await payer.paid()) !== PRICE) await new Promise((resolve) => setTimeout(resolve, 50));
      await payer.infer(worker.url);
      expect(await worker.end("SIGINT")).to.equal(0);
      expect(await payer.paid()).to.equal(2n * PRICE);
      const { stdout } = await run(["status", "--data", config.data]);
      expect(stdout).to.match(/unsettled +0\n/);
    });

    it("says in one line what only the operator can put right, with exit code 1", async () => {
      const config = workerConfig(chain, line, { port: await freePort() });
      const stranger = await chain.account();
      const { code, stderr } = await run(serveArguments(config, chain.deploymentFile), {
        FREEHOLD_WORKER_KEY: stranger.privateKey,
      });
      expect(stderr).to.equal(`error: node ${stranger.address} is not registered: register it in NodeRegistry first\n`);
      expect(code).to.equal(1);
    });
  });
});
