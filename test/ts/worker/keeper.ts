import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { Wallet } from "ethers";
import { network } from "hardhat";
import { keeperProgram } from "../../../worker/dist/keeper/program.js";
import { type Key, makeChain, makeCrl, publishedAt, type TestChain } from "../attestation/utils/authority.ts";
import { type Dcap, deployDcap, type FrozenChain } from "../attestation/utils/dcap.ts";
import { type IntelCa, intelCa, PLATFORM } from "../attestation/utils/intel-ca.ts";
import { deployNitro, type Nitro } from "../attestation/utils/nitro.ts";
import { PATHS, type Publisher, publisher, publishIntel, signedAnswer } from "../attestation/utils/publisher.ts";
import { pemOf, quoteOf, signBody, tcbInfoText } from "../attestation/utils/synthetic.ts";
import { CommandProcess, commandOf, runCommand } from "../utils/command.ts";
import { runHere } from "../utils/here.ts";

const MAIN = commandOf("keeper/main.js");
const FMSPC = PLATFORM.fmspc.toString("hex");
const DAY = 86_400;
const wallet = Wallet.createRandom();
const KEY = { FREEHOLD_KEEPER_KEY: wallet.privateKey };

describe("worker: the keeper's command line", function () {
  this.timeout(60_000);
  const now = Math.floor(Date.now() / 1000);
  let directory: string;
  let service: Publisher;
  let server: Awaited<ReturnType<typeof network.createServer>>;
  let rpc: string;
  let connection: Nitro["connection"];
  let ca: IntelCa;
  let dcap: Dcap;
  let aws: TestChain;
  let deployment: string;

  const path = (name: string) => join(directory, name);
  const write = (name: string, content: string | Uint8Array) => {
    writeFileSync(path(name), content);
    return path(name);
  };
  const record = (name: string, addresses: Readonly<Record<string, string>>, chainId = "31337") => {
    const hash = `0x${"33".repeat(32)}`;
    const entries = Object.entries(addresses).map(([contract, address]) => [
      contract,
      { address, deployBlock: 0, transactionHash: hash, codeHash: hash },
    ]);
    const named = { network: "local", commit: "none", deployedAt: "2026-01-01T00:00:00Z", parameters: {} };
    return write(name, JSON.stringify({ schemaVersion: 1, chainId, ...named, contracts: Object.fromEntries(entries) }));
  };

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), "freehold-keeper-"));
    service = await publisher();
    server = await network.createServer("local", "127.0.0.1");
    const { port } = await server.listen();
    rpc = `http://127.0.0.1:${port}`;
    connection = await network.create({ network: "anvil", override: { url: rpc } });
    await connection.provider.request({
      method: "hardhat_setBalance",
      params: [wallet.address, "0x3635c9adc5dea00000"],
    });
    aws = makeChain(now, publishedAt(`${service.url}/root.crl`, `${service.url}/region.crl`));
    const nitro = await deployNitro(connection, aws.certificates[0]!);
    write("chain.pem", pemOf(...aws.certificates));
    await deploy({ NitroCertStore: await nitro.store.getAddress() });
  });

  after(async () => {
    service.close();
    await connection.close();
    await server.close();
    rmSync(directory, { recursive: true });
  });

  /** A contract of its own for Intel's collateral, of an authority of its own. */
  async function deploy(others: Readonly<Record<string, string>>): Promise<void> {
    ca = intelCa(now);
    dcap = await deployDcap({ ethers: connection.ethers } as FrozenChain, ca.root.der);
    addresses = { ...others, DcapCollateral: await dcap.collateral.getAddress() };
    deployment = record("31337.json", addresses);
    publishIntel(service, ca, now);
  }
  let addresses: Readonly<Record<string, string>> = {};

  beforeEach(() => {
    service.answers.clear();
  });

  const chainArguments = () => ["--rpc", rpc, "--deployment", deployment];
  const sources = () => ["--pcs", service.url, "--root-crl", `${service.url}${PATHS.rootCrl}`];
  const intel = () => [...chainArguments(), "--fmspc", FMSPC, ...sources()];
  const run = (args: readonly string[], environment: NodeJS.ProcessEnv = KEY) => runCommand(MAIN, args, environment);
  const jsonOf = (stdout: string) =>
    stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const isSecretFree = (text: string) => expect(text).not.to.contain(wallet.privateKey.slice(2));

  it("explains itself", async () => {
    const { code, stdout } = await run(["--help"], {});
    expect(code).to.equal(0);
    for (const word of ["--fmspc", "--quote", "--nitro", "--pcs", "--every", "--dry-run", "--json", "--margin"]) {
      expect(stdout).to.contain(word);
    }
    expect(stdout).to.match(/FREEHOLD_KEEPER_KEY or --key-file/);
    expect(stdout).to.match(/Ends with 0 .* with 1 .* with 2/s);
  });

  it("refuses wrong arguments in one line, with exit code 2, and repeats no key", async () => {
    const refuses = async (args: readonly string[], message: RegExp, environment: NodeJS.ProcessEnv = KEY) => {
      const { code, stderr } = await runHere(keeperProgram(), args, environment);
      expect(stderr.trimEnd().split("\n"), stderr).to.have.length(1);
      expect(stderr).to.match(message);
      expect(code, stderr).to.equal(2);
      isSecretFree(stderr);
      expect(stderr).not.to.contain("hunter2");
    };
    const nothing = write("nothing.bin", "nothing");
    const foreign = write("foreign.pem", pemOf(...aws.certificates.slice(1)));
    const empty = record("empty.json", {});
    await refuses([], /--rpc/);
    await refuses(chainArguments(), /nothing to keep: pass --fmspc or --quote for Intel, --nitro for AWS/);
    await refuses([...intel(), "--fmspc", "123"], /--fmspc.*12 hex digits/);
    await refuses([...intel(), "--fmspc", `${FMSPC},`], /--fmspc.*12 hex digits/);
    await refuses([...intel(), "--tee", "sev"], /--tee.*sgx, tdx/);
    await refuses([...intel(), "--pck-ca", "both"], /--pck-ca.*platform, processor/);
    await refuses([...intel(), "--update", "late"], /--update.*early, standard/);
    await refuses([...intel(), "--margin", "0"], /--margin.*whole number above 0/);
    await refuses([...intel(), "--every", "0"], /--every.*1 to 2592000/);
    await refuses([...intel(), "--pcs", "ftp://pccs"], /--pcs.*http/);
    await refuses([...intel(), "--pcs", "https://user:hunter2@pccs"], /no user and no password: --pcs/);
    await refuses([...intel(), "--nothing"], /unknown option '--nothing'/);
    await refuses([...intel(), "more"], /too many arguments/);
    await refuses([...intel(), "--deployment", path("none.json")], /--deployment .* cannot be read.*ENOENT/);
    await refuses([...intel(), "--deployment", empty], /empty.json has no DcapCollateral/);
    await refuses([...chainArguments(), "--deployment", empty, "--nitro", nothing], /empty.json has no NitroCertStore/);
    await refuses([...intel(), "--quote", nothing], /--quote .*nothing.bin cannot be used \(no quote/);
    await refuses([...chainArguments(), "--nitro", nothing], /--nitro .*nothing.bin cannot be used \(/);
    await refuses([...chainArguments(), "--nitro", path("none")], /--nitro .*none cannot be used \(ENOENT/);
    await refuses([...chainArguments(), "--nitro", foreign], /--nitro: a chain begins with another root/);
    await refuses(intel(), /no operator key: set FREEHOLD_KEEPER_KEY or pass --key-file/, {});
    await refuses(intel(), /FREEHOLD_KEEPER_KEY holds no private key/, { FREEHOLD_KEEPER_KEY: "hunter2" });
    const { code, stdout, stderr } = await run([...intel(), "--every", "never"]);
    expect([code, stdout]).to.deep.equal([2, ""]);
    expect(stderr).to.match(/--every.*1 to 2592000/);
  });

  it("looks without a key, sends what is missing once, and then ends with 0", async () => {
    await deploy(addresses);
    const dry = await run([...intel(), "--dry-run", "--json"], {});
    expect(dry.code, dry.stderr).to.equal(1);
    expect(jsonOf(dry.stdout)).to.have.length(1 + 3);
    for (const line of jsonOf(dry.stdout)) {
      expect(line).to.deep.include({ state: "expired", before: null, after: null, transactions: [] });
    }
    expect(dry.stderr).to.match(/^error: 4 of 4 need attention: CRL of Intel's root \(expired\), .*\n$/);
    expect(await connection.ethers.provider.getTransactionCount(wallet.address)).to.equal(0);

    const first = await run(intel());
    expect(first.code, first.stdout + first.stderr).to.equal(0);
    const end = new Date((now + 29 * DAY) * 1000).toISOString().replace(".000", "");
    expect(first.stdout).to.contain(`fresh     TCB info of tdx ${FMSPC}: ends ${end}, in 29.0 days\n          sent 0x`);
    expect(first.stdout.match(/sent 0x[0-9a-f]{64}/g)).to.have.length(6);
    expect(first.stderr).to.equal("");

    const second = await run([...intel(), "--json"], { FREEHOLD_KEEPER_KEY_FILE: write("key", wallet.privateKey) });
    expect(second.code, second.stderr).to.equal(0);
    expect(jsonOf(second.stdout).map(({ state, transactions }) => [state, transactions])).to.deep.equal(
      Array(4).fill(["fresh", []]),
    );
    isSecretFree(first.stdout + second.stdout);

    const margin = await run([...intel(), "--margin", String(40 * DAY), "--dry-run"], {});
    expect(margin.code).to.equal(1);
    expect(margin.stdout.match(/^expiring /gm)).to.have.length(3);
    expect(margin.stderr).to.match(/3 of 4 need attention/);
  });

  it("goes on with the others when a source is away or serves what does not hold, and ends with 1", async () => {
    await deploy(addresses);
    const forged = { ...signBody(ca.platformCa, tcbInfoText(now)), signer: ca.signer.der };
    service.answers.set(PATHS.tcbInfo("tdx", FMSPC), signedAnswer("tcbInfo", forged));
    service.answers.delete(PATHS.qeIdentity("tdx"));
    const { code, stdout, stderr } = await run([...intel(), "--json"]);
    expect(code).to.equal(1);
    expect(stderr).to.match(/2 of 4 need attention: TCB info .*\(expired\), QE identity of tdx \(expired\)/);
    const [root, list, info, identity] = jsonOf(stdout);
    expect([root?.state, list?.state]).to.deep.equal(["fresh", "fresh"]);
    expect(info?.error).to.include({ code: "COLLATERAL_MALFORMED" });
    expect(identity?.error).to.include({ code: "COLLATERAL_REFUSED" });
    expect([info?.transactions, identity?.transactions]).to.deep.equal([[], []]);
    const text = await run(intel());
    expect(text.stdout).to.match(/^ {10}TCB info of tdx .*: the signature does not hold\. Nothing of it was sent/m);
  });

  it("keeps platforms of quotes, and AWS's lists for chains", async () => {
    await deploy(addresses);
    const list = (level: number, issuerKey: Key) =>
      makeCrl({
        issuer: aws.names[level]!,
        issuerKey,
        number: 1n,
        thisUpdate: now - 100,
        nextUpdate: now + 20 * DAY,
        serials: [],
      });
    service.answers.set("/root.crl", { body: list(0, aws.keys[0]!) });
    service.answers.set("/region.crl", { body: list(1, aws.keys[1]!) });
    const quote = write("node.quote", quoteOf(ca, ca.pck()));
    const args = [...chainArguments(), "--quote", quote, ...sources(), "--nitro", path("chain.pem"), "--json"];
    const { code, stdout, stderr } = await run(args);
    expect(code, stdout + stderr).to.equal(0);
    const reports = jsonOf(stdout).map(({ name, transactions }) => ({
      // Without the ids.
      name: (name as string).replace(/0x\w+ /, "").replace(/ \w{12}$/, ""),
      sent: (transactions as string[]).length,
    }));
    expect(reports).to.deep.equal([
      { name: "CRL of Intel's root", sent: 1 },
      { name: "CRL of the PCK platform CA", sent: 2 },
      { name: "TCB info of tdx", sent: 2 },
      { name: "QE identity of tdx", sent: 1 },
      { name: "PCK certificate of tdx", sent: 1 },
      { name: "CRL of test root", sent: 1 },
      { name: "CRL of aws regional", sent: 2 },
    ]);
  });

  it("says in a line that the chain is away or another one, and never repeats its URL", async () => {
    const secret = "hunter2";
    const away = await run([...intel(), "--rpc", `http://127.0.0.1:1/${secret}`]);
    expect(away.code).to.equal(1);
    expect(away.stderr).to.match(/^error: the chain cannot be reached.*\n$/);
    const other = record("1.json", addresses, "1");
    const wrong = await run([...intel(), "--deployment", other]);
    expect(wrong.code).to.equal(1);
    expect(wrong.stderr).to.match(/^error: .*chain 1, its provider for chain 31337; check --rpc and --deployment\n$/);
    expect(away.stderr + away.stdout + wrong.stderr).not.to.contain(secret);
  });

  it("goes on with --every, sends what comes new, and ends with 0 when it is told to", async () => {
    await deploy(addresses);
    const keeper = new CommandProcess(MAIN, [...intel(), "--every", "1"], KEY);
    try {
      await keeper.says(/fresh {5}QE identity of tdx/);
      service.answers.delete(PATHS.qeIdentity("tdx"));
      await keeper.says(/qe\/identity.* answered with status 404/);
      const newer = tcbInfoText(now, { issued: now - 60, nextUpdate: now + 60 * DAY });
      service.answers.set(PATHS.tcbInfo("tdx", FMSPC), signedAnswer("tcbInfo", signBody(ca.signer, newer)));
      await keeper.says(/TCB info of tdx \w+: ends .*, in 60.0 days\n {10}sent 0x/);
      expect(await keeper.end("SIGTERM"), keeper.log()).to.equal(0);
      isSecretFree(keeper.log());
    } finally {
      await keeper.end("SIGKILL");
    }
  });

  it("ends at once in the middle of a download", async () => {
    service.answers.set(PATHS.rootCrl, "hang");
    service.asked.length = 0;
    const keeper = new CommandProcess(MAIN, [...intel(), "--every", "3600"], KEY);
    try {
      const asked = async (): Promise<void> => {
        while (!service.asked.includes(PATHS.rootCrl)) await new Promise((resolve) => setTimeout(resolve, 20));
      };
      await asked();
      const before = performance.now();
      expect(await keeper.end("SIGINT"), keeper.log()).to.equal(0);
      expect(performance.now() - before).to.be.lessThan(5_000);
    } finally {
      await keeper.end("SIGKILL");
    }
  });
});
