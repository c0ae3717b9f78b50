import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { Hex } from "@freehold/sdk";
import { OperatorError } from "../errors.js";

/** Directory of the code that runs. */
const DIST = fileURLToPath(new URL("..", import.meta.url));

/**
 * Identity of this package's code: SHA-256 over the lines `<SHA-256 of the file>  <path>` of all its JavaScript files,
 * sorted by path. Anybody computes it with
 * `cd dist && find * -name '*.js' -type f | LC_ALL=C sort | xargs sha256sum | sha256sum`.
 * Dependencies are not part of it: an image that measures them too is the business of a real TEE.
 */
export function measureCode(directory = DIST): Hex {
  const paths = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".js"))
    .map((entry) => join(entry.parentPath, entry.name).slice(join(directory, sep).length).replaceAll(sep, "/"))
    .sort();
  if (paths.length === 0) throw new OperatorError("NO_CODE", `${directory} holds no built code: run tsc -b worker`);
  const total = createHash("sha256");
  for (const path of paths) {
    const file = createHash("sha256")
      .update(readFileSync(join(directory, path)))
      .digest("hex");
    total.update(`${file}  ${path}\n`);
  }
  return `0x${total.digest("hex")}`;
}
