/** An EIP-712 domain of one of the contracts: every signature is bound to chain, contract and purpose. */
export interface Domain {
  readonly name: string;
  readonly version: string;
  readonly chainId: bigint;
  readonly verifyingContract: string;
}

const domain = (name: string, chainId: bigint, verifyingContract: string): Domain =>
  Object.freeze({ name, version: "1", chainId, verifyingContract });

/** Domain of vouchers, offers, receipts and batches. */
export function escrowDomain(chainId: bigint, escrow: string): Domain {
  return domain("Freehold InferenceEscrow", chainId, escrow);
}

/** Domain of signed appends. */
export function ledgerDomain(chainId: bigint, deltaLedger: string): Domain {
  return domain("Freehold DeltaLedger", chainId, deltaLedger);
}

/** Domain of signed consents. */
export function datasetDomain(chainId: bigint, datasetRegistry: string): Domain {
  return domain("Freehold DatasetRegistry", chainId, datasetRegistry);
}
