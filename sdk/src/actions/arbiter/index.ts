import { answer } from "./answer.js";
import { approveBond } from "./approve-bond.js";
import { bondsOf } from "./bonds-of.js";
import { challenge } from "./challenge.js";
import { challengeFor } from "./challenge-for.js";
import { challengeOf } from "./challenge-of.js";
import { isConvicted } from "./is-convicted.js";
import { isEscrow } from "./is-escrow.js";
import { parameters } from "./parameters.js";
import { proveBackwardMeter } from "./prove-backward-meter.js";
import { proveDoubleBatch } from "./prove-double-batch.js";
import { proveDoubleReceipt } from "./prove-double-receipt.js";
import { proveLateReceipt } from "./prove-late-receipt.js";
import { proveStaleReceipt } from "./prove-stale-receipt.js";
import { signChallenge } from "./sign-challenge.js";
import { uphold } from "./uphold.js";
import { withdrawBonds } from "./withdraw-bonds.js";

/** InferenceArbiter: fraud proofs, and the challenges of lane O. */
export const arbiterActions = {
  answer,
  approveBond,
  bondsOf,
  challenge,
  challengeFor,
  challengeOf,
  isConvicted,
  isEscrow,
  parameters,
  proveBackwardMeter,
  proveDoubleBatch,
  proveDoubleReceipt,
  proveLateReceipt,
  proveStaleReceipt,
  signChallenge,
  uphold,
  withdrawBonds,
};
