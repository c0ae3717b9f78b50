import { MaxUint256, toBeHex } from "ethers";
import { recoverChallenge } from "../../eip712/instructions.js";
import type { Channel, ChannelId } from "../../types.js";
import { readLogs } from "../events.js";
import { CHALLENGE, type ChallengeJob, type JobRecord, type JobTransaction, minedOf } from "../jobs.js";
import { callOf, channelKeyOf, done, failed, type Next, type TowerSituation } from "../situation.js";
import { knownChannel, signerOf } from "./common.js";

/**
 * Watches a payer's channel. When more is taken from it than he says that he signed: challenges with the tower's bond, upholds when nobody
 * answered in time, and collects the bond.
 */
export async function challengeStep(record: JobRecord, job: ChallengeJob, s: TowerSituation): Promise<Next> {
  const { asserted, deadline, ...id } = job.word;
  const ours = minedOf(record, CHALLENGE);
  if (ours === undefined && isSuperseded(record, job, s)) return done("superseded");
  const channel = await knownChannel(s.freehold, id);
  if (channel === undefined) return waitTo(deadline, s, "its channel does not exist");
  if (signer(job, s) !== channel.signer.toLowerCase()) return failed("bad-signature");
  if (!channel.optimistic) return done("not-needed");

  const { arbiter } = s.freehold;
  const { answerBy } = await arbiter.challengeOf(id);
  if (answerBy !== 0n) {
    // Whoever challenged: the payer gets his money.
    if (s.now <= answerBy) return { do: "wait", until: answerBy + 1n };
    return { do: "send", step: "uphold", call: callOf(arbiter.uphold, id), deadline: s.now + s.policy.margin };
  }
  if (ours !== undefined) return afterChallenge(ours, id, s);
  if (channel.paid <= asserted) return channel.closed ? done("not-needed") : waitTo(deadline, s);
  if (s.now > deadline) return failed("expired");
  return challenge(record, job, channel, s);
}

async function challenge(record: JobRecord, job: ChallengeJob, channel: Channel, s: TowerSituation): Promise<Next> {
  const { word, signature } = job;
  const seenAt = record.seenAt ?? s.now;
  const at = earliest(seenAt + earliest(s.policy.challengeDelay, s.vestPeriod / 4n), word.deadline - s.policy.margin);
  if (s.now < at) {
    const problem = `${channel.paid} units were taken, ${word.asserted} are signed for`;
    return { do: "wait", until: at, seenAt, problem };
  }
  const deadline = seenAt + s.vestPeriod;
  if ((await allowance(s)) < s.bond) return { do: "send", step: "approve", call: approval(s), deadline, shared: true };
  const call = callOf(s.freehold.arbiter.challengeFor, { ...word, signature });
  return { do: "send", step: CHALLENGE, call, deadline };
}

/** The tower's challenge is over: how it ended is in the log. */
async function afterChallenge(ours: JobTransaction, id: ChannelId, s: TowerSituation): Promise<Next> {
  const { arbiter } = s.freehold;
  const contract = s.freehold.contract("InferenceArbiter");
  const [upheld, answered] = [contract.getEvent("ChallengeUpheld"), contract.getEvent("ChallengeAnswered")].map(
    (event) => event.fragment.topicHash,
  ) as [string, string];
  const address = await contract.getAddress();
  const topics = [[upheld, answered], toBeHex(id.node, 32), id.lineId, toBeHex(id.channel, 32)];
  const logs = await readLogs(s.provider, { address, topics }, ours.block ?? s.block, s.block);
  const ends = logs.map((log) => contract.interface.parseLog(log));
  if (ends.some((event) => event?.name === "ChallengeAnswered" && event.args.complete === true)) {
    return failed("answered");
  }
  if (!ends.some((event) => event?.name === "ChallengeUpheld")) {
    return { do: "wait", until: s.now, problem: "the end of its challenge is not in the log" };
  }
  if ((await arbiter.bondsOf({ account: s.account })) === 0n) return done("upheld");
  const call = callOf(arbiter.withdrawBonds, { to: s.account });
  return { do: "send", step: "withdraw", call, deadline: s.now + 1_000n * s.policy.margin, shared: true };
}

/** Whether a newer word of the channel's signer is there: the highest amount, then the latest deadline. */
function isSuperseded(record: JobRecord, job: ChallengeJob, s: TowerSituation): boolean {
  return s.records.some(({ id, job: other }) => {
    const isOther = id !== record.id && other.kind === "challenge";
    if (!isOther || channelKeyOf(other.word) !== channelKeyOf(job.word)) return false;
    const { asserted, deadline } = other.word;
    const isNewer = asserted > job.word.asserted || (asserted === job.word.asserted && deadline > job.word.deadline);
    return isNewer && signer(other, s) === signer(job, s);
  });
}

function signer({ word, signature }: ChallengeJob, s: TowerSituation): string | undefined {
  return signerOf(() => recoverChallenge(s.domain, word, signature));
}

async function allowance(s: TowerSituation): Promise<bigint> {
  const { token, arbiter } = contracts(s);
  return token.allowance(s.account, await arbiter.getAddress());
}

/** Without a limit: the arbiter takes one bond of whoever calls it to challenge, and has no other way to. */
function approval(s: TowerSituation) {
  const { token, arbiter } = contracts(s);
  const populate = async () => token.approve.populateTransaction(await arbiter.getAddress(), MaxUint256);
  return {
    async prepare() {
      const { to, data } = await populate();
      return { to: to as `0x${string}`, data: data as `0x${string}`, value: 0n };
    },
    estimateGas: async () => s.provider.estimateGas({ ...(await populate()), from: s.account }),
  };
}

function contracts({ freehold }: TowerSituation) {
  return { token: freehold.contract("Token"), arbiter: freehold.contract("InferenceArbiter") };
}

function waitTo(deadline: bigint, s: TowerSituation, problem?: string): Next {
  if (s.now > deadline) return done("expired");
  return { do: "wait", until: deadline + 1n, ...(problem === undefined ? {} : { problem }) };
}

function earliest(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
