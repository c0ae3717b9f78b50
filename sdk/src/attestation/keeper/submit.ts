import type { Contracts } from "../../contracts.js";
import { ConfigurationError, ContractRevertError, decodeError, NetworkError } from "../../errors/index.js";
import type { Hex } from "../../hex.js";

/** Contracts that hold collateral. */
export type CollateralContract = "DcapCollateral" | "NitroCertStore";

/** Errors by which a contract says that it has this, or something newer, already. */
const KNOWN: readonly string[] = ["DcapCollateral_AlreadyKnown", "DcapCollateral_NotNewer", "NitroCertStore_NotNewer"];
/** Milliseconds after which a transaction that is in no block counts as failed. */
const MINED_WITHIN = 180_000;

/**
 * Tries a call out, sends it, and waits until it is mined: what is refused costs no gas. Yields the transaction's hash, or nothing when the
 * contract knows it already, because another keeper was faster for example.
 * @throws ContractRevertError the contract refuses it
 * @throws ConfigurationError `NO_SIGNER`: the contract's runner only reads
 */
export async function* submit<N extends CollateralContract>(
  name: N,
  contract: Contracts[N],
  data: string,
): AsyncGenerator<Hex> {
  const { runner } = contract;
  const request = { to: await contract.getAddress(), data };
  try {
    const gasLimit = await runner?.estimateGas?.(request).catch(async (error: unknown) => {
      // Some endpoints do not say why an estimate failed: a call does.
      await runner.call?.(request);
      throw error;
    });
    if (runner?.sendTransaction === undefined) {
      throw new ConfigurationError(
        "NO_SIGNER",
        "refreshing collateral needs a signer",
        "Use createFreehold({ signer }).",
      );
    }
    const sent = await runner.sendTransaction({ ...request, gasLimit: gasLimit ?? null });
    const receipt = await sent.wait(1, MINED_WITHIN).catch(async (error: unknown) => {
      // Receipts do not say why: the call is made again.
      if ((error as { receipt?: { status?: number } }).receipt?.status === 0) await runner.call?.(request);
      throw error;
    });
    if (receipt === null) throw new NetworkError("NETWORK_TIMEOUT", `transaction ${sent.hash} is in no block`);
    yield receipt.hash as Hex;
  } catch (cause) {
    const error = decodeError(cause, name);
    if (error instanceof ContractRevertError && KNOWN.includes(error.errorName)) return;
    throw error;
  }
}
