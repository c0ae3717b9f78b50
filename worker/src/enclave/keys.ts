import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { fromHex, generateHpkeKeyPair, type Hex, type HpkeKeyPair, importHpkePrivateKey, toHex } from "@freehold/sdk";
import { hexlify, randomBytes, Wallet } from "ethers";
import { OperatorError } from "../errors.js";
import type { EnclaveProvider } from "./provider.js";

/** One pair of keys that is registered together; the private halves never leave the enclave's modules. */
export interface KeyGeneration {
  /** Address of the secp256k1 key that signs receipts, offers and batches. */
  readonly receiptKey: Hex;
  readonly signer: Wallet;
  readonly hpke: HpkeKeyPair;
  /** Wall clock, milliseconds: the newest generation is the one in use. */
  readonly createdAt: number;
}

const SUFFIX = ".sealed";

/** The key generations of a data directory, one sealed file each. */
export class KeyStore {
  readonly #directory: string;
  readonly #provider: EnclaveProvider;

  constructor(dataDirectory: string, provider: EnclaveProvider) {
    this.#directory = join(dataDirectory, "enclave");
    this.#provider = provider;
  }

  /** All generations, newest first. Throws `ENCLAVE_KEYS` when a file cannot be unsealed. */
  async load(): Promise<KeyGeneration[]> {
    if (!existsSync(this.#directory)) return [];
    const names = readdirSync(this.#directory).filter((name) => name.endsWith(SUFFIX));
    const generations = await Promise.all(names.map((name) => this.#read(join(this.#directory, name))));
    return generations.sort((a, b) => b.createdAt - a.createdAt);
  }

  /** Makes a generation and writes it, sealed, before anybody uses it. */
  async create(): Promise<KeyGeneration> {
    const hpke = await generateHpkeKeyPair();
    const privateKey = hexlify(randomBytes(32));
    const signer = new Wallet(privateKey);
    const createdAt = Date.now();
    const content = JSON.stringify({ privateKey, hpke: toHex(await hpke.exportPrivateKey()), createdAt });
    const sealed = this.#provider.seal(new TextEncoder().encode(content));
    const receiptKey = signer.address.toLowerCase() as Hex;
    this.#write(`${receiptKey}${SUFFIX}`, sealed);
    return { receiptKey, signer, hpke, createdAt };
  }

  /** Deletes a generation whose work is all settled. */
  forget(receiptKey: Hex): void {
    rmSync(join(this.#directory, `${receiptKey}${SUFFIX}`), { force: true });
  }

  async #read(file: string): Promise<KeyGeneration> {
    try {
      const content = JSON.parse(new TextDecoder().decode(this.#provider.unseal(readFileSync(file)))) as {
        privateKey: string;
        hpke: string;
        createdAt: number;
      };
      const signer = new Wallet(content.privateKey);
      const hpke = await importHpkePrivateKey(fromHex(content.hpke, 32));
      return { receiptKey: signer.address.toLowerCase() as Hex, signer, hpke, createdAt: content.createdAt };
    } catch {
      // The cause could hold a part of the key.
      throw new OperatorError("ENCLAVE_KEYS", `${file} cannot be unsealed: restore it from a backup, or move it away`);
    }
  }

  /** The file is there whole, or not at all. */
  #write(name: string, bytes: Uint8Array): void {
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
    const file = join(this.#directory, name);
    const temporary = `${file}.new`;
    const handle = openSync(temporary, "w", 0o600);
    try {
      writeSync(handle, bytes);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(temporary, file);
    const directory = openSync(this.#directory, "r");
    fsyncSync(directory);
    closeSync(directory);
  }
}
