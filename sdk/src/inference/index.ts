export type { CloseParameters } from "./close.js";
export { decodeState, encodeState } from "./codec.js";
export type { DepositPolicy, DepositProposal, OpenChannelOptions } from "./deposit/policy.js";
export { InferenceError, type InferenceErrorCode } from "./errors.js";
export type { Carrier, InferenceResult } from "./exchange.js";
export type { OfferTerms, OfferWatch } from "./offer-watch.js";
export type { ConnectParameters, RequestParameters, VoucherSigner } from "./parameters.js";
export type { Prepaid } from "./prepaid.js";
export { type Evidence, type Lie, recovered } from "./recovered.js";
export { InferenceSession } from "./session.js";
export type {
  BudgetState,
  ChannelState,
  Doubt,
  Gap,
  OpenedChannel,
  PendingDeposit,
  Ticket,
} from "./state.js";
export {
  budgetKey,
  type ChannelStore,
  channelKey,
  memoryStore,
  type Revision,
  type Stored,
  StoreError,
  type StoreState,
} from "./store.js";
