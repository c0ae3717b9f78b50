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
import { OperatorError, WorkerError } from "../errors.js";
import type { SealedKey, SealedKeys } from "../store/index.js";
import type { EnclaveProvider, Sealer } from "./provider.js";

/** One pair of keys that is registered together; the private halves never leave the enclave's modules. */
export interface KeyGeneration {
  /** Address of the secp256k1 key that signs receipts, offers and batches. */
  readonly receiptKey: Hex;
  readonly signer: SessionSigner;
  readonly hpke: HpkeKeyPair;
}

/**
 * The enclave's key generations: made here, and sealed whenever they are at rest. Where the environment has no key to seal with they are
 * never at rest: they live in memory, and whoever restarts the enclave registers new ones.
 */
export class KeyStore {
  readonly #sealed: SealedKeys;
  readonly #provider: EnclaveProvider;

  constructor(sealed: SealedKeys, provider: EnclaveProvider) {
    this.#sealed = sealed;
    this.#provider = provider;
  }

  /**
   * All generations of earlier runs that this code may have, newest first: none where nothing is sealed, and none that other code sealed.
   * Throws `ENCLAVE_KEYS` when one is damaged, or of another machine.
   */
  async load(): Promise<KeyGeneration[]> {
    const provider = this.#provider;
    if (!provider.seals) return [];
    const sealed = await this.#sealed.all();
    const generations = await Promise.all(sealed.map((key) => unseal(provider, key)));
    return generations.filter((generation) => generation !== undefined);
  }

  /** Makes a generation and, where the environment seals, writes it before anybody uses it. */
  async create(): Promise<KeyGeneration> {
    const hpke = await generateHpkeKeyPair();
    const privateKey = generateSessionKey();
    const generation = generationOf(privateKey, hpke);
    if (!this.#provider.seals) return generation;
    const content = JSON.stringify({ privateKey, hpke: toHex(await hpke.exportPrivateKey()) });
    const sealed = this.#provider.seal(new TextEncoder().encode(content));
    await this.#sealed.add({ receiptKey: generation.receiptKey, sealed });
    return generation;
  }

  /** Deletes a generation whose work is all settled. */
  forget(receiptKey: Hex): Promise<void> {
    return this.#sealed.remove(receiptKey);
  }
}

async function unseal(sealer: Sealer, { receiptKey, sealed }: SealedKey): Promise<KeyGeneration | undefined> {
  try {
    const text = new TextDecoder().decode(sealer.unseal(sealed));
    const content = JSON.parse(text) as { privateKey: Hex; hpke: string };
    return generationOf(content.privateKey, await importHpkePrivateKey(fromHex(content.hpke, 32)));
  } catch (error) {
    // Another version of the code: its keys are its own, and would be no keys of this measurement.
    if (error instanceof WorkerError && error.code === "OTHER_CODE") return undefined;
    // The cause could hold a part of the key.
    throw new OperatorError(
      "ENCLAVE_KEYS",
      `key ${receiptKey} cannot be unsealed here: use the --data, or the --replica, of this machine`,
    );
  }
}

function generationOf(privateKey: Hex, hpke: HpkeKeyPair): KeyGeneration {
  const signer = sessionSigner(privateKey);
  return { receiptKey: signer.address.toLowerCase() as Hex, signer, hpke };
}
