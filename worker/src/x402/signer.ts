import type { FacilitatorEvmSigner } from "@x402/evm";
import {
  Interface,
  type InterfaceAbi,
  isCallException,
  type JsonRpcProvider,
  type TypedDataEncoder,
  verifyTypedData,
} from "ethers";
import { WorkerError } from "../errors.js";

type Address = `0x${string}`;

/** How a transfer is sent, and how long is waited for it. */
export interface Carriage {
  /** Signs with the operator's next nonce, writes down and sends; returns the hash. */
  send(to: string, data: string): Promise<Address>;
  /** Whether the transaction succeeded, once it is in a block. Throws when it is in none in time. */
  wait(hash: Address): Promise<boolean>;
}

/** A signer that reads only: for verification. */
export const READ_ONLY: Carriage = {
  send: () => Promise.reject(new WorkerError("READ_ONLY", "a verification sends nothing")),
  wait: () => Promise.reject(new WorkerError("READ_ONLY", "a verification waits for nothing")),
};

/** What @x402/evm's facilitator works with, over the worker's own provider and sender. */
export class FacilitatorSigner implements FacilitatorEvmSigner {
  readonly #provider: JsonRpcProvider;
  readonly #operator: Address;
  readonly #carriage: Carriage;
  #isCut = false;

  constructor(provider: JsonRpcProvider, operator: string, carriage: Carriage) {
    this.#provider = provider;
    this.#operator = operator as Address;
    this.#carriage = carriage;
  }

  /** Whether the chain did not answer: the facilitator takes that for a bad payment. */
  get isCut(): boolean {
    return this.#isCut;
  }

  getAddresses(): readonly Address[] {
    return [this.#operator];
  }

  async readContract(call: {
    address: Address;
    abi: readonly unknown[];
    functionName: string;
    args?: readonly unknown[];
  }): Promise<unknown> {
    const { fragment, data, abi } = encode(call);
    const returned = await this.#answered(this.#provider.call({ to: call.address, data, from: this.#operator }));
    const values = abi.decodeFunctionResult(fragment, returned);
    return values.length === 1 ? values[0] : values;
  }

  /** The facilitator checks signatures itself; this is for its other schemes. */
  async verifyTypedData({
    address,
    domain,
    types,
    message,
    signature,
  }: Parameters<FacilitatorEvmSigner["verifyTypedData"]>[0]): Promise<boolean> {
    const fields = types as Parameters<typeof TypedDataEncoder.from>[0];
    return verifyTypedData(domain, fields, message, signature).toLowerCase() === address.toLowerCase();
  }

  async writeContract(call: {
    address: Address;
    abi: readonly unknown[];
    functionName: string;
    args: readonly unknown[];
    dataSuffix?: Address;
  }): Promise<Address> {
    return this.#answered(this.#carriage.send(call.address, encode(call).data));
  }

  /** Would deploy contract wallets: no factory is on the list. */
  sendTransaction(): Promise<Address> {
    return Promise.reject(new WorkerError("UNSUPPORTED", "no wallet is deployed for a payer"));
  }

  async waitForTransactionReceipt({ hash }: { hash: Address }): Promise<{ status: string }> {
    return { status: (await this.#carriage.wait(hash)) ? "success" : "reverted" };
  }

  async getCode({ address }: { address: Address }): Promise<Address | undefined> {
    return (await this.#answered(this.#provider.getCode(address))) as Address;
  }

  async #answered<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      if (!isCallException(error) && !(error instanceof WorkerError)) this.#isCut = true;
      throw error;
    }
  }
}

function encode({
  abi: json,
  functionName,
  args = [],
}: {
  abi: readonly unknown[];
  functionName: string;
  args?: readonly unknown[];
}) {
  const abi = new Interface(json as InterfaceAbi);
  // By its arguments too: transferWithAuthorization is two functions.
  const fragment = abi.getFunction(functionName, [...args]);
  if (fragment === null) throw new WorkerError("UNSUPPORTED", `no such function: ${functionName}`);
  return { abi, fragment, data: abi.encodeFunctionData(fragment, args) };
}
