import { answer } from "./answer.js";
import { approveBond } from "./approve-bond.js";
import { auditOf } from "./audit-of.js";
import { bondsOf } from "./bonds-of.js";
import { challenge } from "./challenge.js";
import { challengeFor } from "./challenge-for.js";
import { challengeOf } from "./challenge-of.js";
import { challengeReceipt } from "./challenge-receipt.js";
import { demandAudit } from "./demand-audit.js";
import { drawAudit } from "./draw-audit.js";
import { drawnIndex } from "./drawn-index.js";
import { failAudit } from "./fail-audit.js";
import { inferenceContextOf } from "./inference-context-of.js";
import { isConvicted } from "./is-convicted.js";
import { isEscrow } from "./is-escrow.js";
import { openAudit } from "./open-audit.js";
import { parameters } from "./parameters.js";
import { proofChallengeOf } from "./proof-challenge-of.js";
import { proveBackwardMeter } from "./prove-backward-meter.js";
import { proveDoubleBatch } from "./prove-double-batch.js";
import { proveDoubleReceipt } from "./prove-double-receipt.js";
import { proveDraw } from "./prove-draw.js";
import { proveLateReceipt } from "./prove-late-receipt.js";
import { proveReceipt } from "./prove-receipt.js";
import { proveStaleReceipt } from "./prove-stale-receipt.js";
import { refuteReceipt } from "./refute-receipt.js";
import { signChallenge } from "./sign-challenge.js";
import { uphold } from "./uphold.js";
import { withdrawBonds } from "./withdraw-bonds.js";

/** InferenceArbiter: fraud proofs, the challenges of lane O, and zero-knowledge proofs of receipts. */
export const arbiterActions = {
  answer,
  approveBond,
  auditOf,
  bondsOf,
  challenge,
  challengeFor,
  challengeOf,
  challengeReceipt,
  demandAudit,
  drawAudit,
  drawnIndex,
  failAudit,
  inferenceContextOf,
  isConvicted,
  isEscrow,
  openAudit,
  parameters,
  proofChallengeOf,
  proveBackwardMeter,
  proveDoubleBatch,
  proveDoubleReceipt,
  proveDraw,
  proveLateReceipt,
  proveReceipt,
  proveStaleReceipt,
  refuteReceipt,
  signChallenge,
  uphold,
  withdrawBonds,
};
