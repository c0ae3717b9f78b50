import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";

/** A PostgreSQL server of its own, in a temporary directory, on a loopback port. */
export interface TestPostgres {
  /** Of its superuser, with a password; the database is `postgres`. */
  readonly url: string;
  /** Makes an empty database and returns its URL. */
  createDatabase(): Promise<string>;
  /** Ends the server and deletes its files. */
  stop(): Promise<void>;
}

interface Account {
  readonly uid: number;
  readonly gid: number;
}

const USER = "freehold";
/** Where Debian puts the servers, one directory per major version. */
const SERVERS = "/usr/lib/postgresql";
/** Milliseconds for a server to take connections. */
const PATIENCE = 30_000;

/** Directory of the newest installed server's programs; undefined when there is none. */
export function postgresPrograms(): string | undefined {
  if (!existsSync(SERVERS)) return undefined;
  const versions = readdirSync(SERVERS).sort((a, b) => Number(b) - Number(a));
  return versions.map((version) => join(SERVERS, version, "bin")).find((bin) => existsSync(join(bin, "initdb")));
}

/** Skips a suite where no server is installed, so that nobody takes it for passed. Call it first in `before`. */
export function requirePostgres(context: Mocha.Context): void {
  if (postgresPrograms() !== undefined) return;
  const line = "!".repeat(100);
  console.error(`${line}\nSKIPPED: no PostgreSQL server in ${SERVERS}: apt-get install postgresql\n${line}`);
  context.skip();
}

/** Starts a server that nobody else uses, with settings of its own. */
export async function startPostgres(settings: Readonly<Record<string, string>> = {}): Promise<TestPostgres> {
  const programs = postgresPrograms();
  if (programs === undefined) throw new Error(`no PostgreSQL server in ${SERVERS}: apt-get install postgresql`);
  const account = serverAccount();
  const directory = mkdtempSync(join(tmpdir(), "freehold-postgres-"));
  const password = randomBytes(16).toString("hex");
  const passwordFile = join(directory, "password");
  writeFileSync(passwordFile, password);
  if (account !== undefined) for (const path of [directory, passwordFile]) chownSync(path, account.uid, account.gid);
  const data = join(directory, "data");
  const init = ["-D", data, "-U", USER, "-E", "UTF8", "--locale=C", "-A", "scram-sha-256", "--pwfile", passwordFile];
  execFileSync(join(programs, "initdb"), [...init, "--no-sync"], { ...account, cwd: directory, stdio: "pipe" });

  const port = await freePort();
  const own = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const args = ["-D", data, "-h", "127.0.0.1", "-p", String(port), "-k", directory, ...own];
  const server = spawn(join(programs, "postgres"), args, { ...account, cwd: directory, stdio: "ignore" });
  const clean = () => rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  const killWithUs = () => {
    server.kill("SIGQUIT");
    clean();
  };
  process.once("exit", killWithUs);
  const stop = async () => {
    process.off("exit", killWithUs);
    await end(server);
    clean();
  };
  const urlOf = (database: string) => `postgres://${USER}:${password}@127.0.0.1:${port}/${database}`;
  const url = urlOf("postgres");
  try {
    await answers(url, server);
  } catch (error) {
    await stop();
    throw error;
  }
  let databases = 0;
  return {
    url,
    stop,
    async createDatabase() {
      const name = `test_${databases++}`;
      await query(url, `CREATE DATABASE ${name}`);
      return urlOf(name);
    },
  };
}

/** Runs one statement on a connection of its own. */
export async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** PostgreSQL refuses to run as root: then it is the package's own account. */
function serverAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

async function answers(url: string, server: ChildProcess): Promise<void> {
  const deadline = Date.now() + PATIENCE;
  while (true) {
    try {
      await query(url, "SELECT 1");
      return;
    } catch (error) {
      if (server.exitCode !== null || Date.now() > deadline) throw error;
    }
    await sleep(50);
  }
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const closed = once(server, "exit");
  // Disconnects whoever is left.
  server.kill("SIGINT");
  await closed;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
