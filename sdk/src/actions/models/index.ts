import { anchorOf } from "./anchor-of.js";
import { approve } from "./approve.js";
import { balanceOf } from "./balance-of.js";
import { baseVersionHash } from "./base-version-hash.js";
import { commit } from "./commit.js";
import { commitmentOf } from "./commitment-of.js";
import { deploy } from "./deploy.js";
import { getApproved } from "./get-approved.js";
import { grantLicence } from "./grant-licence.js";
import { isAccountLocked } from "./is-account-locked.js";
import { isApprovedForAll } from "./is-approved-for-all.js";
import { licenceExpiry } from "./licence-expiry.js";
import { lockAccount } from "./lock-account.js";
import { lockModel } from "./lock-model.js";
import { lockOf } from "./lock-of.js";
import { locked } from "./locked.js";
import { mayFineTune } from "./may-fine-tune.js";
import { ownerOf } from "./owner-of.js";
import { parameters } from "./parameters.js";
import { requestUnlockAccount } from "./request-unlock-account.js";
import { requestUnlockModel } from "./request-unlock-model.js";
import { requireFineTune } from "./require-fine-tune.js";
import { royaltyInfo } from "./royalty-info.js";
import { safeTransferFrom } from "./safe-transfer-from.js";
import { setApprovalForAll } from "./set-approval-for-all.js";
import { setTerms } from "./set-terms.js";
import { setTokenURI } from "./set-token-uri.js";
import { supportsInterface } from "./supports-interface.js";
import { termsOf } from "./terms-of.js";
import { tokenURI } from "./token-uri.js";
import { transferFrom } from "./transfer-from.js";
import { unlockAccount } from "./unlock-account.js";
import { unlockModel } from "./unlock-model.js";
import { vetoUnlockAccount } from "./veto-unlock-account.js";
import { vetoUnlockModel } from "./veto-unlock-model.js";

/** ModelRegistry: models, their owners, terms and locks. */
export const modelsActions = {
  anchorOf,
  approve,
  balanceOf,
  baseVersionHash,
  commit,
  commitmentOf,
  deploy,
  getApproved,
  grantLicence,
  isAccountLocked,
  isApprovedForAll,
  licenceExpiry,
  lockAccount,
  lockModel,
  lockOf,
  locked,
  mayFineTune,
  ownerOf,
  parameters,
  requestUnlockAccount,
  requestUnlockModel,
  requireFineTune,
  royaltyInfo,
  safeTransferFrom,
  setApprovalForAll,
  setTerms,
  setTokenURI,
  supportsInterface,
  termsOf,
  tokenURI,
  transferFrom,
  unlockAccount,
  unlockModel,
  vetoUnlockAccount,
  vetoUnlockModel,
};
