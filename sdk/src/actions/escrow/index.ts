import { allowance } from "./allowance.js";
import { approve } from "./approve.js";
import { batchDigest } from "./batch-digest.js";
import { channelCount } from "./channel-count.js";
import { channelOf } from "./channel-of.js";
import { channels } from "./channels.js";
import { collect } from "./collect.js";
import { depositsPaused } from "./deposits-paused.js";
import { earned } from "./earned.js";
import { eip712Domain } from "./eip712-domain.js";
import { liabilities } from "./liabilities.js";
import { open } from "./open.js";
import { owed } from "./owed.js";
import { parameters } from "./parameters.js";
import { release } from "./release.js";
import { requestClose } from "./request-close.js";
import { setDepositsPaused } from "./set-deposits-paused.js";
import { settle } from "./settle.js";
import { signSettlement } from "./sign-settlement.js";
import { signVoucher } from "./sign-voucher.js";
import { tokenBalance } from "./token-balance.js";
import { topUp } from "./top-up.js";
import { voucherDigest } from "./voucher-digest.js";
import { withdraw } from "./withdraw.js";
import { withdrawChannel } from "./withdraw-channel.js";

/** InferenceEscrow: channels and settlement. */
export const escrowActions = {
  allowance,
  approve,
  batchDigest,
  channelCount,
  channelOf,
  channels,
  collect,
  depositsPaused,
  earned,
  eip712Domain,
  liabilities,
  open,
  owed,
  parameters,
  release,
  requestClose,
  setDepositsPaused,
  settle,
  signSettlement,
  signVoucher,
  tokenBalance,
  topUp,
  voucherDigest,
  withdraw,
  withdrawChannel,
};
