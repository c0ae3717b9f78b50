// One proof in a process of its own, as snarkjs's command line makes one: key and witness from files, proof to a file.
import { readFile, writeFile } from "node:fs/promises";
import { decodeKey, proofToJson, prove } from "@freehold/circuits";

const [keyFile = "", witnessFile = "", proofFile = "", blinder] = process.argv.slice(2);
const key = decodeKey(await readFile(keyFile));
const witness = await readFile(witnessFile);
const proof = await prove(key, witness, blinder === undefined ? {} : { blinder: BigInt(blinder) });
await writeFile(proofFile, JSON.stringify(proofToJson(proof)));
console.log(process.resourceUsage().maxRSS / 1024);
