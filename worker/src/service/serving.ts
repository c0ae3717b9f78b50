import { type Hex, sameHex } from "@freehold/sdk";
import { type ChainView, paysFor } from "../chain/view.js";
import type { Watcher } from "../chain/watcher.js";
import type { Enclave } from "../enclave/enclave.js";
import { Refusal } from "../http/refusal.js";
import type { ServedVersion } from "../model/load.js";
import type { ServedVersions } from "../model/served.js";
import type { Provability } from "../proofs/provability.js";

export interface ServingParts {
  readonly enclave: Enclave;
  readonly versions: ServedVersions;
  readonly watcher: Watcher;
  readonly provability: Pick<Provability, "obstacle">;
  readonly lineId: Hex;
}

/** What may be worked on now, whoever pays. All may throw the refusals `not-ready` and `version-not-served`. */
export class Serving {
  readonly #parts: ServingParts;

  constructor(parts: ServingParts) {
    this.#parts = parts;
  }

  /** New requests get the current version, once it is loaded and payable. */
  version(request: { lineId: Hex; versionHash: Hex }): ServedVersion {
    const { versions, lineId } = this.#parts;
    this.payableKeys();
    const version = versions.current;
    if (version === undefined) throw new Refusal("not-ready", "no version is loaded yet: retry later");
    if (!sameHex(request.lineId, lineId) || !sameHex(request.versionHash, version.hash)) throw notServed(version);
    this.#requireProvable(version);
    return version;
  }

  /** Chain time of work that is done now, on the version that the request named, if that is still payable. */
  finishedAt(version: ServedVersion, receiptKey: Hex): bigint {
    const view = this.view();
    // The line may have begun to ask for proofs meanwhile.
    this.#requireProvable(version);
    if (paysFor(view, version.hash, receiptKey)) return view.head.timestamp;
    const { current } = this.#parts.versions;
    if (current !== undefined && current.hash !== version.hash) throw notServed(current);
    throw new Refusal("not-ready", "the enclave is not payable any more: ask for a new offer");
  }

  /** Receipt keys whose work is payable now, newest first; one at least. */
  payableKeys(): Hex[] {
    const { enclave, versions } = this.#parts;
    const view = this.view();
    const hash = versions.current?.hash ?? view.active.hash;
    const keys = enclave.keys.map(({ receiptKey }) => receiptKey).filter((key) => paysFor(view, hash, key));
    if (keys.length === 0) throw new Refusal("not-ready", "the enclave is not payable on this line: retry later");
    return keys;
  }

  /** Work that cannot be proven as the line asks is not taken. */
  #requireProvable(version: ServedVersion): void {
    const why = this.#parts.provability.obstacle(version, this.view());
    if (why !== undefined)
      throw new Refusal("not-ready", `the line asks for proofs, and this node cannot make them: ${why}`);
  }

  /** What the chain said a moment ago. */
  view(): ChainView {
    const view = this.#parts.watcher.fresh;
    if (view === undefined) throw new Refusal("not-ready", "the chain does not answer this node: retry later");
    return view;
  }
}

function notServed(version: ServedVersion): Refusal {
  return new Refusal("version-not-served", `this node serves version ${version.version} of the line`, {
    served: version.hash,
  });
}
