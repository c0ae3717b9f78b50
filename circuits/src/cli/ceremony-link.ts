import { type Command, Option } from "commander";
import { createFileOf, readFile } from "../ceremony/files.js";
import {
  type CheckedLink,
  checkLinkable,
  contributeToLink,
  readLink,
  sumLinks,
  verifyLinks,
} from "../ceremony/link.js";
import { parsePin } from "../ceremony/pins.js";
import { assertChecked } from "../ceremony/verify.js";
import { encodeLinkKey } from "../commit/file.js";
import type { ProvingKey } from "../groth16/key.js";
import { checkFilesAbsent, checkOneAnchor, commitBytesOption, readKeyOf, writeLink } from "./keys.js";
import { type CircuitOptions, type CommonOptions, circuitOptions, type OutOptions, systemOf } from "./options.js";
import { hex, print, work } from "./program.js";

interface LinkOptions extends CommonOptions, CircuitOptions {
  readonly key: string;
}

interface HashOptions {
  readonly hash: readonly string[];
}

/** `freehold ceremony link`: the second small set-up of a circuit of tier 2, each step a file in and a file out. */
export function addLink(ceremony: Command): void {
  const group = ceremony.command("link").description("make the key of a tier 2 circuit's links, with others");
  const add = (name: string, text: string) =>
    circuitOptions(group.command(name).description(text))
      .requiredOption("--key <file>", "the circuit's key at the end of its ceremony: a .zkey or a proving key")
      .option("--json", "print the result as JSON")
      .option("--quiet", "say nothing about progress");
  const hashes = new Option("--hash <hash...>", "the hash that each party published: blake2b:<hex> or sha256:<hex>");
  hashes.makeOptionMandatory();

  add("contribute", "make a party's key: publish its hash now, the key when all hashes are there")
    .option("--entropy-file <file>", "anything random, mixed into the platform's randomness")
    .requiredOption("--out <file>", "the party's key")
    .action(contributeCommand);
  add("sum", "add up the keys of all parties")
    .argument("<files...>", "the parties' keys")
    .addOption(hashes)
    .requiredOption("--out <file>", "the link's key")
    .action(sumCommand);
  add("verify", "check a link's key and those of its parties")
    .argument("<link>", "the link's key")
    .argument("<files...>", "the parties' keys")
    .addOption(hashes)
    .action(verifyCommand);
  commitBytesOption(add("export", "write what a chain takes of a verified link"))
    .argument("<link>", "the link's key")
    .action(exportCommand);
}

async function linkableKey(options: LinkOptions): Promise<ProvingKey> {
  checkOneAnchor(options);
  const key = await readKeyOf(options.key, await systemOf(options));
  checkLinkable(key);
  return key;
}

const read = async (name: string) => ({ name, bytes: await readFile(name) });

async function contributeCommand(options: LinkOptions & OutOptions & { entropyFile?: string }): Promise<void> {
  await checkFilesAbsent([options.out]);
  const key = await linkableKey(options);
  const entropy = options.entropyFile === undefined ? "" : hex(await readFile(options.entropyFile));
  const { link, hash } = await work("link contribute", options, (run) => contributeToLink(key, { entropy }, run));
  await createFileOf(options.out, encodeLinkKey(link));
  print({ committed: key.committed, hash: `blake2b:${hex(hash)}`, out: options.out }, options);
}

async function sumCommand(names: readonly string[], options: LinkOptions & OutOptions & HashOptions): Promise<void> {
  await checkFilesAbsent([options.out]);
  const hashes = options.hash.map(parsePin);
  const key = await linkableKey(options);
  const files = await Promise.all(names.map(read));
  const checked = await work("link sum", options, (run) => sumLinks(files, hashes, key, run));
  if (checked.link === undefined) {
    print({ valid: false, ...partiesOf(checked), faults: checked.faults }, options);
    return assertChecked(checked);
  }
  await createFileOf(options.out, encodeLinkKey(checked.link));
  print({ ...partiesOf(checked), out: options.out }, options);
}

async function verifyCommand(
  name: string,
  names: readonly string[],
  options: LinkOptions & HashOptions,
): Promise<void> {
  const hashes = options.hash.map(parsePin);
  const key = await linkableKey(options);
  const [sum, files] = [await read(name), await Promise.all(names.map(read))];
  const checked = await work("link verify", options, (run) => verifyLinks(sum, files, hashes, key, run));
  print({ valid: checked.faults.length === 0, ...partiesOf(checked), faults: checked.faults }, options);
  assertChecked(checked);
}

async function exportCommand(name: string, options: LinkOptions & { commitBytes?: string }): Promise<void> {
  await checkFilesAbsent([options.commitBytes]);
  const key = await linkableKey(options);
  const { link, faults } = await readLink(await read(name), key);
  assertChecked({ faults });
  if (link !== undefined) print({ development: false, ...(await writeLink(link, key, options)) }, options);
}

function partiesOf({ parties }: CheckedLink) {
  return { parties: parties.map(({ name, hash }, i) => ({ party: i + 1, name, hash: `blake2b:${hex(hash)}` })) };
}
