import {
  buildCommitment,
  ContractRevertError,
  channelsOf,
  createFreehold,
  FOREVER,
  FreeholdError,
  type Hex,
  hashDeltaAnchor,
  hashModelAnchor,
  Lane,
  lineIdOf,
  packOptimisticRows,
  packVoucherRows,
  skippedRows,
  TcbStatus,
  Visibility,
  versionHash,
} from "@freehold/sdk";
import { expect } from "chai";
import { id, Wallet, ZeroAddress } from "ethers";
import { network } from "hardhat";
import { anchorOf, createWorld, deltaOf, deployModel, MEASUREMENT, registerNode } from "./utils/world.ts";

const connection = await network.create();
const world = await createWorld(connection);
const { owner, operator, payer, stranger, networkHelpers } = world;
const DAY = 86_400n;

/** The error of the contracts that a call reverts with. */
async function revertOf(run: Promise<unknown>): Promise<ContractRevertError> {
  try {
    await run;
  } catch (error) {
    expect(error).to.be.instanceOf(ContractRevertError);
    return error as ContractRevertError;
  }
  throw new Error("nothing was thrown");
}

const now = async () => BigInt(await networkHelpers.time.latest());

describe("sdk: actions", () => {
  describe("models", () => {
    it("commits, deploys, and reads back what was deployed", async () => {
      const anchor = anchorOf("deployed");
      const commit = await owner.models.commit({ anchor });
      expect(commit.salt).to.match(/^0x[0-9a-f]{64}$/);
      const account = await world.signers.owner.getAddress();
      expect(commit.commitment).to.equal(await owner.models.commitmentOf({ account, anchor, salt: commit.salt }));
      expect(await commit.wait()).to.include({ account, salt: commit.salt, commitment: commit.commitment });

      const early = await revertOf(owner.models.deploy.simulate({ anchor, salt: commit.salt }));
      expect(early.errorName).to.equal("ModelRegistry_CommitmentTooNew");
      expect(early.args.readyAt).to.be.a("bigint");
      await networkHelpers.time.increase(60);

      const terms = { visibility: Visibility.Public, royaltyReceiver: account, royaltyBps: 250n };
      const parameters = { anchor, terms, uri: "ipfs://model", salt: commit.salt };
      expect(await owner.models.deploy.simulate(parameters)).to.equal(BigInt(anchor.weightsRoot));
      const { modelId, baseVersionHash, receipt } = await (await owner.models.deploy(parameters)).wait();
      expect(receipt.status).to.equal(1);
      expect(modelId).to.equal(BigInt(anchor.weightsRoot));
      expect(baseVersionHash).to.equal(hashModelAnchor(anchor));
      expect(await owner.models.anchorOf({ modelId })).to.deep.equal(anchor);
      expect(await owner.models.termsOf({ modelId })).to.deep.equal(terms);
      expect(await owner.models.baseVersionHash({ modelId })).to.equal(baseVersionHash);
      expect(await owner.models.ownerOf({ modelId })).to.equal(account);
      expect(await owner.models.tokenURI({ modelId })).to.equal("ipfs://model");
      expect(await owner.models.royaltyInfo({ modelId, salePrice: 10_000n })).to.deep.equal({
        receiver: account,
        royaltyAmount: 250n,
      });
      expect(await owner.models.parameters()).to.include({ minCommitmentAge: 60n, symbol: "FREEHOLD" });
    });

    it("changes terms, licences and the owner", async () => {
      const modelId = await deployModel(world, owner, "licensed");
      const account = await world.signers.stranger.getAddress();
      const terms = { visibility: Visibility.Licensed, royaltyReceiver: ZeroAddress, royaltyBps: 0n };
      expect((await (await owner.models.setTerms({ modelId, terms })).wait()).terms).to.deep.equal(terms);
      expect(await owner.models.mayFineTune({ modelId, account })).to.equal(false);
      const expiry = (await now()) + DAY;
      await (await owner.models.grantLicence({ modelId, account, expiry })).wait();
      expect(await owner.models.licenceExpiry({ modelId, account })).to.equal(expiry);
      expect(await owner.models.mayFineTune({ modelId, account })).to.equal(true);
      await owner.models.requireFineTune({ modelId, account });
      await (await owner.models.setTokenURI({ modelId, uri: "ipfs://new" })).wait();
      await (await owner.models.approve({ to: account, modelId })).wait();
      expect(await owner.models.getApproved({ modelId })).to.equal(account);
      const from = await world.signers.owner.getAddress();
      const moved = await (await stranger.models.transferFrom({ from, to: account, modelId })).wait();
      expect(moved).to.include({ from, to: account, modelId });
      await (await stranger.models.safeTransferFrom({ to: from, modelId })).wait();
      expect(await owner.models.ownerOf({ modelId })).to.equal(from);
    });

    it("locks and unlocks a model and an account", async () => {
      const modelId = await deployModel(world, owner, "locked");
      const guardian = await world.signers.stranger.getAddress();
      await (await owner.models.lockModel({ modelId, delay: DAY, guardian })).wait();
      expect(await owner.models.locked({ modelId })).to.equal(true);
      expect(await owner.models.lockOf({ modelId })).to.deep.equal({
        guardian,
        delay: DAY,
        unlockAt: 0n,
        locked: true,
      });
      const { unlockAt } = await (await owner.models.requestUnlockModel({ modelId })).wait();
      expect((await revertOf(owner.models.unlockModel({ modelId }))).args).to.deep.equal({
        key: anchorOf("locked").weightsRoot,
        unlockAt,
      });
      expect((await (await stranger.models.vetoUnlockModel({ modelId })).wait()).by).to.equal(guardian);
      await (await owner.models.requestUnlockModel({ modelId })).wait();
      await networkHelpers.time.increase(DAY);
      await (await owner.models.unlockModel({ modelId })).wait();
      expect(await owner.models.locked({ modelId })).to.equal(false);

      const account = await world.signers.stranger.getAddress();
      await (await stranger.models.lockAccount({ delay: DAY })).wait();
      expect(await owner.models.isAccountLocked({ account })).to.equal(true);
      expect((await owner.models.lockOf({ account })).delay).to.equal(DAY);
      await (await stranger.models.requestUnlockAccount()).wait();
      await (await stranger.models.vetoUnlockAccount({ account })).wait();
      await (await stranger.models.requestUnlockAccount()).wait();
      await networkHelpers.time.increase(DAY);
      await (await stranger.models.unlockAccount()).wait();
      expect(await owner.models.isAccountLocked({ account })).to.equal(false);
    });
  });

  describe("deltas", () => {
    let modelId: bigint;
    let lineId: Hex;

    before(async () => {
      modelId = await deployModel(world, owner, "with deltas");
      lineId = lineIdOf(modelId, await world.signers.owner.getAddress());
    });

    it("appends with the parent of the chain, activates, rolls back", async () => {
      const base = await owner.models.baseVersionHash({ modelId });
      const first = await owner.deltas.append({ modelId, delta: deltaOf("first") });
      expect(first.parent).to.equal(base);
      const h1 = versionHash(base, hashDeltaAnchor(deltaOf("first")));
      expect(await first.wait()).to.deep.include({ lineId, version: 1n, versionHash: h1 });
      const second = await (await owner.deltas.append({ modelId, delta: deltaOf("second") })).wait();
      expect(second.versionHash).to.equal(versionHash(h1, hashDeltaAnchor(deltaOf("second"))));

      await (await owner.deltas.activate({ modelId, version: 2 })).wait();
      const notEarlier = await owner.deltas.rollback({ modelId, version: 2n }).catch((error: unknown) => error);
      expect(notEarlier).to.be.instanceOf(FreeholdError).with.property("code", "NOT_A_ROLLBACK");
      const back = await (await owner.deltas.rollback({ modelId, version: 1n })).wait();
      expect(back).to.include({ version: 1n, versionHash: h1, superseded: 2n });
      const line = await owner.deltas.lineOf({ lineId });
      expect(line).to.include({ modelId, count: 2n, active: 1n, activeHash: h1, headHash: second.versionHash });
      expect(await owner.deltas.payableUntil({ lineId, versionHash: h1 })).to.equal(FOREVER);
      expect(await owner.deltas.payableUntil({ lineId, versionHash: second.versionHash })).to.equal(
        back.supersededUntil,
      );

      const all = await owner.deltas.versions({ lineId }).toArray();
      expect(all.map(({ hash }) => hash)).to.deep.equal([base, h1, second.versionHash]);
      expect(all[1]).to.deep.include({ ...deltaOf("first"), payableUntil: FOREVER });
    });

    it("refuses an append on a parent that is not the newest, and says which is", async () => {
      const parent = await owner.models.baseVersionHash({ modelId });
      const error = await revertOf(owner.deltas.append({ modelId, delta: deltaOf("stale"), parent }));
      const { headHash } = await owner.deltas.lineOf({ lineId });
      expect(error.errorName).to.equal("DeltaLedger_StaleParent");
      expect(error.contract).to.equal("DeltaLedger");
      expect(error.args).to.deep.equal({ lineId, parent, headHash });
      expect(error.message).to.contain(headHash);
      expect(error.hint).to.contain("headHash");
    });

    it("appends for an account that signed", async () => {
      const signed = await owner.deltas.signAppend({
        modelId,
        delta: deltaOf("relayed"),
        deadline: (await now()) + DAY,
      });
      const { version } = await (await stranger.deltas.appendFor(signed)).wait();
      expect(version).to.equal(3n);
      const again = await revertOf(stranger.deltas.appendFor(signed));
      expect(again.errorName).to.equal("DeltaLedger_StaleParent");
      const changed = { ...signed, parent: (await owner.deltas.lineOf({ lineId })).headHash };
      expect((await revertOf(stranger.deltas.appendFor(changed))).errorName).to.equal("DeltaLedger_BadSignature");
    });

    it("opens, locks and lists lines", async () => {
      for (const seed of ["one", "two", "three"]) {
        const other = await deployModel(world, owner, `listed ${seed}`);
        await (await owner.deltas.openLine({ modelId: other, grace: 60 })).wait();
      }
      const account = await world.signers.owner.getAddress();
      const lines = await owner.deltas.linesOf({ account }).toArray();
      expect(lines).to.have.length(Number(await owner.deltas.lineCountOf({ account })));
      const paged: string[] = [];
      for await (const line of owner.deltas.linesOf({ account, pageSize: 2 })) paged.push(line);
      expect(paged).to.deep.equal(lines);
      expect(await owner.deltas.linesOn({ modelId }).toArray()).to.deep.equal([lineId]);
      expect(await owner.deltas.lineCountOn({ modelId })).to.equal(1n);
      expect(await owner.deltas.lineIdOf({ modelId, account })).to.equal(lineId);

      await (await owner.deltas.setGrace({ modelId, grace: 5n })).wait();
      expect((await owner.deltas.lineOf({ lineId })).grace).to.equal(5n);
      await owner.deltas.requireControl({ lineId, account });
      await (await owner.deltas.lockLine({ modelId, delay: DAY, guardian: account })).wait();
      expect(await owner.deltas.isLocked({ lineId })).to.equal(true);
      expect((await owner.deltas.lockOf({ lineId })).locked).to.equal(true);
      expect((await revertOf(owner.deltas.activate({ modelId, version: 2n }))).errorName).to.equal("Locks_Locked");
      await (await owner.deltas.requestUnlockLine({ modelId })).wait();
      await (await owner.deltas.vetoUnlockLine({ lineId })).wait();
      await (await owner.deltas.requestUnlockLine({ modelId })).wait();
      await networkHelpers.time.increase(DAY);
      await (await owner.deltas.unlockLine({ modelId })).wait();
      expect(await owner.deltas.isLocked({ lineId })).to.equal(false);
    });
  });

  describe("datasets", () => {
    it("commits, consents by signature, revokes, publishes", async () => {
      const { root, records } = buildCommitment(["a headline", "another"]);
      const { datasetId } = await (await stranger.datasets.commitDataset({ root, records })).wait();
      const holder = await world.signers.stranger.getAddress();
      expect(await owner.datasets.datasetIdOf({ owner: holder, root })).to.equal(datasetId);
      expect(await owner.datasets.datasetOf({ datasetId })).to.deep.include({
        owner: holder,
        root,
        records: 2n,
        isPublic: false,
      });

      const modelId = await deployModel(world, owner, "with datasets");
      const account = await world.signers.owner.getAddress();
      const lineId = lineIdOf(modelId, account);
      const without = owner.deltas.append({ modelId, delta: deltaOf("cites"), datasets: [datasetId] });
      expect((await revertOf(without)).args).to.deep.equal({ datasetId, lineId });

      const until = (await now()) + DAY;
      const signed = await stranger.datasets.signConsent({ datasetId, lineId, until, deadline: until });
      expect((await (await owner.datasets.consentFor(signed)).wait()).until).to.equal(until);
      expect((await revertOf(owner.datasets.consentFor(signed))).errorName).to.equal("DatasetRegistry_BadSignature");
      expect(await owner.datasets.consentUntil({ datasetId, lineId })).to.equal(until);
      await owner.datasets.requireConsents({ datasetIds: [datasetId], lineId, account });
      await (await owner.deltas.append({ modelId, delta: deltaOf("cites"), datasets: [datasetId] })).wait();

      await (await stranger.datasets.revokeConsent({ datasetId, lineId })).wait();
      expect(await owner.datasets.mayCite({ datasetId, lineId, account })).to.equal(false);
      await (await stranger.datasets.consent({ datasetId, lineId, until })).wait();
      expect(await owner.datasets.mayCite({ datasetId, lineId, account })).to.equal(true);

      await (await stranger.datasets.setPublic({ datasetId, isPublic: true })).wait();
      expect(await owner.datasets.poolSize()).to.equal(1n);
      expect(await owner.datasets.pool().toArray()).to.deep.equal([datasetId]);
    });
  });

  describe("nodes and escrow", () => {
    const enclave = new Wallet(id("enclave of the action tests"));
    const hpkePublicKey = id("hpke") as Hex;
    let modelId: bigint;
    let lineId: Hex;
    let node: Hex;

    before(async () => {
      modelId = await deployModel(world, owner, "served");
      lineId = lineIdOf(modelId, await world.signers.owner.getAddress());
      await (await owner.deltas.openLine({ modelId })).wait();
      node = await registerNode(world, { receiptKey: enclave.address, hpkePublicKey });
      await world.token.mint(await world.signers.payer.getAddress(), 10_000_000n);
    });

    it("registers nodes and enclaves", async () => {
      const { minStake } = await operator.nodes.parameters();
      expect(await operator.nodes.nodeOf({ node })).to.deep.include({ payout: node, stake: minStake, thawing: 0n });
      expect(await operator.nodes.enclaveOf({ receiptKey: enclave.address })).to.include({
        node,
        measurementId: MEASUREMENT,
        teeType: 0,
      });
      expect(await operator.nodes.nodes({ pageSize: 1 }).toArray()).to.deep.equal([node]);
      expect(await operator.nodes.nodeCount()).to.equal(1n);
      await (await operator.nodes.update({ endpoint: "https://node", payout: node })).wait();
      const { thawAt } = await (await operator.nodes.requestThaw({ amount: 1n })).wait();
      expect((await revertOf(operator.nodes.withdrawStake())).args).to.deep.equal({ node, thawAt });
      await (await operator.nodes.requestThaw({ amount: 0n })).wait();
      expect((await revertOf(operator.nodes.withdrawCompensation())).errorName).to.equal("NodeRegistry_NothingOwed");
    });

    it("sets a line's whole policy in one transaction", async () => {
      const verifier = world.address("DevelopmentTeeVerifier");
      const receiptKey = enclave.address;
      const asked = { node, receiptKey, lineId, workedAt: await now() };
      expect((await revertOf(operator.nodes.requirePayable(asked))).errorName).to.equal(
        "NodeRegistry_NotAcceptedByLine",
      );
      const policy = { followDefaults: false, maxTcbStatus: TcbStatus.OutOfDate };
      const sent = await owner.nodes.setPolicy({ lineId, policy, verifiers: [verifier], measurements: [MEASUREMENT] });
      const { receipt, verifiers, measurements } = await sent.wait();
      expect(receipt.logs).to.have.length(3);
      expect(verifiers).to.deep.equal([verifier]);
      expect(measurements).to.deep.equal([MEASUREMENT]);
      expect(await owner.nodes.policyOf({ lineId })).to.deep.equal(policy);
      expect(await owner.nodes.lineVerifier({ lineId, verifier })).to.deep.equal({ from: 0n, until: FOREVER });
      expect(await operator.nodes.isPayable({ ...asked, workedAt: await now() })).to.equal(true);
    });

    it("opens a channel, settles a batch to the unit, collects, closes", async () => {
      await (await payer.escrow.approve({ amount: 1_000n })).wait();
      const { unit } = await payer.escrow.parameters();
      expect(await payer.escrow.allowance()).to.equal(1_000n * unit);
      const { channel } = await (await payer.escrow.open({ node, lineId, amount: 900n })).wait();
      await (await payer.escrow.topUp({ node, lineId, channel, amount: 100n })).wait();
      const { deposited, signer, closeDelay } = await payer.escrow.channelOf({ node, lineId, channel });
      expect(deposited).to.equal(1_000n);
      expect(signer).to.equal(await world.signers.payer.getAddress());

      const voucher = await payer.escrow.signVoucher({ node, channel, lineId, cumulative: 300n });
      const versionHash = (await owner.deltas.lineOf({ lineId })).activeHash;
      const row = { channel, metered: 250n, signed: voucher.cumulative, signature: voucher.signature };
      const rows = packVoucherRows([row, { ...row, channel: channel + 7n }]);
      expect(channelsOf(Lane.Voucher, rows)).to.deep.equal([channel, channel + 7n]);
      const { nextNonce: nonce } = await operator.escrow.earningsOf({ node, lineId });
      const batch = { node, lineId, versionHash, lane: Lane.Voucher, nonce, lastAt: await now() };
      const settlement = await operator.escrow.signSettlement({ batch, rows, enclave });
      const simulated = await operator.escrow.settle.simulate(settlement);
      expect(simulated.total).to.equal(250n);
      expect(skippedRows(simulated.skipped)).to.deep.equal([1]);
      const settled = await (await operator.escrow.settle(settlement)).wait();
      expect(settled).to.deep.include({ total: 250n, nonce, versionHash });
      const { earned, vesting, nextNonce } = await operator.escrow.earningsOf({ node, lineId });
      expect([earned, vesting, nextNonce]).to.deep.equal([250n, 0n, nonce + 1n]);
      expect((await (await operator.escrow.collect({ lineId })).wait()).amount).to.equal(250n * unit);
      expect(await operator.escrow.tokenBalance()).to.equal(250n * unit);

      await (await payer.escrow.requestClose({ node, lineId, channel })).wait();
      await networkHelpers.time.increase(closeDelay);
      expect((await (await payer.escrow.withdrawChannel({ node, lineId, channel })).wait()).refund).to.equal(750n);

      await (await payer.escrow.approve({ amount: 10n })).wait();
      const second = await (await payer.escrow.open({ node, lineId, amount: 10n })).wait();
      await (await operator.escrow.release({ lineId, channel: second.channel })).wait();
      expect(await payer.escrow.owed({ account: signer })).to.equal(10n);
      expect((await (await payer.escrow.withdraw()).wait()).amount).to.equal(10n * unit);
      const all = await payer.escrow.channels({ node, lineId }).toArray();
      expect(all.map(({ channel, closed }) => [channel, closed])).to.deep.equal([
        [channel, true],
        [second.channel, true],
      ]);
      expect(await payer.escrow.depositsPaused()).to.equal(false);
    });

    it("opens and fills channels by permit, by EIP-3009 and by a signature that others carry", async () => {
      const account = (await world.signers.payer.getAddress()) as Hex;
      const deadline = (await now()) + 3_600n;
      const opened = await (await payer.escrow.openWithPermit({ node, lineId, amount: 5n, deadline })).wait();
      const { channel } = opened;
      await (await payer.escrow.topUpWithPermit({ node, lineId, channel, amount: 6n, deadline })).wait();
      const more = await payer.escrow.signTopUpAuthorization({
        node,
        lineId,
        channel,
        amount: 7n,
        validBefore: deadline,
      });
      await (await operator.escrow.topUpWithAuthorization(more)).wait();
      expect((await payer.escrow.channelOf({ node, lineId, channel })).deposited).to.equal(18n);

      const authorised = await payer.escrow.signOpenAuthorization({ node, lineId, amount: 8n, validBefore: deadline });
      const { opening, authorization } = authorised;
      expect(await payer.escrow.openingHash({ opening, salt: authorization.salt })).to.match(/^0x[0-9a-f]{64}$/);
      const carried = await (await operator.escrow.openWithAuthorization(authorised)).wait();
      expect(carried).to.deep.include({ payer: account, signer: account, amount: 8n, closeDelay: 86_400n });

      await (await payer.escrow.approve({ amount: 9n })).wait();
      const signed = await payer.escrow.signOpen({ node, lineId, amount: 9n, deadline });
      expect((await (await operator.escrow.openFor(signed)).wait()).payer).to.equal(account);
      const again = await revertOf(operator.escrow.openFor(signed));
      expect(again.errorName).to.equal("InferenceEscrow_OpeningUsed");

      const request = await payer.escrow.signCloseRequest({ node, lineId, channel, deadline });
      const { closeAt } = await (await operator.escrow.requestCloseFor(request)).wait();
      await networkHelpers.time.increaseTo(closeAt);
      const next = await (await payer.escrow.rollOver({ node, lineId, channel, amount: 10n })).wait();
      expect(next).to.deep.include({ amount: 8n, payer: account, optimistic: false });
    });

    it("challenges what lane O took without a voucher, and upholds it", async () => {
      await (await payer.escrow.approve({ amount: 100n })).wait();
      const { channel } = await (await payer.escrow.open({ node, lineId, amount: 100n, optimistic: true })).wait();
      const versionHash = (await owner.deltas.lineOf({ lineId })).activeHash;
      const { nextNonce: nonce } = await operator.escrow.earningsOf({ node, lineId });
      const batch = { node, lineId, versionHash, lane: Lane.Optimistic, nonce, lastAt: await now() };
      const rows = packOptimisticRows([{ channel, amount: 60n }]);
      const settlement = await operator.escrow.signSettlement({ batch, rows, enclave });
      const refused = await revertOf(operator.escrow.settle.simulate(settlement));
      expect(refused.errorName).to.equal("InferenceEscrow_StakeTooLow");
      expect(refused.args).to.deep.equal({ unvested: 60n, limit: 0n });
      const shared = await (await operator.escrow.setStakeShare({ lineId, share: 2 })).wait();
      expect(shared).to.deep.include({ node, lineId, share: 2n });
      await (await operator.escrow.settle(settlement)).wait();
      const free = await operator.nodes.freeStakeOf({ node });
      const earnings = await payer.escrow.earningsOf({ node, lineId });
      expect(earnings).to.deep.include({ vesting: 60n, held: 0n, share: 2n, limit: free / 8n });

      const { bond, answerPeriod } = await payer.arbiter.parameters();
      await await (await payer.contract("Token").mint(await world.signers.payer.getAddress(), bond)).wait();
      await (await payer.arbiter.approveBond()).wait();
      const id = { node, lineId, channel };
      const opened = await (await payer.arbiter.challenge({ ...id, asserted: 20n })).wait();
      expect([opened.asserted, opened.debited]).to.deep.equal([20n, 60n]);
      const voucher = await payer.escrow.signVoucher({ ...id, cumulative: 30n });
      const { proven, complete } = await (await operator.arbiter.answer({ ...id, ...voucher })).wait();
      expect([proven, complete]).to.deep.equal([30n, false]);
      expect((await payer.arbiter.challengeOf(id)).held).to.equal(30n);
      expect((await payer.escrow.earningsOf({ node, lineId })).held).to.equal(30n);
      await networkHelpers.time.increase(answerPeriod + 1n);
      const { refund, shortfall } = await (await operator.arbiter.uphold(id)).wait();
      expect([refund, shortfall]).to.deep.equal([30n, 0n]);
      const account = await world.signers.payer.getAddress();
      expect(await payer.escrow.owed({ account })).to.equal(70n);
      expect(await payer.arbiter.bondsOf({ account })).to.equal(bond);
      await (await payer.arbiter.withdrawBonds()).wait();
    });

    it("revokes an enclave for later work", async () => {
      await (await operator.nodes.revokeEnclave({ receiptKey: enclave.address })).wait();
      const workedAt = (await now()) + 10n;
      const error = await revertOf(
        operator.nodes.requirePayable({ node, receiptKey: enclave.address, lineId, workedAt }),
      );
      expect(error.errorName).to.equal("NodeRegistry_EnclaveExpired");
    });
  });

  describe("every write", () => {
    it("prepares a transaction that another account system can send", async () => {
      const account = await world.signers.owner.getAddress();
      const data = id("x") as Hex;
      const prepared = await owner.datasets.commitDataset.prepare({ root: data, records: 1 });
      expect(Object.keys(prepared)).to.deep.equal(["to", "data", "value"]);
      expect(prepared.to).to.equal(world.address("DatasetRegistry"));
      const response = await world.signers.owner.sendTransaction(prepared);
      await response.wait();
      const { datasetIdOf, datasetOf } = owner.datasets;
      const datasetId = await datasetIdOf({ owner: account, root: data });
      expect((await datasetOf({ datasetId })).owner).to.equal(account);
    });

    it("estimates gas, and takes overrides", async () => {
      const parameters = { root: id("estimated") as Hex, records: 1 };
      const gas = await owner.datasets.commitDataset.estimateGas(parameters);
      const { receipt } = await (await owner.datasets.commitDataset(parameters, { gasLimit: gas + 5_000n })).wait();
      expect(receipt.gasUsed <= gas).to.equal(true);
    });

    it("simulates for a client without a signer, and refuses to send", async () => {
      const { chainId, deployment } = world;
      const reader = createFreehold({ provider: world.ethers.provider, chainId, deployment });
      const from = await world.signers.owner.getAddress();
      const parameters = { root: id("simulated") as Hex, records: 1 };
      const datasetId = await reader.datasets.commitDataset.simulate(parameters, { from });
      expect(datasetId).to.equal(await reader.datasets.datasetIdOf({ owner: from, root: parameters.root }));
      const refused = await reader.datasets.commitDataset(parameters).catch((error: unknown) => error);
      expect(refused).to.be.instanceOf(FreeholdError).with.property("code", "NO_SIGNER");
      const signing = reader.withSigner(world.signers.owner);
      expect((await (await signing.datasets.commitDataset(parameters)).wait()).datasetId).to.equal(datasetId);
      expect(Object.isFrozen(reader) && Object.isFrozen(reader.datasets)).to.equal(true);
    });
  });
});
