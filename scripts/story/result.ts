/** What `npm start -- --json FILE` writes; amounts in units of the escrow. */
export interface StoryResult {
  accuracy: { ownedDay1: number; ownedDay30: number; pooledDay1: number; pooledDay30: number };
  roots: { day1: string; day30: string };
  payments: { completed: number; price: number; paid: number };
  attacks: Attack[];
  proofs: ProofTime[];
  caught: Caught[];
  /** Gas of whole transactions, by step. */
  gas: Record<string, number>;
  seconds: number;
}

/** An attack that the story tries for real, and what stopped it. */
export interface Attack {
  name: string;
  refused: boolean;
  /** Error of the contract or the sum that was not paid. */
  by: string;
}

/** A proof, and what it took on this machine and on the chain. */
export interface ProofTime {
  what: string;
  seconds: number;
  /** Of the transaction that shows it. */
  gas: number;
}

/** A node that answered from another version than its receipts say. */
export interface Caught {
  node: string;
  how: string;
  /** What refused the only proof that it could make. */
  refusal: string;
  /** Given back, and to whom. */
  refund: string;
  toWhom: string;
  /** Taken from its stake. */
  slashed: string;
}

/** What the report shows besides the result. */
export interface StoryDetails {
  chain: string;
  dataset: string;
  rows: number;
  measuredOn: number;
  /** Accuracy of the pooled host's model on the analyst's test rows, by day. */
  pooled: { day: number; accuracy: number }[];
  /** Accuracy of the answers that the node served, by day on which all test rows were asked. */
  owned: { day: number; accuracy: number }[];
  /** Units metered and units paid, by day. */
  money: { day: number; metered: number; paid: number }[];
  otherDeltas: number;
  addresses: Record<string, string>;
}
