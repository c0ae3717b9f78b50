import { recoverVoucher } from "../../eip712/structs.js";
import type { JobRecord, VoucherJob } from "../jobs.js";
import { callOf, channelKeyOf, done, failed, type Next, type TowerSituation } from "../situation.js";
import { knownChannel, signerOf } from "./common.js";

/** What an answer depends on. */
export type VoucherSituation = Pick<TowerSituation, "freehold" | "domain" | "now" | "records">;

/**
 * Answers challenges of a channel with its voucher. It never ends by itself: a channel can be challenged again, even when it is closed.
 */
export async function voucherStep(record: JobRecord, job: VoucherJob, s: VoucherSituation): Promise<Next> {
  const { voucher, signature } = job;
  const { cumulative, ...id } = voucher;
  if (isSuperseded(record, job, s)) return done("superseded");
  const channel = await knownChannel(s.freehold, id);
  if (channel === undefined) return { do: "wait", problem: "its channel does not exist" };
  if (signer(job, s) !== channel.signer.toLowerCase()) return failed("bad-signature");
  if (!channel.optimistic) return done("not-needed");

  const { arbiter } = s.freehold;
  const { answerBy, asserted, debited } = await arbiter.challengeOf(id);
  if (answerBy === 0n || s.now > answerBy) return { do: "wait" };
  if (cumulative <= asserted) {
    return { do: "wait", problem: `a challenge asks for ${debited} units, the voucher is over ${cumulative}` };
  }
  return {
    do: "send",
    step: "answer",
    call: callOf(arbiter.answer, { ...id, cumulative, signature }),
    deadline: answerBy,
  };
}

/** Whether a higher voucher of the channel's signer is there. */
function isSuperseded(record: JobRecord, job: VoucherJob, s: VoucherSituation): boolean {
  return s.records.some(({ id, job: other }) => {
    const isOther = id !== record.id && other.kind === "voucher";
    if (!isOther || channelKeyOf(other.voucher) !== channelKeyOf(job.voucher)) return false;
    return other.voucher.cumulative > job.voucher.cumulative && signer(other, s) === signer(job, s);
  });
}

function signer({ voucher, signature }: VoucherJob, s: VoucherSituation): string | undefined {
  return signerOf(() => recoverVoucher(s.domain, voucher, signature));
}
