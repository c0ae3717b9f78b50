import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Lane } from "@freehold/sdk";
import { encodeJob, type Job } from "@freehold/sdk/watchtower";
import { expect } from "chai";
import type { HDNodeWallet } from "ethers";
import { towerProgram } from "../../../worker/dist/watchtower/program.js";
import { openTowerStore } from "../../../worker/dist/watchtower/store.js";
import { runHere } from "../utils/here.ts";
import { until } from "../worker/harness/wait.ts";
import { run, TowerProcess } from "./harness/process.ts";
import { createBook, type Scene, startScene, type TestBook, type TestChannel, wordOf } from "./harness/scene.ts";

const HOUR = 3_600n;

interface Shown {
  readonly id: string;
  readonly outcome: string;
  readonly transactions: readonly string[];
}

describe("watchtower: command line", () => {
  let scene: Scene;
  let book: TestBook;
  let directory: string;
  let deployment: string;
  let wallet: HDNodeWallet;
  let data: string;
  let tower: TowerProcess | undefined;

  before(async () => {
    scene = await startScene();
    directory = mkdtempSync(join(tmpdir(), "freehold-tower-"));
    deployment = join(directory, "31337.json");
    writeFileSync(deployment, JSON.stringify(scene.world.deployment));
  });

  after(async () => {
    rmSync(directory, { recursive: true });
    await scene.close();
  });

  let scenes = 0;
  beforeEach(async function () {
    book = await createBook(scene.world, this.currentTest?.title ?? "");
    wallet = await scene.account();
    data = join(directory, `data-${scenes++}`);
  });

  afterEach(async () => {
    await tower?.end("SIGKILL");
    await scene.provider.send("evm_setAutomine", [true]);
  });

  const args = () => ["--rpc", scene.url, "--deployment", deployment, "--data", data, "--poll", "30"];
  const once = (...more: string[]) => run(["once", ...args(), ...more], { FREEHOLD_WATCHTOWER_KEY: wallet.privateKey });
  const file = (job: Job, name = "job.json") => {
    const path = join(directory, name);
    writeFileSync(path, JSON.stringify(encodeJob(job, book.domain)));
    return path;
  };
  const add = async (job: Job) => {
    const { code, stdout, stderr } = await run(["add", file(job), "--deployment", deployment, "--data", data]);
    expect(code, stderr).to.equal(0);
    return stdout.split(" ")[0] as string;
  };
  const list = async (...more: string[]) => {
    const { stdout, code } = await run(["list", "--data", data, "--json", ...more]);
    expect(code).to.equal(0);
    return stdout
      .trim()
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Shown);
  };
  const settlementOf = async (of: TestChannel, signed: bigint, nonce?: bigint): Promise<Job> => {
    const changes = nonce === undefined ? {} : { nonce };
    return { kind: "settlement", ...(await book.settlement(Lane.Voucher, [{ of, signed }], changes)) };
  };
  const close = async ({ channel }: TestChannel) => {
    const { node, lineId } = book;
    return (await (await scene.world.payer.escrow.requestClose({ node, lineId, channel })).wait()).closeAt;
  };
  const sent = () => scene.provider.getTransactionCount(wallet.address);
  /** What is written down, read beside a tower that works. */
  const transactions = () => {
    const store = openTowerStore(data, undefined);
    try {
      return store.list(false).flatMap((record) => record.transactions);
    } finally {
      store.close();
    }
  };
  const pending = (least: number) => transactions().find((one) => one.status === "pending" && one.nonce >= least);

  it("adds, does what is due, lists what became of it", async () => {
    const of = await book.open();
    const job = await settlementOf(of, 40n);
    const id = await add(job);
    const again = await run(
      ["add", "-", "--deployment", deployment, "--data", data],
      {},
      readFileSync(file(job), "utf8"),
    );
    expect(again).to.deep.include({ code: 0, stdout: `${id} settlement known\n` });
    expect((await once()).code).to.equal(0);
    expect(await list()).to.have.length(1);
    await scene.at((await close(of)) - HOUR);
    const { code, stdout } = await once();
    expect(code, stdout).to.equal(0);
    expect(stdout)
      .to.match(/"msg":"sent".*"step":"settle"/)
      .and.match(/"msg":"finished".*"outcome":"landed"/);
    expect(await list()).to.deep.equal([]);
    const [ended] = await list("--all");
    expect(ended).to.include({ id, kind: "settlement", status: "done", outcome: "landed" });
    expect(ended?.transactions).to.have.length(1);
    expect(ended?.transactions[0]).to.match(/^settle mined 0x[0-9a-f]{64}$/);
    expect((await run(["list", "--data", data, "--all"])).stdout).to.match(
      /^[0-9a-f]{32} {2}settlement {2}done {2}landed/,
    );
    await add(job);
    await once();
    expect(await sent(), "a job that is done is known for ever").to.equal(1);
  });

  it("refuses bad arguments in one line, with exit code 2", async () => {
    const job = await settlementOf(await book.open(), 1n);
    const [broken, foreign] = [join(directory, "broken.json"), join(directory, "foreign.json")];
    writeFileSync(broken, "{");
    writeFileSync(foreign, JSON.stringify({ ...encodeJob(job, book.domain), chainId: "1" }));
    const adding = ["--deployment", deployment, "--data", data];
    const key = { FREEHOLD_WATCHTOWER_KEY: wallet.privateKey };
    const cases: [string[], RegExp, NodeJS.ProcessEnv?][] = [
      [["nothing"], /unknown command/],
      [["add", ...adding], /missing required argument 'file'/],
      [["add", broken, ...adding], /broken.json cannot be read.*JSON/],
      [["add", join(directory, "none.json"), ...adding], /cannot be read.*ENOENT/],
      [["add", foreign, ...adding], /foreign.json is no job: the job is for escrow/],
      [["add", deployment, ...adding], /is no job: .*: expected/],
      [["add", file(job), "--data", data, "--deployment", broken], /--deployment .*cannot be read/],
      [["watch", ...args()], /no operator key: set FREEHOLD_WATCHTOWER_KEY or pass --key-file/, {}],
      [["watch", ...args(), "--margin", "-1"], /--margin.*whole number above 0/],
      [["once", ...args(), "--rpc", "ftp://x"], /--rpc.*http or https/],
      [["list"], /--data/],
    ];
    for (const [list_, pattern, environment = key] of cases) {
      const { code, stderr } = await runHere(towerProgram(), list_, environment);
      expect(stderr.trimEnd().split("\n"), stderr).to.have.length(1);
      expect(stderr).to.match(pattern);
      expect(code, stderr).to.equal(2);
    }
  });

  it("ends with exit code 1 when only the operator can help, and never repeats a key", async () => {
    const none = await run(["list", "--data", join(directory, "nowhere")]);
    expect(none.code).to.equal(1);
    expect(none.stderr).to.match(/no job was added/);
    await add(await settlementOf(await book.open(), 1n));

    const record = JSON.parse(readFileSync(deployment, "utf8"));
    const elsewhere = join(directory, "5.json");
    writeFileSync(elsewhere, JSON.stringify({ ...record, chainId: "5" }));
    const foreign = await run([
      "add",
      file(await settlementOf(await book.open(), 1n)),
      "--deployment",
      elsewhere,
      "--data",
      data,
    ]);
    expect(foreign.code).to.equal(2);
    const wrong = await run(["once", ...args(), "--deployment", elsewhere, "--data", join(directory, "other")], {
      FREEHOLD_WATCHTOWER_KEY: wallet.privateKey,
    });
    expect(wrong.code).to.equal(1);
    expect(wrong.stderr).to.match(/chain 5, its provider for chain 31337/);
    const taken = await run(["once", ...args(), "--deployment", elsewhere], {
      FREEHOLD_WATCHTOWER_KEY: wallet.privateKey,
    });
    expect(taken.code).to.equal(1);
    expect(taken.stderr).to.match(/is for escrow/);
    const dead = await run(["once", ...args(), "--rpc", "http://127.0.0.1:1"], {
      FREEHOLD_WATCHTOWER_KEY: wallet.privateKey,
    });
    expect(dead.code).to.equal(1);
    const secret = "deadbeef".repeat(7);
    const bad = await run(["once", ...args()], { FREEHOLD_WATCHTOWER_KEY: secret });
    expect(bad.code).to.equal(2);
    expect(bad.stderr + bad.stdout).not.to.contain(secret);
  });

  it("works alone in its directory, takes jobs while it runs, and ends when it is told to", async () => {
    const of = await book.open();
    const first = await add(await settlementOf(of, 10n));
    tower = new TowerProcess(args(), wallet.privateKey);
    await tower.says(/"msg":"watching"/);
    const second = await once();
    expect(second.code).to.equal(1);
    expect(second.stderr).to.match(/in use/);
    const later = await add(await settlementOf(of, 30n, 1n));
    await scene.at((await close(of)) - HOUR);
    await until(async () => (await list()).length === 0, "both to land");
    const ended = await list("--all");
    expect(ended.map(({ id, outcome }) => [id, outcome])).to.deep.equal([
      [first, "landed"],
      [later, "landed"],
    ]);
    expect(await tower.end("SIGTERM")).to.equal(0);
    expect(tower.log()).to.match(/"msg":"stopped"/);
  });

  it("survives kill -9 with a transaction that never left, one that waits, and one that was mined meanwhile", async () => {
    const channels = [await book.open(), await book.open(), await book.open()];
    for (const [i, of] of channels.entries()) await add(await settlementOf(of, 10n, BigInt(i)));
    await scene.at((await close(channels[2] as TestChannel)) - HOUR);
    await scene.provider.send("evm_setAutomine", [false]);
    const raws = new Map<number, string>();
    let next = 0;
    for (const fate of ["dropped", "waits", "mined", "dropped", "mined", "waits"]) {
      tower = new TowerProcess(args(), wallet.privateKey);
      const { nonce, raw, hashes } = await until(() => pending(next), "a transaction to be written down");
      expect(raws.get(nonce) ?? raw, "the same bytes in every life").to.equal(raw);
      raws.set(nonce, raw);
      const isThere = async () => (await scene.provider.getTransaction(hashes[0] ?? "")) !== null;
      if (fate !== "dropped") await until(isThere, "it to leave");
      expect(await tower.end("SIGKILL")).to.equal(null);
      if (fate === "mined") {
        await scene.provider.send("evm_mine", []);
        next++;
      } else if (fate === "dropped" && (await isThere()))
        await scene.provider.send("hardhat_dropTransaction", [hashes[0]]);
    }
    expect([...raws.keys()], "two were mined while nobody looked").to.deep.equal([0, 1, 2]);
    await scene.provider.send("evm_setAutomine", [true]);
    await scene.provider.send("evm_mine", []);
    expect((await once()).code).to.equal(0);
    expect((await list("--all")).map(({ outcome }) => outcome)).to.deep.equal(["landed", "landed", "landed"]);
    expect(await sent(), "each job once").to.equal(3);
    const { earned } = await scene.world.operator.escrow.earningsOf({ node: book.node, lineId: book.lineId });
    expect(earned).to.equal(30n);
  });

  it("protects a payer across its own crashes", async () => {
    const of = await book.open({ amount: 10_000n, optimistic: true });
    await add(await wordOf(book, of, 0n, (await scene.now()) + 1_000n * HOUR));
    await (
      await scene.world.operator.escrow.settle(await book.settlement(Lane.Optimistic, [{ of, amount: 9n }]))
    ).wait();
    const { answerPeriod } = await scene.world.operator.arbiter.parameters();
    const life = async (step: string) => {
      tower = new TowerProcess(args(), wallet.privateKey);
      await until(() => transactions().some((one) => one.step === step && one.status === "mined"), step);
      await tower.end("SIGKILL");
    };
    tower = new TowerProcess(args(), wallet.privateKey);
    await tower.says(/9 units were taken, 0 are signed for/);
    await tower.end("SIGKILL");
    await scene.pass(HOUR);
    await life("challenge");
    await scene.pass(answerPeriod + 1n);
    await life("uphold");
    await once();
    const [ended] = await list("--all");
    expect(ended).to.include({ status: "done", outcome: "upheld" });
    expect(await sent()).to.equal(4);
    const account = await scene.world.signers.payer.getAddress();
    expect(await scene.world.payer.escrow.owed({ account })).to.equal(10_000n);
  });

  it("goes on after an outage of the chain", async () => {
    tower = new TowerProcess([...args(), "--rpc", "http://127.0.0.1:1"], wallet.privateKey);
    await tower.says(/"msg":"the chain does not answer"/);
    expect(await tower.end("SIGTERM")).to.equal(0);
  });
});
