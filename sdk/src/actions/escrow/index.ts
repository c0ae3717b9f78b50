import { allowance } from "./allowance.js";
import { approve } from "./approve.js";
import { assign } from "./assign.js";
import { batchDigest } from "./batch-digest.js";
import { channelCount } from "./channel-count.js";
import { channelOf } from "./channel-of.js";
import { channels } from "./channels.js";
import { closeNow } from "./close-now.js";
import { collect } from "./collect.js";
import { depositsPaused } from "./deposits-paused.js";
import { earningsOf } from "./earnings-of.js";
import { eip712Domain } from "./eip712-domain.js";
import { endChannel } from "./end-channel.js";
import { isSkipped } from "./is-skipped.js";
import { open } from "./open.js";
import { openFor } from "./open-for.js";
import { openWithAuthorization } from "./open-with-authorization.js";
import { openWithPermit } from "./open-with-permit.js";
import { openingHash } from "./opening-hash.js";
import { owed } from "./owed.js";
import { parameters } from "./parameters.js";
import { release } from "./release.js";
import { requestClose } from "./request-close.js";
import { requestCloseFor } from "./request-close-for.js";
import { restore } from "./restore.js";
import { rollOver } from "./roll-over.js";
import { seize } from "./seize.js";
import { setDepositsPaused } from "./set-deposits-paused.js";
import { setLeastDeposit } from "./set-least-deposit.js";
import { setStakeShare } from "./set-stake-share.js";
import { settle } from "./settle.js";
import { settleAndCollect } from "./settle-and-collect.js";
import { signCloseRequest } from "./sign-close-request.js";
import { signOpen } from "./sign-open.js";
import { signOpenAuthorization } from "./sign-open-authorization.js";
import { signSettlement } from "./sign-settlement.js";
import { signTopUpAuthorization } from "./sign-top-up-authorization.js";
import { signVoucher } from "./sign-voucher.js";
import { skipBatch } from "./skip-batch.js";
import { tokenBalance } from "./token-balance.js";
import { topUp } from "./top-up.js";
import { topUpHash } from "./top-up-hash.js";
import { topUpWithAuthorization } from "./top-up-with-authorization.js";
import { topUpWithPermit } from "./top-up-with-permit.js";
import { voucherDigest } from "./voucher-digest.js";
import { withdraw } from "./withdraw.js";
import { withdrawChannel } from "./withdraw-channel.js";

/** InferenceEscrow: channels and settlement. */
export const escrowActions = {
  allowance,
  approve,
  assign,
  batchDigest,
  channelCount,
  channelOf,
  channels,
  closeNow,
  collect,
  depositsPaused,
  earningsOf,
  eip712Domain,
  endChannel,
  isSkipped,
  open,
  openFor,
  openWithAuthorization,
  openWithPermit,
  openingHash,
  owed,
  parameters,
  release,
  requestClose,
  requestCloseFor,
  restore,
  rollOver,
  seize,
  setDepositsPaused,
  setLeastDeposit,
  setStakeShare,
  settle,
  settleAndCollect,
  signCloseRequest,
  signOpen,
  signOpenAuthorization,
  signSettlement,
  signTopUpAuthorization,
  signVoucher,
  skipBatch,
  tokenBalance,
  topUp,
  topUpHash,
  topUpWithAuthorization,
  topUpWithPermit,
  voucherDigest,
  withdraw,
  withdrawChannel,
};
