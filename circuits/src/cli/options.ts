import { type Command, InvalidArgumentError, Option } from "commander";
import { constraintsOf } from "../builder/run.js";
import { BEACON_LOGS, type Beacon } from "../ceremony/beacon.js";
import { CeremonyError } from "../ceremony/errors.js";
import { readFile } from "../ceremony/files.js";
import { type Pin, parsePin } from "../ceremony/pins.js";
import { deltaCircuit, inferenceCircuit, registerCircuit, sgdCircuit, type Tier } from "../circuits/index.js";
import { readR1cs } from "../formats/system.js";
import { requireLayout } from "../model.js";
import type { R1cs } from "../r1cs.js";

const CIRCUITS = ["inference", "register", "delta", "sgd"] as const;

/** What commander makes of the options that name a circuit. */
export interface CircuitOptions {
  readonly circuit?: (typeof CIRCUITS)[number];
  readonly r1cs?: string;
  readonly inputs?: number;
  readonly hidden?: number;
  readonly classes: number;
  readonly tier: number;
  readonly batch: number;
}

/** What commander makes of the options of all commands. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** What commander makes of the option that names the file of a step. */
export interface OutOptions extends CommonOptions {
  readonly out: string;
}

export interface ThreadOptions {
  readonly threads?: number;
}

export interface PtauOptions {
  readonly ptau: string;
  readonly ptauHash: Pin;
}

/** Adds the options that name a circuit: by its shape, or by its file. */
export function circuitOptions(command: Command): Command {
  return command
    .addOption(new Option("--circuit <kind>", "the circuit, by its shape").choices(CIRCUITS).conflicts("r1cs"))
    .addOption(new Option("--inputs <number>", "inputs of the model").argParser(integer(1, 1 << 20)))
    .addOption(new Option("--hidden <number>", "neurons of its hidden layer").argParser(integer(1, 1 << 20)))
    .addOption(new Option("--classes <number>", "its classes").default(3).argParser(integer(2, 1_024)))
    .addOption(
      new Option("--tier <tier>", "1: weights by their Poseidon root; 2: committed weights (experimental)")
        .default(1)
        .argParser(integer(1, 2)),
    )
    .addOption(new Option("--batch <number>", "samples of an sgd step").default(8).argParser(integer(1, 1_024)))
    .addOption(new Option("--r1cs <file>", "the circuit, by its file (no committed wires)"));
}

/** Adds the option that says how many threads work. */
export function threadsOption(command: Command): Command {
  const text = "threads, 0 for none but the command's own; default: one a core where that is faster";
  return command.addOption(new Option("--threads <n>", text).argParser(integer(0, 64)));
}

/** Adds the options that name powers of tau. */
export function ptauOptions(command: Command): Command {
  return command
    .addOption(new Option("--ptau <file>", "prepared powers of tau").makeOptionMandatory())
    .addOption(pinOption("--ptau-hash", "their file's hash"));
}

export function pinOption(flag: string, text: string): Option {
  const forms = "blake2b:<hex>, sha256:<hex> or hermez:<power>";
  return new Option(`${flag} <hash>`, `${text}: ${forms}`).argParser(parsed(parsePin)).makeOptionMandatory();
}

/** Adds the options of a beacon; both or none. */
export function beaconOptions(command: Command, mandatory: boolean): Command {
  const { least, most } = BEACON_LOGS;
  const value = new Option("--beacon <hex>", "the public value, 1 to 255 bytes").argParser(parsed(hexBytes));
  const log = new Option("--iterations <n>", `SHA-256 is applied 2^n times, n from ${least} to ${most}`);
  log.argParser(integer(least, most));
  if (mandatory) for (const option of [value, log]) option.makeOptionMandatory();
  return command.addOption(value).addOption(log);
}

/** @throws CeremonyError `USAGE` when there is only one of both */
export function beaconOf(options: { beacon?: Uint8Array; iterations?: number }): Beacon | undefined {
  const { beacon: value, iterations: log } = options;
  if (value === undefined && log === undefined) return undefined;
  if (value === undefined || log === undefined)
    throw new CeremonyError("USAGE", "--beacon and --iterations go together");
  return { value, log };
}

/** The circuit that was named. @throws CeremonyError `USAGE`, CircuitError */
export async function systemOf(options: CircuitOptions): Promise<R1cs> {
  const { circuit, r1cs, inputs, hidden, classes, batch } = options;
  if (r1cs !== undefined) return readR1cs(await readFile(r1cs));
  if (circuit === undefined) throw new CeremonyError("USAGE", "name the circuit: --circuit and its shape, or --r1cs");
  if (inputs === undefined || hidden === undefined)
    throw new CeremonyError("USAGE", "a circuit has a shape: --inputs and --hidden");
  const shape = { inputs, hidden, classes };
  const tier = options.tier as Tier;
  requireLayout(shape);
  switch (circuit) {
    case "inference":
      return constraintsOf(inferenceCircuit(shape, tier));
    case "register":
      return constraintsOf(registerCircuit(shape, tier));
    case "delta":
      if (tier === 2) throw new CeremonyError("USAGE", "a delta has no circuit in tier 2: anchors add up");
      return constraintsOf(deltaCircuit(shape));
    case "sgd":
      return constraintsOf(sgdCircuit(shape, batch, tier));
  }
}

/** A parser for commander: its errors are of the argument. */
export function parsed<T>(parse: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
    }
  };
}

export function integer(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= least && value <= most)) throw new InvalidArgumentError(`not an integer from ${least} to ${most}`);
    return value;
  };
}

export function hexBytes(text: string): Uint8Array {
  const hex = text.replace(/^0x/i, "");
  if (!/^([0-9a-f]{2})+$/i.test(hex)) throw new InvalidArgumentError("not an even number of hex digits");
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}
