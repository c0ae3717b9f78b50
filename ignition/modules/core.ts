import type { ArgumentType, Future, IgnitionModuleBuilder } from "@nomicfoundation/ignition-core";

/** Last second that fits the contracts' `uint40` times: "for ever". */
export const FOREVER = 2n ** 40n - 1n;

/** keccak256 of alpha of `developmentSetup`'s keys (`@freehold/circuits`), which everybody can forge: Groth16Factory refuses them on public chains. */
export const DEVELOPMENT_ALPHA = "0x9ee7118ed77277a9190f6168ce1ce4f6c97884b7193e9b125cef8e0f57373a04";

/** keccak256 of k0 and of k1 of `developmentLinkKey` (`@freehold/circuits`), which CommitGroth16Factory refuses likewise. */
export const DEVELOPMENT_LINK = [
  "0x41d4c6636ed4f7a51a2ad28d934e2d907effc36f4ea902d24ecf7396581ad8f7",
  "0xda70399a3fe139c36ffc78652d5cdc052ac491fcb5ffcd4b413b477ce18437fd",
] as const;

/** Roles of the AccessManager; what they reach, and nothing else, is in `govern`. */
export const ROLES = { verifiers: 1n, measurements: 2n, pauser: 3n, provingKeys: 4n } as const;

/** Deploys the contracts that every deployment has, in the order of their dependencies. */
export function core(m: IgnitionModuleBuilder, { token, production }: { token: ArgumentType; production: boolean }) {
  const deployer = m.getAccount(0);
  const AccessManager = m.contract("AccessManager", [deployer]);
  const ModelRegistry = m.contract("ModelRegistry", [
    m.getParameter("minCommitmentAge"),
    m.getParameter("maxCommitmentAge"),
  ]);
  const DatasetRegistry = m.contract("DatasetRegistry", [ModelRegistry]);
  const DeltaLedger = m.contract("DeltaLedger", [ModelRegistry, DatasetRegistry]);
  const NodeRegistry = m.contract("NodeRegistry", [
    {
      authority: AccessManager,
      stakeToken: token,
      ledger: DeltaLedger,
      minStake: m.getParameter("minStake"),
      recheckBounty: m.getParameter("recheckBounty"),
      thawPeriod: m.getParameter("thawPeriod"),
      maxEnclaveTtl: m.getParameter("maxEnclaveTtl"),
      maxEvidenceAge: m.getParameter("maxEvidenceAge"),
      production,
    },
  ]);
  const SignatureValidator = m.contract("SignatureValidator");
  const InferenceEscrow = m.contract("InferenceEscrow", [
    {
      authority: AccessManager,
      token,
      ledger: DeltaLedger,
      nodes: NodeRegistry,
      validator: SignatureValidator,
      maxBatchAge: m.getParameter("maxBatchAge"),
      vestPeriod: m.getParameter("vestPeriod"),
    },
  ]);
  const Groth16Factory = m.contract("Groth16Factory", [DEVELOPMENT_ALPHA]);
  const ProofKeys = m.contract("ProofKeys", [AccessManager]);
  const VersionProofs = m.contract("VersionProofs", [
    DeltaLedger,
    ProofKeys,
    m.getParameter("proofNotice"),
    // Tier 2 of the proofs: off unless a deployment's parameters say otherwise, until an outside review.
    m.getParameter("experimentalTier2", false),
  ]);
  const CommitGroth16Factory = m.contract("CommitGroth16Factory", [
    DEVELOPMENT_ALPHA,
    [...DEVELOPMENT_LINK],
    VersionProofs,
  ]);
  const InferenceArbiter = m.contract("InferenceArbiter", [
    NodeRegistry,
    DeltaLedger,
    [InferenceEscrow],
    m.getParameter("convictionPenalty"),
    m.getParameter("challengeBond"),
    m.getParameter("answerPeriod"),
    VersionProofs,
    m.getParameter("proofWindow"),
  ]);
  return {
    AccessManager,
    ModelRegistry,
    DatasetRegistry,
    DeltaLedger,
    NodeRegistry,
    SignatureValidator,
    InferenceEscrow,
    InferenceArbiter,
    Groth16Factory,
    CommitGroth16Factory,
    ProofKeys,
    VersionProofs,
  };
}

/** Selectors of the governed functions; `test/ts/deployments` checks them against the ABIs. */
export const SELECTORS = {
  setVerifier: "0xf4634dcc",
  setDefaultMeasurement: "0xc49a74cc",
  setEnclaveTtl: "0xf261a754",
  setDepositsPaused: "0x1c481e2d",
  pin: "0x5aa3dd18",
} as const;

type Core = ReturnType<typeof core>;

/**
 * Names who may slash, then hands the deployment to governance: five functions behind four roles, each with its delay; then the deployer keeps
 * nothing. Everything else in the contracts is out of reach of the AccessManager.
 */
export function govern(m: IgnitionModuleBuilder, c: Core, after: Future[] = []) {
  const governance = m.getParameter("governance");
  const selectors = {
    verifiers: { contract: c.NodeRegistry, signatures: ["setVerifier", "setEnclaveTtl"] },
    measurements: { contract: c.NodeRegistry, signatures: ["setDefaultMeasurement"] },
    pauser: { contract: c.InferenceEscrow, signatures: ["setDepositsPaused"] },
    provingKeys: { contract: c.ProofKeys, signatures: ["pin"] },
  } as const;
  // Once and for ever, while the deployer is still the administrator: no stake can come before.
  const done: Future[] = [m.call(c.NodeRegistry, "setSlashers", [[c.InferenceArbiter]], { after })];
  for (const [role, { contract, signatures }] of Object.entries(selectors)) {
    const id = ROLES[role as keyof typeof ROLES];
    const functions = signatures.map((name) => SELECTORS[name]);
    const target = m.call(c.AccessManager, "setTargetFunctionRole", [contract, functions, id], {
      id: `target_${role}`,
      after,
    });
    const grant = m.call(c.AccessManager, "grantRole", [id, governance, m.getParameter(`${role}Delay`)], {
      id: `grant_${role}`,
      after: [target],
    });
    done.push(grant);
  }
  const admin = m.call(c.AccessManager, "grantRole", [0n, governance, m.getParameter("adminDelay")], {
    id: "grant_admin",
    after: done,
  });
  m.call(c.AccessManager, "renounceRole", [0n, m.getAccount(0)], { id: "renounce_admin", after: [admin] });
}
