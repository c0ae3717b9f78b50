import {
  fromHex,
  generateHpkeKeyPair,
  generateSessionKey,
  type Hex,
  type HpkeKeyPair,
  importHpkePrivateKey,
  type SessionSigner,
  sessionSigner,
  toHex,
} from "@freehold/sdk";
import { OperatorError } from "../errors.js";
import type { SealedKey, SealedKeys } from "../store/index.js";
import type { EnclaveProvider } from "./provider.js";

/** One pair of keys that is registered together; the private halves never leave the enclave's modules. */
export interface KeyGeneration {
  /** Address of the secp256k1 key that signs receipts, offers and batches. */
  readonly receiptKey: Hex;
  readonly signer: SessionSigner;
  readonly hpke: HpkeKeyPair;
}

/** The enclave's key generations: made here, and sealed whenever they are at rest. */
export class KeyStore {
  readonly #sealed: SealedKeys;
  readonly #provider: EnclaveProvider;

  constructor(sealed: SealedKeys, provider: EnclaveProvider) {
    this.#sealed = sealed;
    this.#provider = provider;
  }

  /** All generations, newest first. Throws `ENCLAVE_KEYS` when one cannot be unsealed. */
  async load(): Promise<KeyGeneration[]> {
    const sealed = await this.#sealed.all();
    return Promise.all(sealed.map((key) => this.#unseal(key)));
  }

  /** Makes a generation and writes it, sealed, before anybody uses it. */
  async create(): Promise<KeyGeneration> {
    const hpke = await generateHpkeKeyPair();
    const privateKey = generateSessionKey();
    const generation = generationOf(privateKey, hpke);
    const content = JSON.stringify({ privateKey, hpke: toHex(await hpke.exportPrivateKey()) });
    const sealed = this.#provider.seal(new TextEncoder().encode(content));
    await this.#sealed.add({ receiptKey: generation.receiptKey, sealed });
    return generation;
  }

  /** Deletes a generation whose work is all settled. */
  forget(receiptKey: Hex): Promise<void> {
    return this.#sealed.remove(receiptKey);
  }

  async #unseal({ receiptKey, sealed }: SealedKey): Promise<KeyGeneration> {
    try {
      const text = new TextDecoder().decode(this.#provider.unseal(sealed));
      const content = JSON.parse(text) as { privateKey: Hex; hpke: string };
      return generationOf(content.privateKey, await importHpkePrivateKey(fromHex(content.hpke, 32)));
    } catch {
      // The cause could hold a part of the key.
      throw new OperatorError(
        "ENCLAVE_KEYS",
        `key ${receiptKey} cannot be unsealed here: use the --data, or the --replica, of this machine`,
      );
    }
  }
}

function generationOf(privateKey: Hex, hpke: HpkeKeyPair): KeyGeneration {
  const signer = sessionSigner(privateKey);
  return { receiptKey: signer.address.toLowerCase() as Hex, signer, hpke };
}
