import {
  escrowDomain,
  type Hex,
  Lane,
  lineIdOf,
  packOptimisticRows,
  packVoucherRows,
  signVoucher,
  TcbStatus,
} from "@freehold/sdk";
import { expect } from "chai";
import { AbiCoder, id, keccak256, toBeHex, Wallet } from "ethers";
import { network } from "hardhat";
import { createWorld, deployModel, MEASUREMENT, registerNode } from "../sdk/utils/world.ts";

/** Most gas of a transaction (EIP-7825). */
const TRANSACTION_LIMIT = 2 ** 24;
/** Storage slot of the escrow's books, and the places of a book's parts from its own slot on; see contracts/libraries/Books.sol. */
const BOOKS = 3;
const HOT = 1n;
const COLD = HOT + 2n ** 24n;

type Settlement = Parameters<typeof operator.escrow.settle>[0];

const DEPOSIT = 1_000n;
const PAY = 7n;

const connection = await network.create("local");
const world = await createWorld(connection);
const { owner, operator } = world;
const enclave = new Wallet(id("enclave of the gas limit tests"));
const payer = new Wallet(id("payer of the gas limit tests"));
const escrow = operator.contract("InferenceEscrow");

describe("batches as large as a transaction", () => {
  let node: Hex;
  let lineId: Hex;

  before(async () => {
    const modelId = await deployModel(world, owner, "served");
    lineId = lineIdOf(modelId, await world.signers.owner.getAddress());
    await (await owner.deltas.openLine({ modelId })).wait();
    node = await registerNode(world, { receiptKey: enclave.address, hpkePublicKey: id("hpke") as Hex });
    await (await operator.escrow.setStakeShare({ lineId, share: 1 })).wait();
    const policy = { followDefaults: false, maxTcbStatus: TcbStatus.UpToDate };
    const verifiers = [world.address("DevelopmentTeeVerifier")];
    await (await owner.nodes.setPolicy({ lineId, policy, verifiers, measurements: [MEASUREMENT] })).wait();
  });

  after(() => connection.close());

  it("case 67: 1,200 vouchers that were never paid from before fit, and pay nobody when the gas runs out on the way", async () => {
    const channels = Array.from({ length: 1_200 }, (_, i) => BigInt(i));
    for (const channel of channels) await write(COLD + channel, cold());
    const domain = escrowDomain(world.chainId, world.address("InferenceEscrow"));
    const rows = await Promise.all(
      channels.map(async (channel) => {
        const voucher = { node, channel, lineId, cumulative: PAY };
        return { channel, metered: PAY, signed: PAY, signature: await signVoucher(payer, domain, voucher) };
      }),
    );
    await expectFits(Lane.Voucher, packVoucherRows(rows), channels.length);
  });

  it("case 67: 10,000 rows of lane O fit, and take nothing when the gas runs out on the way", async () => {
    const channels = Array.from({ length: 10_000 }, (_, i) => 4_000n + BigInt(i));
    for (const channel of channels.filter((each) => each % 4n === 0n)) await write(HOT + channel / 4n, hot());
    const rows = packOptimisticRows(channels.map((channel) => ({ channel, amount: PAY })));
    await expectFits(Lane.Optimistic, rows, channels.length);
  });

  /** Sends it with ever more gas: each try but the last is mined and fails, and leaves the book as it was. */
  async function expectFits(lane: Lane, rows: Hex, count: number): Promise<void> {
    const { activeHash: versionHash } = await owner.deltas.lineOf({ lineId });
    const before = await operator.escrow.earningsOf({ node, lineId });
    const lastAt = BigInt(await world.networkHelpers.time.latest());
    const batch = { node, lineId, versionHash, lane, nonce: before.nextNonce, lastAt };
    const settlement = await operator.escrow.signSettlement({ batch, rows, enclave });
    const needed = Number(await escrow.settle.estimateGas(...argsOf(settlement), { gasLimit: TRANSACTION_LIMIT }));
    expect(needed, "gas").to.be.at.most(TRANSACTION_LIMIT);
    for (const share of [0.3, 0.6, 0.9, 0.99]) {
      expect(await send(settlement, Math.floor(needed * share)), `${share} of the gas`).to.equal(0);
      expect(await operator.escrow.earningsOf({ node, lineId })).to.deep.equal(before);
    }
    expect(await send(settlement, TRANSACTION_LIMIT)).to.equal(1);
    const { earned, vesting, nextNonce } = await operator.escrow.earningsOf({ node, lineId });
    expect(earned + vesting - before.earned - before.vesting, "paid").to.equal(PAY * BigInt(count));
    expect(nextNonce).to.equal(before.nextNonce + 1n);
  }

  /** Status of the mined transaction. */
  async function send(settlement: Settlement, gas: number): Promise<number> {
    const { data } = await escrow.settle.populateTransaction(...argsOf(settlement));
    const transaction = { from: node, to: world.address("InferenceEscrow"), data, gas: toBeHex(gas) };
    // With automine, a failing transaction is an error of the call.
    await request("evm_setAutomine", false);
    const hash = await request("eth_sendTransaction", transaction);
    await request("evm_mine");
    await request("evm_setAutomine", true);
    const receipt = await world.ethers.provider.getTransactionReceipt(String(hash));
    if (receipt === null) throw new Error(`transaction ${hash} was not mined`);
    return receipt.status ?? 0;
  }

  function request(method: string, ...params: unknown[]): Promise<unknown> {
    return connection.provider.request({ method, params });
  }

  function argsOf({ batch, rows, signature }: Settlement) {
    return [batch, rows, signature] as const;
  }

  /** Writes a word of the node's book: thousands of openings would take longer than what is tested here. */
  async function write(place: bigint, word: bigint): Promise<void> {
    const coder = AbiCoder.defaultAbiCoder();
    const ofNode = keccak256(coder.encode(["address", "uint256"], [node, BOOKS]));
    const book = BigInt(keccak256(coder.encode(["bytes32", "bytes32"], [lineId, ofNode])));
    await world.networkHelpers.setStorageAt(world.address("InferenceEscrow"), toBeHex(book + place, 32), word);
  }

  /** An open channel of `payer`; see contracts/libraries/Cold.sol. */
  function cold(): bigint {
    return (BigInt(payer.address) << 96n) | (DEPOSIT << 40n) | (86_400n << 8n);
  }

  /** Four channels that lane O may debit; see contracts/libraries/Lanes.sol. */
  function hot(): bigint {
    return [0n, 64n, 128n, 192n].reduce((word, shift) => word | (((1n << 63n) | DEPOSIT) << shift), 0n);
  }
});
