import { activate } from "./activate.js";
import { append } from "./append.js";
import { appendFor } from "./append-for.js";
import { eip712Domain } from "./eip712-domain.js";
import { isLocked } from "./is-locked.js";
import { lineCountOf } from "./line-count-of.js";
import { lineCountOn } from "./line-count-on.js";
import { lineIdOf } from "./line-id-of.js";
import { lineOf } from "./line-of.js";
import { linesOf } from "./lines-of.js";
import { linesOn } from "./lines-on.js";
import { lockLine } from "./lock-line.js";
import { lockOf } from "./lock-of.js";
import { openLine } from "./open-line.js";
import { parameters } from "./parameters.js";
import { payableUntil } from "./payable-until.js";
import { releaseKey } from "./release-key.js";
import { requestUnlockLine } from "./request-unlock-line.js";
import { requireControl } from "./require-control.js";
import { rollback } from "./rollback.js";
import { setGrace } from "./set-grace.js";
import { signAppend } from "./sign-append.js";
import { unlockLine } from "./unlock-line.js";
import { versionOf } from "./version-of.js";
import { versions } from "./versions.js";
import { vetoUnlockLine } from "./veto-unlock-line.js";

/** DeltaLedger: lines and versions. */
export const deltasActions = {
  activate,
  append,
  appendFor,
  eip712Domain,
  isLocked,
  lineCountOf,
  lineCountOn,
  lineIdOf,
  lineOf,
  linesOf,
  linesOn,
  lockLine,
  lockOf,
  openLine,
  parameters,
  payableUntil,
  releaseKey,
  requestUnlockLine,
  requireControl,
  rollback,
  setGrace,
  signAppend,
  unlockLine,
  versionOf,
  versions,
  vetoUnlockLine,
};
