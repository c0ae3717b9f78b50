import { createFreehold, type Freehold, type Hex, signChallenge } from "@freehold/sdk";
import {
  type Job,
  type JobRecord,
  type JobStore,
  jobId,
  memoryJobs,
  newRecord,
  type TowerPolicy,
  type TowerReport,
  Watchtower,
} from "@freehold/sdk/watchtower";
import { HDNodeWallet, JsonRpcProvider, type Signer } from "ethers";
import { network } from "hardhat";
import { createBook, type TestBook, type TestChannel } from "../../sdk/utils/book.ts";
import { createWorld, type World } from "../../sdk/utils/world.ts";

/** A local chain behind a JSON-RPC server, with a deployment and actors on it. */
export interface Scene {
  readonly url: string;
  readonly world: World;
  readonly provider: JsonRpcProvider;
  /** A funded account of its own, with tokens. */
  account(tokens?: bigint): Promise<HDNodeWallet>;
  clientOf(signer: Signer): Freehold;
  now(): Promise<bigint>;
  /** Mines a block at a time (Unix seconds), or so many seconds on. */
  at(time: bigint): Promise<void>;
  pass(seconds: bigint): Promise<void>;
  close(): Promise<void>;
}

let accounts = 0;
const MNEMONIC = "test test test test test test test test test test test junk";
/** Far from the accounts that other tests take of it. */
const FIRST = 10_000;

export async function startScene(): Promise<Scene> {
  const server = await network.createServer("local", "127.0.0.1");
  const { port } = await server.listen();
  const url = `http://127.0.0.1:${port}`;
  const connection = await network.create({ network: "anvil", override: { url } });
  const world = await createWorld(connection);
  const provider = new JsonRpcProvider(url, 31337, { staticNetwork: true, cacheTimeout: -1 });
  provider.pollingInterval = 10;
  const scene: Scene = {
    url,
    world,
    provider,
    async account(tokens = 10n ** 9n) {
      const path = `m/44'/60'/0'/0/${FIRST + accounts++}`;
      const wallet = HDNodeWallet.fromPhrase(MNEMONIC, undefined, path).connect(provider);
      await provider.send("hardhat_setBalance", [wallet.address, "0x3635c9adc5dea00000"]);
      if (tokens > 0n) await (await world.token.mint(wallet.address, tokens)).wait();
      return wallet;
    },
    clientOf: (signer) => createFreehold({ signer, chainId: world.chainId, deployment: world.deployment }),
    async now() {
      return BigInt((await provider.getBlock("latest"))?.timestamp ?? 0);
    },
    async at(time) {
      await provider.send("evm_setNextBlockTimestamp", [Number(time)]);
      await provider.send("evm_mine", []);
    },
    async pass(seconds) {
      await scene.at((await scene.now()) + seconds);
    },
    async close() {
      provider.destroy();
      await connection.close();
      await server.close();
    },
  };
  return scene;
}

/** A tower in this process, and what it tells. */
export class TestTower {
  readonly scene: Scene;
  readonly wallet: HDNodeWallet;
  readonly store: JobStore & { all(): JobRecord[] };
  readonly reports: TowerReport[] = [];
  readonly #policy: Partial<TowerPolicy>;
  readonly #patience: number;
  readonly #confirmations: number;
  #tower: Watchtower;

  private constructor(
    scene: Scene,
    wallet: HDNodeWallet,
    policy: Partial<TowerPolicy>,
    patience: number,
    confirmations: number,
  ) {
    this.scene = scene;
    this.wallet = wallet;
    this.store = memoryJobs();
    this.#policy = policy;
    this.#patience = patience;
    this.#confirmations = confirmations;
    this.#tower = this.#create();
  }

  static async start(
    scene: Scene,
    policy: Partial<TowerPolicy> = {},
    tokens?: bigint,
    patience = 60,
    confirmations = 0,
  ): Promise<TestTower> {
    return new TestTower(scene, await scene.account(tokens), policy, patience, confirmations);
  }

  /** A process that knows nothing but the store. */
  restart(store: JobStore = this.store): void {
    this.#tower = this.#create(store);
  }

  #create(store: JobStore = this.store): Watchtower {
    return new Watchtower({
      freehold: this.scene.clientOf(this.wallet),
      signer: this.wallet,
      store,
      policy: this.#policy,
      confirmations: this.#confirmations,
      patience: this.#patience,
      tell: (report) => this.reports.push(report),
    });
  }

  async add(job: Job): Promise<string> {
    const domain = {
      chainId: this.scene.world.chainId,
      verifyingContract: this.scene.world.address("InferenceEscrow"),
    };
    const id = jobId(job, domain);
    await this.store.add(newRecord(id, job, 0n));
    return id;
  }

  turn() {
    return this.#tower.turn();
  }

  /** Turns until nothing is on its way. */
  async settle(): Promise<void> {
    for (let i = 0; i < 20; i++) {
      const before = this.reports.length;
      const { pending } = await this.turn();
      if (pending === 0 && this.reports.length === before) return;
    }
    throw new Error("the tower does not come to rest");
  }

  record(id: string): JobRecord {
    const found = this.store.all().find((record) => record.id === id);
    if (found === undefined) throw new Error(`no job ${id}`);
    return found;
  }

  outcome(id: string): string {
    const { status, outcome } = this.record(id);
    return outcome === undefined ? status : `${status}: ${outcome}`;
  }

  /** Steps of a job that were mined. */
  steps(id: string): string[] {
    return this.record(id).transactions.flatMap(({ step, status }) =>
      status === "mined" ? [step] : [`${step} ${status}`],
    );
  }

  problems(id: string): string[] {
    return this.reports.flatMap((report) => (report.what === "problem" && report.id === id ? [report.problem] : []));
  }

  /** Transactions that its account ever sent. */
  sent(): Promise<number> {
    return this.scene.provider.getTransactionCount(this.wallet.address);
  }
}

/** A payer's word on a channel of a book. */
export async function wordOf(book: TestBook, of: TestChannel, asserted: bigint, deadline: bigint): Promise<Job> {
  const { node, lineId } = book;
  const word = { node, lineId, channel: of.channel, asserted, deadline };
  return { kind: "challenge", word, signature: await signChallenge(of.signer, book.domain, word) };
}

/** A voucher of a channel of a book, for a tower. */
export async function voucherOf(book: TestBook, of: TestChannel, cumulative: bigint): Promise<Job> {
  const { node, lineId } = book;
  const signature: Hex = await book.voucher(of, cumulative);
  return { kind: "voucher", voucher: { node, lineId, channel: of.channel, cumulative }, signature };
}

export { createBook, type TestBook, type TestChannel };
