import { type ContractRunner, getAddress, type Provider, type Signer } from "ethers";
import type { ContractName } from "./contracts.js";
import type { Deployment } from "./deployment.js";
import { ConfigurationError, WrongChainError } from "./errors/config.js";
import { decodeError } from "./errors/decode.js";
import type { Hex } from "./hex.js";
import type { ChannelStore } from "./inference/store.js";
import { withTimeout } from "./timeout.js";

/** What every action works with. Immutable, but for the remembered answer of the chain check. */
export class Context {
  readonly chainId: bigint;
  readonly deployment: Deployment;
  /** Milliseconds after which a read fails with `NETWORK_TIMEOUT`. */
  readonly timeoutMs: number;
  /** Where payments of channels are remembered unless a call names another store. */
  readonly channels: ChannelStore;
  readonly #signer: Signer | undefined;
  readonly #provider: Provider | undefined;
  #checked: Promise<Provider> | undefined;

  constructor(options: {
    chainId: bigint;
    deployment: Deployment;
    signer: Signer | undefined;
    provider: Provider | undefined;
    timeoutMs: number;
    channels: ChannelStore;
  }) {
    this.chainId = options.chainId;
    this.deployment = options.deployment;
    this.timeoutMs = options.timeoutMs;
    this.channels = options.channels;
    // Checked and used must be one: the signer's own provider, when it has one, is the only one.
    const provider = options.signer?.provider ?? options.provider;
    const connects = options.signer !== undefined && options.signer.provider === null && provider !== undefined;
    this.#signer = connects ? options.signer?.connect(provider) : options.signer;
    this.#provider = provider;
    Object.freeze(this);
  }

  /** Address of a contract. Throws `MISSING_CONTRACT`. */
  addressOf(name: ContractName): Hex {
    const contract = this.deployment.contracts[name];
    if (contract !== undefined) return getAddress(contract.address) as Hex;
    throw new ConfigurationError(
      "MISSING_CONTRACT",
      `the deployment on chain ${this.chainId} has no ${name}`,
      "DevelopmentTeeVerifier exists on development deployments only; the other names come from one deployment record.",
    );
  }

  /** The signer. Throws `NO_SIGNER`. */
  get signer(): Signer {
    if (this.#signer !== undefined) return this.#signer;
    throw new ConfigurationError("NO_SIGNER", "this needs a signer", "Use createFreehold({ signer }) or withSigner.");
  }

  /** The signer, or the provider alone. */
  get runner(): ContractRunner {
    return this.#signer ?? this.provider;
  }

  /** The same for another signer. Its own provider, when it has one, takes the place of this one's. */
  withSigner(signer: Signer): Context {
    const { chainId, deployment, timeoutMs, channels } = this;
    return new Context({ chainId, deployment, timeoutMs, channels, signer, provider: this.#provider });
  }

  get hasSigner(): boolean {
    return this.#signer !== undefined;
  }

  /** The provider, as it was given: see {@link ready}. Throws `NO_PROVIDER`. */
  get provider(): Provider {
    if (this.#provider !== undefined) return this.#provider;
    throw new ConfigurationError("NO_PROVIDER", "the signer has no provider", "Connect it: signer.connect(provider).");
  }

  /** The signer's address. */
  async account(): Promise<Hex> {
    return getAddress(await this.signer.getAddress()) as Hex;
  }

  /** The provider, once it said that it is of the right chain. Throws {@link WrongChainError}. */
  ready(): Promise<Provider> {
    if (this.#checked === undefined) {
      const check = this.#check();
      this.#checked = check;
      // A failure is not remembered: the chain may come back, or the wallet be switched.
      check.catch(() => {
        this.#checked = undefined;
      });
    }
    return this.#checked;
  }

  async #check(): Promise<Provider> {
    const { provider } = this;
    let actual: bigint;
    try {
      actual = (await withTimeout(provider.getNetwork(), this.timeoutMs, "asking for the chain id")).chainId;
    } catch (error) {
      throw decodeError(error, "provider");
    }
    if (actual !== this.chainId) throw new WrongChainError(this.chainId, actual, "provider");
    return provider;
  }
}
