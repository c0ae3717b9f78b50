// Golden vectors of EIP-712 -> test/vectors/eip712.json. Without UPDATE=1 it only says whether they are what they were:
// a change of one of them is a change of the protocol. Usage: UPDATE=1 node scripts/vectors.ts
import { readFile, writeFile } from "node:fs/promises";
import { goldenVectors } from "./lib/eip712-vectors.ts";

const FILE = new URL("../test/vectors/eip712.json", import.meta.url);

const text = `${JSON.stringify(goldenVectors(), null, 2)}\n`;
if (process.env.UPDATE === "1") {
  await writeFile(FILE, text);
} else if ((await readFile(FILE, "utf8")) !== text) {
  console.error("test/vectors/eip712.json is not what the type strings give: UPDATE=1 node scripts/vectors.ts");
  process.exitCode = 1;
}
