import { createFreehold, escrowDomain } from "@freehold/sdk";
import { type JsonRpcProvider, VoidSigner } from "ethers";
import { RpcChain } from "./chain/chain.js";
import { Channels } from "./chain/channels.js";
import { rpcProvider } from "./chain/provider.js";
import { Registrar } from "./chain/registration.js";
import { Sender } from "./chain/sender.js";
import { Watcher } from "./chain/watcher.js";
import { Answerer } from "./challenges/answerer.js";
import type { WorkerConfig } from "./config.js";
import { CLOSE_GATE, GATE } from "./config.js";
import { Enclave } from "./enclave/enclave.js";
import { KeyStore } from "./enclave/keys.js";
import type { EnclaveProvider } from "./enclave/provider.js";
import type { Logger } from "./log.js";
import { createMetrics, type Metrics } from "./metrics.js";
import { FileKeys } from "./model/file-keys.js";
import { loadVersion } from "./model/load.js";
import { ServedVersions } from "./model/served.js";
import { type ProofParts, proofParts } from "./proofs/parts.js";
import { CloseService } from "./service/close.js";
import { Gate } from "./service/gate.js";
import { InferenceService } from "./service/inference.js";
import { Offers } from "./service/offers.js";
import { Serving } from "./service/serving.js";
import { BooksKeeper } from "./settlement/books-keeper.js";
import { Collector } from "./settlement/collector.js";
import { Follower } from "./settlement/follower.js";
import { Settlement } from "./settlement/index.js";
import { Settler } from "./settlement/settler.js";
import type { Store } from "./store/index.js";
import { Handover } from "./watchtower/handover.js";
import { openTowerStore } from "./watchtower/store.js";
import type { X402 } from "./x402/index.js";
import { x402Parts } from "./x402/parts.js";

/** A worker's parts, wired together; nothing of it runs yet. */
export interface Parts {
  readonly provider: JsonRpcProvider;
  readonly chain: RpcChain;
  readonly registrar: Registrar;
  readonly watcher: Watcher;
  readonly enclave: Enclave;
  readonly versions: ServedVersions;
  readonly fileKeys: FileKeys;
  readonly channels: Channels;
  readonly inference: InferenceService;
  readonly closes: CloseService;
  readonly offers: Offers;
  readonly x402: X402;
  readonly metrics: Metrics;
  readonly proofs: ProofParts;
  readonly follower: Follower;
  readonly handover: Handover | undefined;
  settlement(maxBatchAge: bigint): Settlement;
}

/** What changes outside of the parts as the chain goes on. */
export type OnView = ConstructorParameters<typeof Watcher>[1]["onView"];

export async function assemble(
  config: WorkerConfig,
  operatorKey: string,
  enclaveProvider: EnclaveProvider,
  store: Store,
  onView: OnView,
  log: Logger,
): Promise<Parts> {
  const { addresses, lineId, price } = config;
  const { chainId, inferenceEscrow: escrow } = addresses;
  const provider = rpcProvider(config.rpc, chainId);
  const operator = new Sender(provider, chainId, operatorKey, (work) => store.exclusive(work));
  const node = operator.address;
  const domain = escrowDomain(chainId, escrow);
  const chain = new RpcChain(provider, addresses, node, lineId);
  const enclave = await Enclave.open(enclaveProvider, new KeyStore(store.keys, enclaveProvider), {
    chainId,
    escrow,
    node,
  });
  const fileKeys = new FileKeys(config.store, enclave, { chainId, nodeRegistry: addresses.nodeRegistry, lineId });
  const versions = new ServedVersions((active) => loadVersion(chain, config.store, lineId, active, fileKeys), log);
  const channels = new Channels(chain, config.confirmations);
  const watcher = new Watcher(
    chain,
    {
      lineId,
      poll: config.pollMs,
      confirmations: config.confirmations,
      maxViewAge: config.maxViewAgeMs,
      keys: () => enclave.keys.map(({ receiptKey }) => receiptKey),
      versions: () => versions.hashes,
      onView,
    },
    log,
  );
  const metrics = createMetrics({
    totals: () => store.debts.totals(),
    viewAge: () => watcher.age / 1000,
    version: () => versions.current?.version ?? -1,
  });
  const gate = new Gate(GATE);
  const proofs = proofParts(config, { chain, store, enclave, versions, fileKeys, sender: operator }, log);
  const { provability } = proofs;
  const serving = new Serving({ enclave, versions, watcher, provability, lineId });
  const offers = new Offers({ enclave, versions, watcher, provability, addresses, node, price });
  const inference = new InferenceService({
    store,
    enclave,
    versions,
    channels,
    serving,
    gate,
    metrics,
    chainId,
    escrow,
    node,
    price,
  });
  const work = { offers, inference, serving, enclave, versions, gate, metrics, provider, sender: operator, store };
  const keeper = new BooksKeeper(store, chain, log);
  const follower = new Follower(store, operator, keeper, config.settlement.patience, metrics, log);
  const handover =
    config.tower === undefined
      ? undefined
      : new Handover({
          tower: openTowerStore(config.tower.directory, domain),
          delay: config.tower.delay,
          store,
          channels,
          domain,
          node,
          log,
        });
  return {
    provider,
    chain,
    registrar: new Registrar(provider, chain, operator, enclave, addresses, log),
    watcher,
    enclave,
    versions,
    fileKeys,
    channels,
    inference,
    x402: x402Parts(config, work, log),
    closes: new CloseService({
      store,
      enclave,
      chain,
      channels,
      watcher,
      gate: new Gate(CLOSE_GATE),
      log,
      node,
      lineId,
    }),
    offers,
    metrics,
    proofs,
    follower,
    handover,
    settlement(maxBatchAge) {
      const signer = new VoidSigner(node, provider);
      const freehold = createFreehold({ signer, chainId, deployment: addresses.deployment });
      const answerer = new Answerer({
        freehold,
        domain,
        lineId,
        store,
        chain,
        sender: operator,
        keeper,
        metrics,
        log,
        patience: config.settlement.patience,
      });
      const settler = new Settler({
        store,
        chain,
        provider,
        sender: operator,
        enclave,
        channels,
        keeper,
        handover,
        metrics,
        log,
        escrow,
        policy: config.settlement,
        maxBatchAge,
      });
      const { collectValue } = config;
      const collector =
        collectValue === undefined
          ? undefined
          : new Collector(provider, chain, operator, { escrow, lineId }, collectValue, log);
      const lead = () => store.lead();
      const shown = proofs.answerer(freehold, metrics);
      return new Settlement({ lead, follower, answerer, proofs: shown, settler, collector, log });
    },
  };
}
