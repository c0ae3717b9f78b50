import {
  type Batch,
  type Domain,
  escrowDomain,
  type Hex,
  hashRows,
  Lane,
  lineIdOf,
  packOptimisticRows,
  packVoucherRows,
  signBatch,
  signVoucher,
  TcbStatus,
} from "@freehold/sdk";
import { id, Wallet } from "ethers";
import { deployModel, MEASUREMENT, registerEnclave, registerNode, type World } from "./world.ts";

/** A channel of a book, and the key that signs its vouchers. */
export interface TestChannel {
  readonly channel: bigint;
  readonly signer: Wallet;
}

/** A row to be: lane V takes `signed` and `metered` (default: the same), lane O takes `amount`. */
export interface TestRow {
  readonly of: TestChannel;
  readonly signed?: bigint;
  readonly metered?: bigint;
  readonly amount?: bigint;
}

/** A node's channels on one line, with an enclave that signs whatever it is told to. */
export interface TestBook {
  readonly node: Hex;
  readonly lineId: Hex;
  readonly versionHash: Hex;
  readonly enclave: Wallet;
  readonly domain: Domain;
  open(options?: { amount?: bigint; optimistic?: boolean; signer?: Wallet; closeDelay?: bigint }): Promise<TestChannel>;
  voucher(of: TestChannel, cumulative: bigint): Promise<Hex>;
  /** A signed batch with the next nonce, unless it is said otherwise. */
  settlement(
    lane: Lane,
    rows: readonly TestRow[],
    changes?: Partial<Batch>,
  ): Promise<{ batch: Batch; rows: Hex; signature: Hex }>;
}

const worlds = new WeakMap<World, Promise<Hex>>();

/** A line of its own, served by the world's operator with an enclave of its own. */
export async function createBook(world: World, seed: string): Promise<TestBook> {
  const { owner, operator, payer } = world;
  const modelId = await deployModel(world, owner, seed);
  const lineId = lineIdOf(modelId, await world.signers.owner.getAddress());
  await (await owner.deltas.openLine({ modelId, grace: 3_600n })).wait();
  const policy = { followDefaults: true, maxTcbStatus: TcbStatus.UpToDate };
  await (await owner.nodes.setPolicy({ lineId, policy, measurements: [MEASUREMENT] })).wait();
  const enclave = new Wallet(id(`enclave ${seed}`));
  const keys = { receiptKey: enclave.address, hpkePublicKey: id(`hpke ${seed}`) as Hex };
  const registered = worlds.get(world);
  if (registered === undefined) worlds.set(world, registerNode(world, keys));
  else {
    await restake(world);
    await registerEnclave(world, keys);
  }
  const book = (await worlds.get(world)) as Hex;
  // A 128th of the stake, so that a node of a test can serve many lines.
  await (await operator.escrow.setStakeShare({ lineId, share: 6 })).wait();
  const versionHash = (await owner.deltas.lineOf({ lineId })).activeHash;
  const domain = escrowDomain(world.chainId, world.address("InferenceEscrow"));
  let signers = 0;

  const voucher: TestBook["voucher"] = ({ channel, signer }, cumulative) =>
    signVoucher(signer, domain, { node: book, channel, lineId, cumulative });
  return {
    node: book,
    lineId,
    versionHash,
    enclave,
    domain,
    voucher,
    async open({ amount = 1_000_000n, optimistic = false, closeDelay, signer } = {}) {
      const key = signer ?? new Wallet(id(`signer ${seed} ${signers++}`));
      await (await world.token.mint(await world.signers.payer.getAddress(), amount)).wait();
      await (await payer.escrow.approve({ amount })).wait();
      const opening = { node: book, lineId, amount, optimistic, signer: key.address };
      const opened = await payer.escrow.open(closeDelay === undefined ? opening : { ...opening, closeDelay });
      return { channel: (await opened.wait()).channel, signer: key };
    },
    async settlement(lane, rows, changes = {}) {
      const packed =
        lane === Lane.Optimistic
          ? packOptimisticRows(rows.map(({ of, amount = 0n }) => ({ channel: of.channel, amount })))
          : packVoucherRows(
              await Promise.all(
                rows.map(async ({ of, signed = 0n, metered = signed }) => {
                  return { channel: of.channel, signed, metered, signature: await voucher(of, signed) };
                }),
              ),
            );
      const { nextNonce } = await operator.escrow.earningsOf({ node: book, lineId });
      const lastAt = BigInt(await world.networkHelpers.time.latest());
      const rowsHash = hashRows(packed);
      const batch: Batch = { node: book, lineId, versionHash, lane, nonce: nextNonce, lastAt, rowsHash, ...changes };
      return { batch, rows: packed, signature: await signBatch(enclave, domain, batch) };
    },
  };
}

/** Brings the operator's stake, which was slashed perhaps, up to what an enclave needs. */
async function restake({ operator, signers, token }: World): Promise<void> {
  const node = await signers.operator.getAddress();
  const { minStake } = await operator.nodes.parameters();
  const { stake, thawing } = await operator.nodes.nodeOf({ node });
  const amount = minStake - (stake - thawing);
  if (amount <= 0n) return;
  await (await token.mint(node, amount)).wait();
  await (await operator.nodes.approveStake({ amount })).wait();
  await (await operator.nodes.addStake({ amount })).wait();
}
