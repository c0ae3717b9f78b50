import type { Answers } from "./answers.js";
import type { Books } from "./books.js";
import type { Debts } from "./debts.js";
import type { Payments } from "./payments.js";
import type { ProofSteps } from "./proofs.js";
import type { SealedKeys } from "./sealed-keys.js";
import type { Settlements } from "./settlements.js";
import type { Sums } from "./sums.js";
import type { Witnesses } from "./witnesses.js";

/** Everything durable of a node; its replicas share all of it but their enclaves' keys. */
export interface Store {
  readonly books: Books;
  readonly debts: Debts;
  readonly settlements: Settlements;
  readonly payments: Payments;
  readonly answers: Answers;
  readonly witnesses: Witnesses;
  readonly proofs: ProofSteps;
  readonly sums: Sums;
  /** Of this replica. */
  readonly keys: SealedKeys;
  /** One replica settles at a time: takes that part, or makes sure that this one has it still. False: another has it. */
  lead(): Promise<boolean>;
  /** Runs `work` while no other replica takes a nonce of the operator. */
  exclusive<T>(work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export type { Answers, EventKind, StoredAnswer } from "./answers.js";
export type { Books, ChannelBooks, StoredResponse } from "./books.js";
export type { Completion, StoredReceipt, StoredVoucher } from "./completion.js";
export { MAX_AMOUNT } from "./database.js";
export type { Debts, Totals } from "./debts.js";
export type { StoreIdentity } from "./identity.js";
export { openStore, type ReadableStore, readStore, type StoreLocation } from "./open.js";
export type { PaymentName, Payments, StoredPayment } from "./payments.js";
export type { ProofSteps, StoredProof, StoredStep } from "./proofs.js";
export type { SealedKey, SealedKeys } from "./sealed-keys.js";
export type { Claim, SettlementPlan, SettlementStatus, Settlements, StoredSettlement } from "./settlements.js";
export type { SumName, Sums } from "./sums.js";
export type { NewWitness, StoredWitness, Witnesses } from "./witnesses.js";
