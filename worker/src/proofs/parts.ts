import type { Freehold } from "@freehold/sdk";
import type { Sender } from "../chain/sender.js";
import type { Chain } from "../chain/types.js";
import { LOCAL_CHAINS, type WorkerConfig } from "../config.js";
import type { Enclave } from "../enclave/enclave.js";
import type { Logger } from "../log.js";
import type { Metrics } from "../metrics.js";
import type { FileKeys } from "../model/file-keys.js";
import { loadVersion } from "../model/load.js";
import type { ServedVersions } from "../model/served.js";
import type { Store } from "../store/index.js";
import { ProofAnswerer } from "./answerer.js";
import { AuditDemand } from "./audit-demand.js";
import { ProofDesk } from "./desk.js";
import { ProvingKeys } from "./keys.js";
import { LinkDemand } from "./link-demand.js";
import { ProvenModels } from "./models.js";
import { Provability } from "./provability.js";
import { ProofThread } from "./prover.js";
import { ReceiptDemand } from "./receipt-demand.js";
import { LinkedSums } from "./sums.js";

/** What of a worker makes and shows proofs. */
export interface ProofParts {
  readonly provability: Provability;
  answerer(freehold: Freehold, metrics: Metrics): ProofAnswerer;
  close(): Promise<void>;
}

/** What they need of the other parts. */
export interface ProofNeeds {
  readonly chain: Chain;
  readonly store: Store;
  readonly enclave: Enclave;
  readonly versions: ServedVersions;
  readonly fileKeys: FileKeys;
  readonly sender: Sender;
}

export function proofParts(config: WorkerConfig, needs: ProofNeeds, log: Logger): ProofParts {
  const { chain, store, enclave, versions, fileKeys, sender } = needs;
  const { addresses, lineId } = config;
  const { chainId, inferenceArbiter: arbiter, inferenceEscrow: escrow } = addresses;
  const thread = new ProofThread(config.proofThreads);
  const mayDevelop = LOCAL_CHAINS.includes(chainId);
  const keys = new ProvingKeys({ directory: config.provingKeys, mayDevelop, chain, thread, log });
  const models = new ProvenModels(versions, (name) => loadVersion(chain, config.store, lineId, name, fileKeys));
  const modelId = async () => (await chain.line(lineId)).modelId;
  const sums = new LinkedSums({ store, enclave, chain, keys, thread, log });
  const desk = new ProofDesk({ store, enclave, models, keys, sums, thread, log, chainId, arbiter, escrow, modelId });
  const isVolatile = config.volatileWitnesses === true && !enclave.keepsWitnesses;
  if (isVolatile) log.warn("what proofs need ends with this process: demands that come after a restart cost stake");
  return {
    provability: new Provability({ keepsWitnesses: enclave.keepsWitnesses || isVolatile }, keys, sums, log),
    answerer(freehold, metrics) {
      const of = { freehold, store, desk, chain, enclave, node: sender.address, lineId, escrow };
      return new ProofAnswerer({
        chain,
        store,
        sender,
        metrics,
        log,
        patience: config.settlement.patience,
        demandOf: (event) => (event.kind === "receipt" ? new ReceiptDemand(of, event) : new AuditDemand(of, event)),
        standing: () => sums.unlinked.map((unlinked) => new LinkDemand(of, unlinked)),
      });
    },
    close: () => thread.close(),
  };
}
