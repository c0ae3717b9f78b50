import { mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { FIELD, type InferenceValues, type Shape } from "@freehold/circuits";
import { noirInferenceInputs } from "@freehold/circuits/noir";
import { bn254, Engine, GENERATOR1, readG1, toBytes, writePoint } from "@freehold/circuits/prover";
import type { Hex } from "@freehold/sdk";
import { hexlify } from "ethers";
import type { network } from "hardhat";
import { toBeHex } from "./hex.ts";
import { NoirProgram, type NoirTools } from "./noir.ts";
import { scalars } from "./trapdoor.ts";

/** Twice what a proof of the greatest circuit takes. */
const GAS_LIMIT = 2_000_000n;
/** Root, input, output, result, context. */
const PUBLICS = 5;

/** A compiled program of a shape, with a development string of 2^log points and the verifier of its key. */
export class Honk {
  readonly program: NoirProgram;
  readonly vkHash: Hex;
  readonly #shape: Shape;
  readonly #crs: string;
  readonly #verifierCode: string;

  private constructor(shape: Shape, program: NoirProgram, crs: string, key: Awaited<ReturnType<NoirProgram["key"]>>) {
    this.program = program;
    this.vkHash = hexlify(key.vkHash) as Hex;
    this.#shape = shape;
    this.#crs = crs;
    this.#verifierCode = compileVerifier(forDevelopment(key.source));
  }

  static async of(tools: NoirTools, shape: Shape, log: number): Promise<Honk> {
    const program = await NoirProgram.inference(tools, shape);
    const crs = join(program.directory, "crs");
    await mkdir(crs);
    await writeDevelopmentString(crs, log);
    return new Honk(shape, program, crs, await program.key(crs));
  }

  /** Deploys the generated verifier, and the adapter in front of it. */
  async deploy({ ethers }: Awaited<ReturnType<typeof network.create>>) {
    const verifier = await (await ethers.getContractFactory([], this.#verifierCode)).deploy();
    return ethers.deployContract("UltraHonkAdapter", [verifier, this.vkHash, PUBLICS, GAS_LIMIT]);
  }

  async prove(values: InferenceValues): Promise<{ publics: bigint[]; proof: Hex }> {
    const { inputs, publics } = noirInferenceInputs(this.#shape, values);
    return { publics: [...publics], proof: hexlify(await this.program.prove(inputs, this.#crs)) as Hex };
  }

  close(): Promise<void> {
    return this.program.close();
  }
}

/** tau of the development string: known to everybody, so that its proofs prove nothing. */
const TAU = scalars("freehold development reference string")();

/** [tau] in G2 of Aztec's reference string, as generated verifiers have it: imaginary parts first. */
const AZTEC = [
  "260e01b251f6f1c7e7ff4e580791dee8ea51d87a358e038b4efe30fac09383c1",
  "0118c4d5b837bcc2bc89b5b398b5974e9f5944073b32078b7e231fec938883b0",
  "04fc6369f7110fe3d25156c1bb9a72859cf2a04641f99ba4ee413c80da6a5fe4",
  "22febda3c0c0632a56475b4214e5615e11e6dd3f96e6cea2854a87d4dacc5e55",
];

const hex = (value: bigint) => toBeHex(value).slice(2);

/**
 * Writes a reference string where `bb` looks for one: 2^log powers of tau in G1, x and y of 32 bytes each, big-endian. Aztec's own
 * is downloaded from a host that a machine without a network does not reach.
 */
async function writeDevelopmentString(directory: string, log: number): Promise<void> {
  const powers: bigint[] = [];
  for (let value = 1n; powers.length < 2 ** log; value = (value * TAU) % FIELD) powers.push(value);
  const engine = await Engine.create();
  const points = engine.multiples(1, writePoint(GENERATOR1), toBytes(powers));
  const out = Buffer.alloc(points.length);
  for (let at = 0; at < points.length; at += 64) {
    out.write(
      readG1(points.subarray(at, at + 64))
        .map(hex)
        .join(""),
      at,
      "hex",
    );
  }
  await writeFile(join(directory, "bn254_g1.dat"), out);
  await writeFile(join(directory, "bn254_g2.dat"), Buffer.from(developmentTau().reverse().join(""), "hex"));
}

function developmentTau(): string[] {
  const { x, y } = bn254.G2.Point.BASE.multiply(TAU).toAffine();
  return [x.c1, x.c0, y.c1, y.c0].map(hex);
}

/** A generated verifier for the development string: `bb` knows Aztec's [tau] alone, and writes it into every verifier. */
function forDevelopment(source: string): string {
  return developmentTau().reduce((text, coordinate, i) => {
    const parts = text.split(AZTEC[i]!);
    if (parts.length !== 2) throw new Error(`the verifier has [tau] ${parts.length - 1} times`);
    return parts.join(coordinate);
  }, source);
}

/** Creation code of a generated verifier, with this repository's compiler. */
function compileVerifier(source: string): string {
  const solc = createRequire(import.meta.url)("solc") as { compile(input: string): string };
  const settings = {
    evmVersion: "cancun",
    optimizer: { enabled: true, runs: 200 },
    outputSelection: { "*": { "*": ["evm.bytecode.object"] } },
  };
  const input = { language: "Solidity", sources: { "Verifier.sol": { content: source } }, settings };
  const output = JSON.parse(solc.compile(JSON.stringify(input)));
  const faults = (output.errors ?? []).filter(({ severity }: { severity: string }) => severity === "error");
  if (faults.length > 0) throw new Error(faults.map((fault: { message: string }) => fault.message).join("\n"));
  const codes = Object.values(output.contracts["Verifier.sol"]).map(
    (contract) => (contract as { evm: { bytecode: { object: string } } }).evm.bytecode.object,
  );
  const [code] = codes.filter((object) => object !== "");
  if (code === undefined) throw new Error("the source has no contract");
  return `0x${code}`;
}
