import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { fromHex, type Hex } from "@freehold/sdk";
import { WorkerError } from "../errors.js";
import type { Sealer } from "./provider.js";

const NONCE = 12;
const TAG = 16;

/**
 * AES-256-GCM with a key that is derived from an environment's sealing key.
 * @param code identity of the code, where another version of it has another key: it goes in front, so that bytes of another version are
 * told apart from damaged ones
 */
export function sealerOf(sealingKey: Uint8Array | string, code?: Hex): Sealer {
  const prefix = code === undefined ? new Uint8Array() : fromHex(code, 32);
  const key = new Uint8Array(hkdfSync("sha256", sealingKey, "", "freehold sealing key", 32));
  return {
    seal(plaintext) {
      const nonce = randomBytes(NONCE);
      const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(prefix);
      return Buffer.concat([prefix, nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
    },
    unseal(bytes) {
      if (Buffer.compare(bytes.subarray(0, prefix.length), prefix) !== 0) {
        throw new WorkerError("OTHER_CODE", "other code than this sealed these bytes");
      }
      const sealed = bytes.subarray(prefix.length);
      try {
        const nonce = sealed.subarray(0, NONCE);
        const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG }).setAAD(prefix);
        decipher.setAuthTag(sealed.subarray(-TAG));
        return Buffer.concat([decipher.update(sealed.subarray(NONCE, -TAG)), decipher.final()]);
      } catch (cause) {
        throw new WorkerError("UNSEAL_FAILED", "sealed bytes were changed, or sealed elsewhere", { cause });
      }
    },
  };
}
