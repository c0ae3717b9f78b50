import { type Command, Option } from "commander";
import { applyBeacon, contributeToZkey } from "../ceremony/contribute.js";
import { CeremonyError } from "../ceremony/errors.js";
import { createFileOf, readFile } from "../ceremony/files.js";
import { firstZkey } from "../ceremony/first-key.js";
import { importPtau, readPinnedPtau } from "../ceremony/import.js";
import type { Pin } from "../ceremony/pins.js";
import { assertChecked, verifyZkey } from "../ceremony/verify.js";
import { developmentLinkKey } from "../commit/link.js";
import { writeR1cs } from "../formats/system.js";
import { encodeZkey, keyFromZkey, readZkey, type Zkey } from "../formats/zkey.js";
import { domainLog } from "../groth16/key.js";
import { DEVELOPMENT_SEED, developmentSetup } from "../groth16/setup.js";
import { part } from "../work.js";
import { addLink } from "./ceremony-link.js";
import {
  checkFilesAbsent,
  checkOneAnchor,
  commitBytesOption,
  type KeyFiles,
  keyFileOptions,
  type LinkFiles,
  r1csOutOption,
  writeKeys,
  writeLink,
} from "./keys.js";
import {
  beaconOf,
  beaconOptions,
  type CircuitOptions,
  type CommonOptions,
  circuitOptions,
  hexBytes,
  integer,
  type OutOptions,
  type PtauOptions,
  parsed,
  pinOption,
  ptauOptions,
  systemOf,
  type ThreadOptions,
  threadsOption,
} from "./options.js";
import { hex, print, work } from "./program.js";

/** `freehold ceremony`: the steps of a set-up, each a file in and a file out. */
export function addCeremony(program: Command): void {
  const group = program
    .command("ceremony")
    .description("make the keys of a circuit, alone for development or with others");
  const add = (name: string, text: string) =>
    group
      .command(name)
      .description(text)
      .option("--json", "print the result as JSON")
      .option("--quiet", "say nothing about progress");
  const out = (command: Command, what: string) => command.requiredOption("--out <file>", what);

  out(add("import", "check published powers of tau by their hash, and copy what circuits need"), "the copy")
    .argument("<file>", "a prepared .ptau file")
    .addOption(pinOption("--hash", "its published hash"))
    .addOption(
      new Option("--power <n>", "for circuits of a domain up to 2^n; default: all of the file").argParser(
        integer(1, 27),
      ),
    )
    .action(importCommand);
  const first = add("new", "make a circuit's first key, to which parties contribute");
  out(threadsOption(r1csOutOption(ptauOptions(circuitOptions(first)))), "the key (.zkey)").action(newCommand);
  out(add("contribute", "multiply delta by a fresh secret, and forget it"), "the next key (.zkey)")
    .argument("<zkey>", "the key of the party before")
    .option("--name <text>", "who contributes: public, up to 64 characters", "")
    .option("--entropy-file <file>", "anything random, mixed into the platform's randomness")
    .action(contributeCommand);
  out(beaconOptions(add("beacon", "end the ceremony with a public random value"), true), "the last key (.zkey)")
    .argument("<zkey>", "the key of the last party")
    .option("--name <text>", "public, up to 64 characters", "")
    .action(beaconCommand);
  const verify = add("verify", "check a key and its transcript from circuit and powers of tau");
  beaconOptions(threadsOption(ptauOptions(circuitOptions(verify))), false)
    .argument("<zkey>", "the key")
    .option("--first <zkey>", "the first key as published: checked, not made again, which is much faster")
    .addOption(
      new Option("--include <hash...>", "hashes of contributions that must be in it").argParser(
        (text: string, before: readonly Uint8Array[] = []) => [...before, parsed(hexBytes)(text)],
      ),
    )
    .addOption(
      new Option("--parties <n>", "so many at least must have contributed").default(1).argParser(integer(1, 10_000)),
    )
    .action(verifyCommand);
  keyFileOptions(circuitOptions(add("export", "write the keys of a verified ceremony")))
    .argument("<zkey>", "the key")
    .action(exportCommand);
  const dev = add("dev", "make development keys from a public seed: worth nothing");
  commitBytesOption(threadsOption(r1csOutOption(keyFileOptions(circuitOptions(dev)))))
    .option("--seed <text>", "another seed, as public")
    .option("--link <file>", "write the key of its links (tier 2)")
    .action(devCommand);
  addLink(group);
}

async function importCommand(file: string, options: OutOptions & { hash: Pin; power?: number }): Promise<void> {
  const { hash, out, power } = options;
  const made = await work("import", options, (run) =>
    importPtau(file, { pin: hash, out, ...(power === undefined ? {} : { power }) }, run),
  );
  print({ ...made, out }, options);
}

type NewOptions = OutOptions & CircuitOptions & PtauOptions & KeyFiles & ThreadOptions;

async function newCommand(options: NewOptions): Promise<void> {
  await checkFilesAbsent([options.out, options.r1csOut]);
  const system = await systemOf(options);
  const first = await work("new", options, async (run) => {
    const powers = await readPinnedPtau(options.ptau, options.ptauHash, domainLog(system), part(run, 0, 0.05));
    return firstZkey(system, powers, { ...part(run, 0.05, 1), threads: options.threads });
  });
  if (options.r1csOut !== undefined) await createFileOf(options.r1csOut, writeR1cs(system));
  await createFileOf(options.out, encodeZkey(first));
  const { publics, committed, constraints } = system;
  const domain = `2^${first.log}`;
  const circuit = { constraints, domain, publics, committed };
  print({ ...circuit, circuitHash: hex(first.transcript.circuitHash), out: options.out }, options);
}

async function contributeCommand(file: string, options: OutOptions & { name: string; entropyFile?: string }) {
  await checkFilesAbsent([options.out]);
  const zkey = readZkey(await readFile(file));
  const entropy = options.entropyFile === undefined ? "" : hex(await readFile(options.entropyFile));
  const made = await work("contribute", options, (run) => contributeToZkey(zkey, { name: options.name, entropy }, run));
  await writeStep(made, options);
}

async function beaconCommand(
  file: string,
  options: OutOptions & { name: string; beacon: Uint8Array; iterations: number },
): Promise<void> {
  await checkFilesAbsent([options.out]);
  const zkey = readZkey(await readFile(file));
  const beacon = { value: options.beacon, log: options.iterations };
  const made = await work("beacon", options, (run) => applyBeacon(zkey, beacon, { name: options.name }, run));
  await writeStep(made, options);
}

async function writeStep({ zkey, hash }: { zkey: Zkey; hash: Uint8Array }, options: OutOptions): Promise<void> {
  await createFileOf(options.out, encodeZkey(zkey));
  const contribution = zkey.transcript.contributions.length;
  print({ contribution, contributionHash: hex(hash), out: options.out }, options);
}

interface VerifyCommandOptions extends CommonOptions, CircuitOptions, PtauOptions, ThreadOptions {
  readonly first?: string;
  readonly include?: readonly Uint8Array[];
  readonly parties: number;
  readonly beacon?: Uint8Array;
  readonly iterations?: number;
}

async function verifyCommand(file: string, options: VerifyCommandOptions): Promise<void> {
  const beacon = beaconOf(options);
  const zkey = readZkey(await readFile(file));
  const first = options.first === undefined ? undefined : readZkey(await readFile(options.first));
  const system = await systemOf(options);
  const checked = await work("verify", options, async (run) => {
    const powers = await readPinnedPtau(options.ptau, options.ptauHash, domainLog(system), part(run, 0, 0.05));
    return verifyZkey(zkey, system, powers, {
      ...part(run, 0.05, 1),
      first,
      beacon,
      include: options.include,
      parties: options.parties,
      threads: options.threads,
    });
  });
  const contributions = checked.contributions.map(({ name, hash, beacon: used }, i) => ({
    contribution: i + 1,
    hash: hex(hash),
    name,
    beacon: used && `beacon ${hex(used.value)}, 2^${used.log} iterations`,
  }));
  const valid = checked.faults.length === 0;
  print({ valid, circuitHash: hex(checked.circuitHash), contributions, faults: checked.faults }, options);
  assertChecked(checked);
}

async function exportCommand(file: string, options: CommonOptions & CircuitOptions & KeyFiles): Promise<void> {
  await checkFilesAbsent([options.key, options.vk, options.vkBytes]);
  const zkey = readZkey(await readFile(file));
  const system = await systemOf(options);
  print(await writeKeys(keyFromZkey(zkey, system), system, options), options);
}

const WORTHLESS = `
*** DEVELOPMENT KEYS ***
Their secrets follow from a public seed: anybody can prove anything with them, true or not.
Contracts refuse them away from chains 31337 and 1337. Real keys come from a ceremony: new, contribute, beacon.
`;

type DevOptions = CommonOptions & CircuitOptions & KeyFiles & LinkFiles & ThreadOptions & { seed?: string };

async function devCommand(options: DevOptions): Promise<void> {
  // Said even with --quiet.
  console.error(WORTHLESS);
  await checkFilesAbsent([
    options.key,
    options.vk,
    options.vkBytes,
    options.r1csOut,
    options.link,
    options.commitBytes,
  ]);
  const isLinked = (options.link ?? options.commitBytes) !== undefined;
  if (isLinked) checkOneAnchor(options);
  const system = await systemOf(options);
  if (isLinked && system.committed === 0)
    throw new CeremonyError("USAGE", "the circuit commits to no wires: links are of --tier 2");
  const started = performance.now();
  const { seed = DEVELOPMENT_SEED, threads } = options;
  const key = await work("dev", options, (run) => developmentSetup(system, { seed, threads, ...run }));
  const seconds = ((performance.now() - started) / 1_000).toFixed(2);
  const link = isLinked ? await developmentLinkKey(key, { seed }) : undefined;
  const made = await writeKeys(key, system, options);
  print({ ...made, ...(link && (await writeLink(link, key, options))), seconds }, options);
}
