/** What to do about an error of the contracts. */
const HINTS: Readonly<Record<string, string>> = {
  AccessManagedRequiredDelay: "Schedule the call in the AccessManager, wait for the delay, then execute it there.",
  AccessManagedUnauthorized: "Only governance may do this: see the roles in the AccessManager.",
  CommitGroth16Factory_NoLinkSetup: "Have several parties contribute to the link's key first: contributeLink.",
  CommitGroth16Verifier_Linked: "Nothing needs to be done: the sum is linked already.",
  CommitGroth16Verifier_NotVersions: "Bring links by proofs.link.",
  DatasetRegistry_AccountLocked: "Unlock the account first: requestUnlockAccount, wait for the delay, unlockAccount.",
  DatasetRegistry_BadSignature:
    "Sign again: the owner's nonce, the deadline or another field differs from what was signed.",
  DatasetRegistry_Expired: "Ask the owner for a new signature with a later deadline.",
  DatasetRegistry_InvalidUntil: "Give a time in the future, in Unix seconds.",
  DatasetRegistry_NoConsent: "Ask the dataset's owner for a consent to this line, or leave the dataset out.",
  DcapCollateral_BadSignature: "Intel did not sign this: look at its source, or use another one.",
  DcapCollateral_OutOfDate:
    "Intel's collateral counts within its dates only, and not without a root's list in force: refresh that first, or use a newer source.",
  DcapCollateral_Revoked: "Intel revoked this certificate, for good: what it vouches for counts no more.",
  DcapCollateral_WrongCrl:
    "The chain has another revocation list than the one that was shown: refresh the list first, from the same source.",
  DcapCollateral_WrongIssuer:
    "It is of another authority than the one that this deployment trusts: look at its source.",
  DeltaLedger_AlreadyActive: "Nothing needs to be done.",
  DeltaLedger_BadSignature:
    "Sign again: the parent, the delta, the deadline or another field differs from what was signed.",
  DeltaLedger_Expired: "Ask the account for a new signature with a later deadline.",
  DeltaLedger_StaleParent:
    "Another append came first: read the line's headHash and append to it, or leave `parent` out.",
  DeltaLedger_UnknownLine: "Open the line first: deltas.openLine, or append a first delta.",
  ERC20InsufficientAllowance:
    "Approve the token first: escrow.approve for channels, nodes.approveStake for stake, arbiter.approveBond for bonds.",
  ERC20InsufficientBalance: "Get more of the token first.",
  BookState_Overflow: "Collect what the node earned first: escrow.collect.",
  InferenceArbiter_AlreadyConvicted: "Nothing needs to be done.",
  InferenceArbiter_AnswerTime: "Answers count until answerBy, upholding works after it.",
  InferenceArbiter_AnswerTooLow: "Show the highest voucher of the channel.",
  InferenceArbiter_BadSignature: "The channel's signer must have signed exactly this, for this channel and line.",
  InferenceArbiter_ChallengeOpen: "Wait for the open challenge to end.",
  InferenceArbiter_InvalidProof:
    "Look with proofs.verify, and make it anew with proofs.prove: it is bound to receipt, requester and deadline.",
  InferenceArbiter_NothingToChallenge: "Only debits of lane O beyond what was signed can be challenged.",
  InferenceEscrow_BadSignature: "Sign again: a field, the salt or the deadline differs from what was signed.",
  InferenceEscrow_BatchTimeInvalid: "A batch is settled after its last work and before MAX_BATCH_AGE has passed.",
  InferenceEscrow_ChannelClosing: "Open another channel.",
  InferenceEscrow_CloseNotDue: "Request the close, then wait until closeAt.",
  InferenceEscrow_DepositTooSmall: "The node asks for more: see leastDeposit of escrow.earningsOf.",
  InferenceEscrow_DepositsPaused: "Deposits are paused by governance; withdrawals are not. Try again later.",
  InferenceEscrow_InvalidCloseDelay: "Choose a close delay between minCloseDelay and maxCloseDelay.",
  InferenceEscrow_MalformedRows: "Pack rows with packVoucherRows or packOptimisticRows.",
  InferenceEscrow_OptimisticUnavailable: "Open the channel without `optimistic`: stake is in another token.",
  InferenceEscrow_UnknownNode: "The node must register first: nodes.register.",
  InferenceEscrow_VersionNotPayable:
    "The line's owner never activated this version, or its grace ended before the work.",
  InferenceEscrow_SharesExceeded: "The shares of all lines may be a quarter of the stake: lower another line's first.",
  InferenceEscrow_StakeTooLow:
    "Wait until pay has vested, add stake, or settle by lane V; see limit of escrow.earningsOf.",
  InferenceEscrow_WrongNonce: "Sign the batch with nextNonce of escrow.earningsOf.",
  Locks_AlreadyRequested: "Wait until unlockAt, then unlock.",
  Locks_Locked: "Unlock it first: request the unlock, wait for the delay that was chosen, then unlock.",
  Locks_NotRequested: "Request the unlock first.",
  Locks_Permanent: "It was locked for ever.",
  Locks_TooEarly: "Wait until unlockAt.",
  ModelRegistry_AlreadyDeployed: "These weights have an owner already: a file of weights is one model.",
  ModelRegistry_CommitmentMissing: "Call models.commit first, with the same account, anchor and salt.",
  ModelRegistry_CommitmentTooNew: "Wait until readyAt: the age of the commitment protects against copies.",
  ModelRegistry_NotLicensed: "Ask the model's owner for a licence: models.grantLicence.",
  NodeRegistry_AttestationExpired: "Attest again.",
  NodeRegistry_BindingMismatch: "The evidence was made for another node, key, chain or challenge block: attest again.",
  NodeRegistry_DevelopmentTee: "A production deployment takes hardware attestations only.",
  NodeRegistry_EnclaveEnded: "Its life is over: nothing is left to be judged again.",
  NodeRegistry_EvidenceTime: "Attest again, and look at the clock of the platform.",
  NodeRegistry_NoSlashers: "The deployment is not finished: its administrator names the slashers first.",
  NodeRegistry_NotAcceptedByLine: "The line's owner must accept verifier and measurement: nodes.setPolicy.",
  NodeRegistry_NothingChanged: "The enclave is as sound as it was: there is no bounty to earn.",
  NodeRegistry_NotThawed: "Request the thaw, then wait until thawAt.",
  NodeRegistry_StakeTooLow: "Add stake first: nodes.approveStake, then nodes.addStake.",
  NodeRegistry_StaleChallenge:
    "Attest again with a block among the last 256: further back, not every chain keeps hashes.",
  NodeRegistry_UnknownNode: "Register first: nodes.register.",
  NodeRegistry_VerifierNotAccepted: "Governance does not accept this verifier now.",
  ProofKeys_UnknownCircuit:
    "Governance pinned no key for this circuit: name it with circuitOf, and look with proofs.isPinned.",
  VersionProofs_AlreadyProven: "Nothing needs to be done.",
  VersionProofs_InvalidProof:
    "Look with proofs.verify, and make it anew with proofs.prove: it is bound to chain, line and version.",
  VersionProofs_NotCommitted: "Commitments are anchored with a model or a delta (commitmentsOf), never afterwards.",
  VersionProofs_WrongCircuit:
    "Name the circuit with circuitOf: it must be of the kind that is proven, and of tier 1 unless the deployment takes tier 2 (proofs.parameters).",
  VersionProofs_DigestsNotProven: "Register the version by a circuit of tier 2 first: proofs.proveRegistration.",
  VersionProofs_InvalidDelta: "Subtract the anchor of `base` from that of `next`, as proofs.digestsOf has them.",
  VersionProofs_InvalidLink: "Make sum and link with the circuit's own keys, and the anchor's blinder of this version.",
  VersionProofs_NotAnchored: "Only versions that were appended with a Pedersen anchor can be proven in tier 2.",
};

/** What to do about an error of the contracts; undefined when its message says all. */
export function hintFor(errorName: string): string | undefined {
  return Object.hasOwn(HINTS, errorName) ? HINTS[errorName] : undefined;
}
