import type { Call } from "@freehold/sdk/watchtower";
import type { ChainView } from "../chain/view.js";

/** A transaction that a demand needs now. */
export interface Step {
  /** Unique, and the same after a restart. */
  readonly id: string;
  /** For logs. */
  readonly name: "proveReceipt" | "openAudit" | "drawAudit" | "proveDraw" | "link";
  readonly call: Call;
}

/** How a demand stands. */
export interface Outlook {
  /** How it ended, in a block that stays. */
  readonly over?: "proven" | "failed" | "ended" | "linked";
  /** What somebody should look at. */
  readonly problem?: string;
  readonly steps?: readonly Step[];
}

/** A demand of proofs, followed until it is over. */
export interface Demand {
  /** The arbiter's name of what is asked for, or the sum's. */
  readonly id: string;
  /** Block of its newest event; undefined: no event asks for it. */
  readonly block: number | undefined;
  /** For logs. */
  readonly subject: Readonly<Record<string, string>>;
  /** Throws what the chain answers, and why a proof cannot be made. */
  look(view: ChainView): Promise<Outlook>;
  /** A step that the arbiter would refuse, and the name of the refusal. Returns whether it is no matter. */
  refused(step: Step, name: string | undefined): boolean;
}
