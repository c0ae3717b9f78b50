import { createHash } from "node:crypto";
import { mkdir, open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { FreeholdError } from "../errors/base.js";
import type { ChannelState, ChannelStore } from "../inference/store.js";

/**
 * Remembers channels in a directory, one small file each. A `set` is durable when it resolves, and a crash leaves the
 * old state or the new one. One process at a time.
 */
export function fileStore(directory: string): ChannelStore {
  const fileOf = (key: string) =>
    join(directory, `${createHash("sha256").update(key).digest("hex").slice(0, 32)}.json`);
  return {
    async get(key) {
      const file = fileOf(key);
      let text: string;
      try {
        text = await readFile(file, "utf8");
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
        throw error;
      }
      return parse(text, key, file);
    },
    async set(key, { signed, metered, seq }) {
      await mkdir(directory, { recursive: true });
      const file = fileOf(key);
      const handle = await open(`${file}.tmp`, "w", 0o600);
      try {
        await handle.writeFile(
          JSON.stringify({ key, signed: signed.toString(), metered: metered.toString(), seq: seq.toString() }),
        );
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(`${file}.tmp`, file);
    },
  };
}

function parse(text: string, key: string, file: string): ChannelState {
  try {
    const json = JSON.parse(text) as Record<string, string>;
    const number = (name: string) => {
      const value = json[name];
      if (value === undefined || !/^[0-9]+$/.test(value)) throw new TypeError(`${name} is not a number`);
      return BigInt(value);
    };
    if (json.key !== key) throw new TypeError("it is of another channel");
    return { signed: number("signed"), metered: number("metered"), seq: number("seq") };
  } catch (cause) {
    throw new FreeholdError("STORE_CORRUPT", `${file} does not hold the state of a channel`, {
      details: { file, key },
      hint: "Delete the file: the state is then recovered from vouchers, receipts and the chain.",
      cause,
    });
  }
}
