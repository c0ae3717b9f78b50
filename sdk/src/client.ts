import type { Provider, Signer } from "ethers";
import { knownDeployments } from "./abis/index.js";
import { arbiterActions } from "./actions/arbiter/index.js";
import { type Bound, bind } from "./actions/bind.js";
import { datasetsActions } from "./actions/datasets/index.js";
import { deltasActions } from "./actions/deltas/index.js";
import { escrowActions } from "./actions/escrow/index.js";
import { inferenceActions } from "./actions/inference/index.js";
import { modelsActions } from "./actions/models/index.js";
import { nodesActions } from "./actions/nodes/index.js";
import { proofsActions } from "./actions/proofs/index.js";
import { Context } from "./context.js";
import { type ContractName, type Contracts, contractAt } from "./contracts.js";
import { type Deployment, parseDeployment } from "./deployment.js";
import { UnknownChainError, WrongChainError } from "./errors/config.js";
import { memoryStore } from "./inference/store.js";

/** Whom a client speaks for and to. A signer's own provider comes before `provider`; without a signer it can only read. */
export type FreeholdOptions = {
  /** The chain that everything is checked against. */
  chainId: bigint | number;
  /** Default: the public deployment on this chain. See `loadDeployment` of @freehold/sdk/node. */
  deployment?: Deployment;
  /** Milliseconds after which a read fails with `NETWORK_TIMEOUT`; default 30,000. */
  timeoutMs?: number;
} & ({ signer: Signer; provider?: Provider } | { provider: Provider; signer?: never });

/** A client of one deployment. Immutable. */
export interface Freehold {
  readonly chainId: bigint;
  readonly deployment: Deployment;
  readonly models: Bound<typeof modelsActions>;
  readonly deltas: Bound<typeof deltasActions>;
  readonly datasets: Bound<typeof datasetsActions>;
  readonly nodes: Bound<typeof nodesActions>;
  readonly escrow: Bound<typeof escrowActions>;
  readonly arbiter: Bound<typeof arbiterActions>;
  readonly proofs: Bound<typeof proofsActions>;
  readonly inference: Bound<typeof inferenceActions>;
  /** An ethers Contract with TypeChain's types: for events, filters and logs. */
  contract<N extends ContractName>(name: N): Contracts[N];
  /** The same client for another signer. */
  withSigner(signer: Signer): Freehold;
}

const TIMEOUT_MS = 30_000;

/**
 * A client of the deployment on a chain. Asks nobody anything: that the provider is of this chain is checked at the first
 * call.
 * @throws UnknownChainError no deployment is known for the chain, and none was given
 * @throws WrongChainError the deployment that was given is of another chain
 */
export function createFreehold(options: FreeholdOptions): Freehold {
  const chainId = BigInt(options.chainId);
  const deployment = options.deployment ?? knownDeployments[chainId.toString()];
  if (deployment === undefined) throw new UnknownChainError(chainId, Object.keys(knownDeployments));
  if (BigInt(parseDeployment(deployment).chainId) !== chainId) {
    throw new WrongChainError(chainId, BigInt(deployment.chainId), "deployment");
  }
  const { signer, provider, timeoutMs = TIMEOUT_MS } = options;
  return client(new Context({ chainId, deployment, signer, provider, timeoutMs, channels: memoryStore() }));
}

function client(ctx: Context): Freehold {
  return Object.freeze({
    chainId: ctx.chainId,
    deployment: ctx.deployment,
    models: bind(modelsActions, ctx),
    deltas: bind(deltasActions, ctx),
    datasets: bind(datasetsActions, ctx),
    nodes: bind(nodesActions, ctx),
    escrow: bind(escrowActions, ctx),
    arbiter: bind(arbiterActions, ctx),
    proofs: bind(proofsActions, ctx),
    inference: bind(inferenceActions, ctx),
    contract: <N extends ContractName>(name: N) => contractAt(name, ctx.addressOf(name), ctx.runner),
    withSigner: (signer: Signer) => client(ctx.withSigner(signer)),
  });
}
