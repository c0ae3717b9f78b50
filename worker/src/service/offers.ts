import { type Hex, offerStruct, type SignedOffer } from "@freehold/sdk";
import type { Addresses } from "../chain/deployment.js";
import { type ChainView, paysFor } from "../chain/view.js";
import type { Watcher } from "../chain/watcher.js";
import type { Enclave } from "../enclave/enclave.js";
import { Refusal } from "../http/refusal.js";
import type { ServedVersion } from "../model/load.js";
import type { ServedVersions } from "../model/served.js";
import type { Provability } from "../proofs/provability.js";

export interface OfferParts {
  readonly enclave: Enclave;
  readonly versions: ServedVersions;
  readonly watcher: Watcher;
  readonly provability: Pick<Provability, "obstacle">;
  readonly addresses: Addresses;
  readonly node: string;
  readonly price: bigint;
}

/** Signs what the node offers now: once per block, for an offer changes with the chain only. */
export class Offers {
  readonly #parts: OfferParts;
  #last: { name: string; offer: Promise<SignedOffer> } | undefined;

  constructor(parts: OfferParts) {
    this.#parts = parts;
  }

  /** Whether there is something to offer. */
  get isReady(): boolean {
    return this.#state() !== undefined;
  }

  /** Throws the refusal `not-ready`. */
  async current(): Promise<SignedOffer> {
    const state = this.#state();
    if (state === undefined) {
      throw new Refusal(
        "not-ready",
        "no version is loaded, the enclave is not payable on this line, or it asks for proofs that cannot be made: retry later",
      );
    }
    const name = `${state.view.head.timestamp}/${state.version.hash}/${state.receiptKey}`;
    if (this.#last?.name !== name) this.#last = { name, offer: this.#sign(state) };
    return this.#last.offer;
  }

  #state(): { view: ChainView; version: ServedVersion; receiptKey: Hex; hpkePublicKey: Hex } | undefined {
    const { enclave, versions, watcher, provability } = this.#parts;
    const [view, version] = [watcher.fresh, versions.current];
    if (view === undefined || version === undefined) return undefined;
    if (provability.obstacle(version, view) !== undefined) return undefined;
    const keys = enclave.keys.find(({ receiptKey }) => paysFor(view, version.hash, receiptKey));
    return keys && { view, version, ...keys };
  }

  async #sign(state: { view: ChainView; version: ServedVersion; receiptKey: Hex; hpkePublicKey: Hex }) {
    const { enclave, addresses, node, price } = this.#parts;
    const { view, version, receiptKey, hpkePublicKey } = state;
    const key = view.keys.get(receiptKey);
    const offer: Omit<SignedOffer, "signature"> = {
      chainId: addresses.chainId,
      escrow: addresses.inferenceEscrow as Hex,
      nodeRegistry: addresses.nodeRegistry as Hex,
      deltaLedger: addresses.deltaLedger as Hex,
      node: node as Hex,
      receiptKey,
      hpkePublicKey,
      measurementId: key?.measurementId ?? enclave.measurementId,
      validUntil: key?.validUntil ?? 0n,
      modelId: version.modelId,
      lineId: version.lineId,
      version: version.version,
      versionHash: version.hash,
      price,
      issuedAt: view.head.timestamp,
    };
    return { ...offer, signature: await enclave.signOffer(offerStruct(offer)) };
  }
}
