import type { JsonRpcProvider } from "ethers";
import type { Sender } from "../chain/sender.js";
import type { WorkerConfig } from "../config.js";
import type { Enclave } from "../enclave/enclave.js";
import type { Logger } from "../log.js";
import type { Metrics } from "../metrics.js";
import type { ServedVersions } from "../model/served.js";
import type { Gate } from "../service/gate.js";
import type { InferenceService } from "../service/inference.js";
import type { Offers } from "../service/offers.js";
import type { Serving } from "../service/serving.js";
import type { Store } from "../store/index.js";
import { ExactService } from "./exact.js";
import { X402 } from "./index.js";
import { ExactSettler } from "./settle.js";
import { TermsKeeper } from "./terms.js";
import { PaymentToken } from "./token.js";

/** What the x402 route works with, of the worker's other parts. */
export interface X402Work {
  readonly offers: Offers;
  readonly inference: InferenceService;
  readonly serving: Serving;
  readonly enclave: Enclave;
  readonly versions: ServedVersions;
  readonly gate: Gate;
  readonly metrics: Metrics;
  readonly provider: JsonRpcProvider;
  readonly sender: Sender;
  readonly store: Store;
}

/** Wires the x402 route together. */
export function x402Parts(config: WorkerConfig, work: X402Work, log: Logger): X402 {
  const { addresses, price, exactPrice = price, confirmations, pollMs } = config;
  const { chainId, inferenceEscrow: escrow } = addresses;
  const { offers, inference, serving, enclave, versions, gate, metrics, provider, sender, store } = work;
  const { payments } = store;
  const node = sender.address;
  const token = new PaymentToken(provider, addresses);
  const terms = new TermsKeeper({ offers, token, chainId, node, exactPrice });
  const settler = new ExactSettler({ provider, sender, payments, token, log, pollMs, confirmations });
  const exact = new ExactService({
    payments,
    settler,
    terms,
    token,
    enclave,
    versions,
    serving,
    gate,
    metrics,
    log,
    chainId,
    escrow,
    node,
    confirmations,
  });
  return new X402({ terms, exact, inference });
}
