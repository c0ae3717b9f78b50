import { execFile } from "node:child_process";
import { access, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, sep } from "node:path";
import { promisify } from "node:util";
import type { Shape } from "@freehold/circuits";
import { type NoirInputs, type NoirPackage, noirInference } from "@freehold/circuits/noir";

const FOLDER = new URL("../../../noir", import.meta.url).pathname;
const PLATFORM = `${process.arch === "x64" ? "amd64" : process.arch}-${process.platform === "darwin" ? "macos" : process.platform}`;

/** What is used of `@noir-lang/noir_wasm` and `@noir-lang/noir_js`. */
interface Compiler {
  createFileManager(directory: string): unknown;
  compile(
    files: unknown,
    directory: undefined,
    log: () => void,
    debug: () => void,
  ): Promise<{ program: unknown; warnings: readonly unknown[] }>;
}
interface Runner {
  Noir: new (program: unknown) => { execute(inputs: NoirInputs): Promise<{ witness: Uint8Array }> };
}

export interface NoirTools {
  readonly compiler: Compiler;
  readonly runner: Runner;
  /** Barretenberg's native program. */
  readonly bb: string;
}

/**
 * The tools, from the folder that FREEHOLD_NOIR names or from test/noir; undefined, and loudly, without them: 198 MB that nothing else
 * here needs.
 */
export async function noirTools(): Promise<NoirTools | undefined> {
  const require = createRequire(join(process.env.FREEHOLD_NOIR ?? FOLDER, "package.json"));
  try {
    const main = require.resolve("@aztec/bb.js");
    const folder = join("@aztec", "bb.js");
    const bb = join(main.slice(0, main.lastIndexOf(folder) + folder.length), "build", PLATFORM, "bb");
    await access(bb);
    return { compiler: require("@noir-lang/noir_wasm"), runner: require("@noir-lang/noir_js"), bb };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    console.warn(
      `\n*** NOT TESTED: UltraHonk. Its tools are not installed (${reason}). ***\n` +
        "*** `npm run noir:fetch` installs them in test/noir; FREEHOLD_NOIR names another folder. ***\n",
    );
    return undefined;
  }
}

/** A compiled program, with a folder of its own for what the tools write. */
export class NoirProgram {
  readonly tools: NoirTools;
  readonly directory: string;
  readonly program: unknown;

  private constructor(tools: NoirTools, directory: string, program: unknown) {
    this.tools = tools;
    this.directory = directory;
    this.program = program;
  }

  static inference(tools: NoirTools, shape: Shape): Promise<NoirProgram> {
    return NoirProgram.of(tools, noirInference(shape));
  }

  static async of(tools: NoirTools, { files }: NoirPackage): Promise<NoirProgram> {
    const directory = await mkdtemp(join(tmpdir(), "freehold-noir-"));
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(directory, path)), { recursive: true });
      await writeFile(join(directory, path), text);
    }
    const { compiler } = tools;
    const silent = () => undefined;
    const sources = compiler.createFileManager(directory + sep);
    const { program } = await compiler.compile(sources, undefined, silent, silent);
    await writeFile(join(directory, "program.json"), JSON.stringify(program));
    return new NoirProgram(tools, directory, program);
  }

  /** Values of all wires. Throws when the statement is false. */
  async execute(inputs: NoirInputs): Promise<Uint8Array> {
    return (await new this.tools.runner.Noir(this.program).execute(inputs)).witness;
  }

  /** Runs `bb` here, with the reference string in a folder. */
  async bb(command: string, crs: string, ...args: string[]): Promise<string> {
    const { stdout, stderr } = await promisify(execFile)(this.tools.bb, [command, ...args, "-c", crs], {
      cwd: this.directory,
      env: { HOME: this.directory },
      maxBuffer: 1 << 26,
    });
    return stdout + stderr;
  }

  async gates(): Promise<number> {
    const { stdout } = await promisify(execFile)(this.tools.bb, ["gates", "-b", "program.json"], {
      cwd: this.directory,
    });
    return JSON.parse(stdout).functions[0].circuit_size;
  }

  /** Writes the key and the verifier's source. */
  async key(crs: string): Promise<{ vkHash: Uint8Array; source: string }> {
    await this.bb("write_vk", crs, "-b", "program.json", "-o", ".", "--verifier_target", "evm");
    await this.bb(
      "write_solidity_verifier",
      crs,
      ...["-k", "vk", "-o", "Verifier.sol", "--verifier_target", "evm", "--optimized"],
    );
    return { vkHash: await this.read("vk_hash"), source: (await this.read("Verifier.sol")).toString("utf8") };
  }

  /** A proof, without its public inputs. */
  async prove(inputs: NoirInputs, crs: string): Promise<Uint8Array> {
    await writeFile(join(this.directory, "witness.gz"), await this.execute(inputs));
    await mkdir(join(this.directory, "out"), { recursive: true });
    await this.bb(
      "prove",
      crs,
      ...["-b", "program.json", "-w", "witness.gz", "-k", "vk", "-o", "out", "--verifier_target", "evm"],
    );
    return this.read("out/proof");
  }

  read(path: string): Promise<Buffer> {
    return readFile(join(this.directory, path));
  }

  close(): Promise<void> {
    return rm(this.directory, { recursive: true });
  }
}
