import {
  createFreehold,
  DeltaFormat,
  escrowDomain,
  type Freehold,
  HEADER_BYTES,
  type Hex,
  Lane,
  lineIdOf,
  NO_COMMITMENTS,
  packOptimisticRows,
  packVoucherRows,
  ROW_BYTES,
  signVoucher,
  TcbStatus,
} from "@freehold/sdk";
import { developmentProvider } from "@freehold/worker";
import { id, parseEther, Wallet } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";
import { deploy, readParameters } from "../scripts/lib/deployment.ts";

/** Users of each lane, inferences of each between two settlements, and units of one. */
const USERS = 100;
const INFERENCES = 100;
const UNITS = 10_000n;
const DEPOSIT = 50_000_000n;
const DAY = 86_400n;

/** What the parts of a measurement share. */
interface World {
  readonly connection: NetworkConnection;
  readonly operator: Freehold;
  readonly node: string;
  readonly lineId: Hex;
  readonly versionHash: Hex;
  readonly enclave: Wallet;
  /** By channel; lane V has the first `USERS`. */
  readonly payers: readonly { readonly freehold: Freehold; readonly wallet: Wallet }[];
  readonly cumulative: Map<bigint, bigint>;
}

/**
 * Gas of whole transactions of the payments, by the ids of the goals: distinct users who approved exactly what they deposit,
 * in steady state (every slot was written before).
 * @param connection a fresh simulated network
 */
export async function measurePayments(connection: NetworkConnection): Promise<Record<string, number>> {
  const { world, open } = await prepare(connection);
  const gas: Record<string, number> = { "escrow.open": open, ...(await measureDeposits(world)) };
  for (const lane of [Lane.Voucher, Lane.Optimistic]) await settle(world, lane, channels(lane, USERS));
  const v = await measureLane(world, Lane.Voucher, "settle.v");
  const o = await measureLane(world, Lane.Optimistic, "settle.o");
  return { ...gas, ...v, ...o, "escrow.challengeAnswer": await measureAnswer(world) };
}

async function measureLane(world: World, lane: Lane, name: string): Promise<Record<string, number>> {
  const few = await settle(world, lane, channels(lane, 4));
  const all = await settle(world, lane, channels(lane, USERS));
  const one = await settle(world, lane, channels(lane, 1));
  const apart = await settle(world, lane, channels(lane, USERS, 4));
  return {
    [`${name}.dense.perUser`]: (all - few) / (USERS - 4),
    [`${name}.sparse.perUser`]: (apart - one) / (USERS / 4 - 1),
    [`${name}.${USERS}users`]: all,
    [`${name}.perInference`]: all / (USERS * INFERENCES),
    [`${name}.calldataPerUser`]: ROW_BYTES[lane] + HEADER_BYTES / 4,
  };
}

/** Channels of a lane, every `step`th of its first `count`. */
function channels(lane: Lane, count: number, step = 1): bigint[] {
  const first = lane === Lane.Voucher ? 0 : USERS;
  return Array.from({ length: Math.ceil(count / step) }, (_, i) => BigInt(first + i * step));
}

/** Gas of one settlement; lane V pays out in the same transaction. */
async function settle(world: World, lane: Lane, asked: readonly bigint[]): Promise<number> {
  const { operator, node, lineId, versionHash, enclave } = world;
  const { nextNonce: nonce } = await operator.escrow.earningsOf({ node, lineId });
  const rows =
    lane === Lane.Voucher
      ? await vouchers(world, asked)
      : packOptimisticRows(asked.map((channel) => ({ channel, amount: UNITS })));
  const batch = { node, lineId, versionHash, lane, nonce, lastAt: await chainTime(world.connection) };
  const signed = await operator.escrow.signSettlement({ batch, rows, enclave });
  const { escrow } = operator;
  const sent = lane === Lane.Voucher ? await escrow.settleAndCollect(signed) : await escrow.settle(signed);
  const { receipt, total } = await sent.wait();
  if (total !== UNITS * BigInt(asked.length)) throw new Error(`the settlement paid ${total}`);
  return Number(receipt.gasUsed);
}

async function vouchers({ operator, node, lineId, payers, cumulative }: World, asked: readonly bigint[]): Promise<Hex> {
  const domain = escrowDomain(operator.chainId, addressOf(operator, "InferenceEscrow"));
  const rows = [];
  for (const channel of asked) {
    const payer = payers[Number(channel)];
    if (payer === undefined) throw new Error(`no payer of channel ${channel}`);
    const signed = (cumulative.get(channel) ?? 0n) + UNITS;
    cumulative.set(channel, signed);
    const voucher = { node, channel, lineId, cumulative: signed };
    rows.push({ channel, signed, metered: signed, signature: await signVoucher(payer.wallet, domain, voucher) });
  }
  return packVoucherRows(rows);
}

async function measureDeposits({ connection, payers, node, lineId }: World): Promise<Record<string, number>> {
  const [first, second] = payers;
  if (first === undefined || second === undefined) throw new Error("no payers");
  const amount = 1_000_000n;
  await (await first.freehold.escrow.approve({ amount })).wait();
  const topUp = await (await first.freehold.escrow.topUp({ node, lineId, channel: 0n, amount })).wait();
  const deadline = (await chainTime(connection)) + DAY;
  const permit = () => second.freehold.escrow.openWithPermit({ node, lineId, amount, deadline });
  const firstEver = await (await permit()).wait();
  const next = await (await permit()).wait();
  return {
    "escrow.topUp": Number(topUp.receipt.gasUsed),
    "escrow.open.permit": Number(next.receipt.gasUsed),
    // The token's nonce of the payer takes a new slot.
    "escrow.open.firstPermit": Number(firstEver.receipt.gasUsed),
  };
}

/** A complete answer to a challenge. */
async function measureAnswer({ operator, payers, node, lineId }: World): Promise<number> {
  const answers: number[] = [];
  // The second: the node has had a bond before.
  for (const channel of [BigInt(USERS), BigInt(USERS + 1)]) {
    const payer = payers[Number(channel)];
    if (payer === undefined) throw new Error(`no payer of channel ${channel}`);
    await (await payer.freehold.arbiter.approveBond()).wait();
    await (await payer.freehold.arbiter.challenge({ node, lineId, channel, asserted: 0n })).wait();
    const { paid } = await operator.escrow.channelOf({ node, lineId, channel });
    const { signature } = await payer.freehold.escrow.signVoucher({ node, lineId, channel, cumulative: paid });
    const answer = await operator.arbiter.answer({ node, lineId, channel, cumulative: paid, signature });
    answers.push(Number((await answer.wait()).receipt.gasUsed));
  }
  return answers.at(-1) ?? 0;
}

async function prepare(connection: NetworkConnection): Promise<{ world: World; open: number }> {
  const { ethers, networkHelpers } = connection;
  const deployment = await deploy(connection, {
    network: "local",
    throwaway: true,
    ...(await readParameters("local")),
  });
  const chainId = BigInt(deployment.chainId);
  const [owner, operatorSigner] = await ethers.getSigners();
  if (owner === undefined || operatorSigner === undefined) throw new Error("the network has fewer than two accounts");
  const quant = createFreehold({ signer: owner, chainId, deployment });
  const operator = createFreehold({ signer: operatorSigner, chainId, deployment });
  const node = operatorSigner.address;

  const anchor = {
    weightsRoot: id("base") as Hex,
    byteLength: 9_000n,
    architectureHash: id("architecture") as Hex,
    commitments: NO_COMMITMENTS,
  };
  const { salt } = await quant.models.commit({ anchor });
  await networkHelpers.time.increase(120);
  const { modelId } = await (await quant.models.deploy({ anchor, salt })).wait();
  const delta = {
    weightsRoot: id("delta") as Hex,
    byteLength: 900n,
    format: DeltaFormat.Lora,
    commitments: NO_COMMITMENTS,
  };
  const { version } = await (await quant.deltas.append({ modelId, delta })).wait();
  await (await quant.deltas.activate({ modelId, version })).wait();
  const lineId = lineIdOf(modelId, owner.address);
  const { activeHash: versionHash } = await quant.deltas.lineOf({ lineId });

  const enclave = await registerEnclave({ connection, quant, operator, node, lineId });
  await (await operator.escrow.setStakeShare({ lineId, share: 1 })).wait();
  const token = operator.contract("Token");
  await (await token.mint(node, 1n)).wait();
  const payers: World["payers"][number][] = [];
  let open = 0;
  for (let i = 0; i < 2 * USERS; i++) {
    const wallet = new Wallet(id(`payer ${i}`), ethers.provider);
    await networkHelpers.setBalance(wallet.address, parseEther("1"));
    await (await token.mint(wallet.address, 1_000n * DEPOSIT)).wait();
    const freehold = createFreehold({ signer: wallet, chainId, deployment });
    await (await freehold.escrow.approve({ amount: DEPOSIT })).wait();
    const opened = await (await freehold.escrow.open({ node, lineId, amount: DEPOSIT, optimistic: i >= USERS })).wait();
    if (i === USERS - 1) open = Number(opened.receipt.gasUsed);
    payers.push({ freehold, wallet });
  }
  const world = { connection, operator, node, lineId, versionHash, enclave, payers, cumulative: new Map() };
  return { world, open };
}

async function registerEnclave(parts: {
  connection: NetworkConnection;
  quant: Freehold;
  operator: Freehold;
  node: string;
  lineId: Hex;
}): Promise<Wallet> {
  const { connection, quant, operator, node, lineId } = parts;
  const { minStake } = await operator.nodes.parameters();
  await (await operator.contract("Token").mint(node, minStake)).wait();
  await (await operator.nodes.register({ endpoint: "https://node.example", payout: node })).wait();
  await (await operator.nodes.approveStake({ amount: minStake })).wait();
  await (await operator.nodes.addStake({ amount: minStake })).wait();

  const enclave = new Wallet(id("enclave"));
  const verifier = addressOf(operator, "DevelopmentTeeVerifier");
  const measurementId = id("measurement") as Hex;
  const policy = { followDefaults: false, maxTcbStatus: TcbStatus.UpToDate };
  await (
    await quant.nodes.setPolicy({
      lineId,
      policy,
      verifiers: [verifier],
      measurements: [measurementId],
    })
  ).wait();
  const challengeBlock = BigInt(await connection.ethers.provider.getBlockNumber()) - 1n;
  const registration = { receiptKey: enclave.address, hpkePublicKey: id("HPKE key") as Hex, challengeBlock };
  const binding = await operator.nodes.bindingOf({ node, ...registration });
  const attested = await developmentProvider(measurementId).attest({
    binding,
    chainId: operator.chainId,
    verifier,
    now: await chainTime(connection),
  });
  await (await operator.nodes.registerEnclave({ verifier, ...registration, ...attested })).wait();
  return enclave;
}

async function chainTime({ ethers }: NetworkConnection): Promise<bigint> {
  return BigInt((await ethers.provider.getBlock("latest"))?.timestamp ?? 0);
}

function addressOf({ deployment }: Freehold, name: string): string {
  const contract = deployment.contracts[name];
  if (contract === undefined) throw new Error(`the deployment has no ${name}`);
  return contract.address;
}

if (import.meta.main) {
  const { network } = await import("hardhat");
  console.log(await measurePayments(await network.create("local")));
}
