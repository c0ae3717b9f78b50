import type { Hex } from "@freehold/sdk";
import { inferenceEscrowAbi, nodeRegistryAbi, testTokenAbi } from "@freehold/sdk/abis";
import { Contract, Interface, isCallException, type JsonRpcProvider, TypedDataEncoder } from "ethers";
import type { Addresses } from "../chain/deployment.js";

/** Tokens of the first hour of EIP-3009 have it instead of ERC-5267. */
const OLDER = new Interface([
  "function version() view returns (string)",
  "function DOMAIN_SEPARATOR() view returns (bytes32)",
]);
const ZERO = `0x${"00".repeat(32)}`;

/** The escrow's token as x402 sees it. */
export interface TokenFacts {
  /** Checksummed. */
  readonly address: Hex;
  /** Of the token's smallest unit in a unit of the escrow. */
  readonly unit: bigint;
  /** Of its EIP-712 domain; undefined when it takes no transfer by authorisation (EIP-3009). */
  readonly domain: { readonly name: string; readonly version: string } | undefined;
}

/** Reads of the escrow's token, and of who is paid. */
export class PaymentToken {
  readonly #provider: JsonRpcProvider;
  readonly #chainId: bigint;
  readonly #escrow: Contract;
  readonly #nodes: Contract;
  #facts: Promise<TokenFacts> | undefined;

  constructor(provider: JsonRpcProvider, addresses: Addresses) {
    this.#provider = provider;
    this.#chainId = addresses.chainId;
    this.#escrow = new Contract(addresses.inferenceEscrow, inferenceEscrowAbi, provider);
    this.#nodes = new Contract(addresses.nodeRegistry, nodeRegistryAbi, provider);
  }

  /** What never changes: read once. Throws what the RPC endpoint answers. */
  facts(): Promise<TokenFacts> {
    if (this.#facts === undefined) {
      const facts = this.#read();
      this.#facts = facts;
      facts.catch(() => {
        this.#facts = undefined;
      });
    }
    return this.#facts;
  }

  /** Where a node is paid; zero when it is none. */
  async payoutOf(node: string): Promise<Hex> {
    return await this.#nodes.getFunction("payoutOf").staticCall(node);
  }

  /** What an account holds, in the token's smallest unit. */
  async balanceOf(account: string): Promise<bigint> {
    return await (await this.#token()).getFunction("balanceOf").staticCall(account);
  }

  /** Whether an authorisation's nonce was used or cancelled. */
  async isUsed(payer: string, nonce: string): Promise<boolean> {
    return await (await this.#token()).getFunction("authorizationState").staticCall(payer, nonce);
  }

  async #token(): Promise<Contract> {
    return new Contract((await this.facts()).address, testTokenAbi, this.#provider);
  }

  async #read(): Promise<TokenFacts> {
    const [address, unit] = await Promise.all([
      this.#escrow.getFunction("TOKEN").staticCall() as Promise<Hex>,
      this.#escrow.getFunction("UNIT").staticCall() as Promise<bigint>,
    ]);
    const token = new Contract(address, testTokenAbi, this.#provider);
    // Whatever answers is a nonce's state; a token without EIP-3009 answers nothing.
    const takes = await unlessRefused(token.getFunction("authorizationState").staticCall(address, ZERO));
    return { address, unit, domain: takes === undefined ? undefined : await this.#domain(token, address) };
  }

  /** The domain, when the token's own separator is of that one: a wrong one would make every payment invalid. */
  async #domain(token: Contract, address: Hex): Promise<TokenFacts["domain"]> {
    const older = new Contract(address, OLDER, this.#provider);
    const said = await unlessRefused(token.getFunction("eip712Domain").staticCall());
    const name: string = said?.name ?? (await token.getFunction("name").staticCall());
    const version: string = said?.version ?? (await unlessRefused(older.getFunction("version").staticCall())) ?? "1";
    const separator = await unlessRefused(older.getFunction("DOMAIN_SEPARATOR").staticCall());
    const ours = TypedDataEncoder.hashDomain({ name, version, chainId: this.#chainId, verifyingContract: address });
    return separator === undefined || separator === ours ? { name, version } : undefined;
  }
}

/** What a view returns; undefined when the contract has no such view. */
async function unlessRefused<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isCallException(error) || (error as { code?: unknown }).code === "BAD_DATA") return undefined;
    throw error;
  }
}
