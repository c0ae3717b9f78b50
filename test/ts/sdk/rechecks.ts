import {
  bindingOf,
  ContractRevertError,
  FOREVER,
  type Hex,
  lineIdOf,
  TcbStatus,
  TeeType,
  ZERO_HASH,
} from "@freehold/sdk";
import { expect } from "chai";
import { AbiCoder, id, Wallet } from "ethers";
import { network } from "hardhat";
import { createWorld, deployModel, MEASUREMENT, registerNode } from "./utils/world.ts";

const connection = await network.create();
const world = await createWorld(connection);
const { owner, operator, stranger, networkHelpers } = world;
/** Of 330,000 for all of it, a quote's verifier needs 95,000: the rest is less than what is left. */
const REGISTRATION = 190_000n;
const HOUR = 3_600n;
const REPORT = "tuple(uint8,bytes32,bytes32,bytes32,uint64,uint64,uint8,bytes32,bytes32)";

/** The error of the contracts that a call reverts with. */
async function revertOf(run: Promise<unknown>): Promise<ContractRevertError> {
  const error = await run.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).to.be.instanceOf(ContractRevertError);
  return error as ContractRevertError;
}

const now = async () => BigInt(await networkHelpers.time.latest());

describe("sdk: what becomes of enclaves and measurements", () => {
  const hpkePublicKey = id("hpke") as Hex;
  const first = new Wallet(id("first enclave of the rechecks")).address as Hex;
  const second = new Wallet(id("second enclave of the rechecks")).address as Hex;
  let scripted: Awaited<ReturnType<typeof world.ethers.deployContract>>;
  let verifier: Hex;
  let node: Hex;
  let lineId: Hex;
  /** Gas of a whole registration whose verifier believes all that it is shown. */
  let gasUsed: bigint;

  before(async () => {
    scripted = await world.ethers.deployContract("contracts/mocks/ScriptedVerifier.sol:ScriptedVerifier");
    verifier = (await scripted.getAddress()) as Hex;
    const window = { from: 1n, until: FOREVER };
    await govern(await operator.nodes.setVerifier.prepare({ verifier, window }));
    await govern(await operator.nodes.setEnclaveTtl.prepare({ teeType: TeeType.IntelTdx, ttl: Number(HOUR) }));
    const modelId = await deployModel(world, owner, "rechecked");
    lineId = lineIdOf(modelId, await world.signers.owner.getAddress());
    await (await owner.deltas.openLine({ modelId })).wait();
    const policy = { followDefaults: false, maxTcbStatus: TcbStatus.UpToDate };
    await (await owner.nodes.setPolicy({ lineId, policy, verifiers: [verifier], measurements: [MEASUREMENT] })).wait();
    node = await registerNode(world, { receiptKey: new Wallet(id("development")).address, hpkePublicKey });
    await register(first);
    gasUsed = await register(second);
  });

  /** Has governance wait for its delay, then do what was prepared. */
  async function govern({ to, data }: { to: string; data: string }) {
    const { governance, verifiersDelay } = world.deployment.parameters as Record<string, string>;
    const signers = await world.ethers.getSigners();
    const signer = signers.find(({ address }) => address === governance);
    const manager = await world.ethers.getContractAt("AccessManager", world.address("AccessManager"), signer);
    await manager.getFunction("schedule").send(to, data, 0);
    await networkHelpers.time.increase(Number(verifiersDelay));
    await manager.getFunction("execute").send(to, data);
  }

  async function register(receiptKey: Hex) {
    const challenge = await world.ethers.provider.getBlock((await world.ethers.provider.getBlockNumber()) - 1);
    const challengeBlock = BigInt(challenge?.number ?? 0);
    const binding = bindingOf({
      chainId: world.chainId,
      nodeRegistry: world.address("NodeRegistry"),
      node,
      receiptKey,
      hpkePublicKey,
      versionSet: ZERO_HASH,
      challengeBlock,
      challengeHash: (challenge?.hash ?? "0x") as Hex,
    });
    const until = (await now()) + 24n * HOUR;
    const basis = id(`basis of ${receiptKey}`);
    const report = [TeeType.IntelTdx, MEASUREMENT, binding, id(receiptKey), 0n, until, 0, id("machine"), basis];
    const evidence = AbiCoder.defaultAbiCoder().encode([REPORT], [report]) as Hex;
    const registration = { verifier, receiptKey, hpkePublicKey, challengeBlock, evidence };
    const { receipt } = await (await operator.nodes.registerEnclave(registration)).wait();
    return receipt.gasUsed;
  }

  async function verdict(validUntil: bigint, status: number) {
    await scripted.getFunction("setVerdict").send(validUntil, status);
  }

  it(`registers an enclave for ${REGISTRATION} gas beside its verifier's work`, () => {
    expect(gasUsed <= REGISTRATION, `${gasUsed}`).to.equal(true);
  });

  it("lets an enclave live as long as governance says of its family", async () => {
    const { maxEnclaveTtl } = await operator.nodes.parameters();
    expect(await operator.nodes.enclaveTtl({ teeType: TeeType.IntelTdx })).to.equal(Number(HOUR));
    expect(BigInt(await operator.nodes.enclaveTtl({ teeType: TeeType.AwsNitro }))).to.equal(maxEnclaveTtl);
    const enclave = await operator.nodes.enclaveOf({ receiptKey: first });
    expect(enclave).to.include({ node, teeType: TeeType.IntelTdx, basisId: id(`basis of ${first}`) });
    expect(enclave.validUntil - enclave.registeredAt).to.equal(HOUR);
    expect(enclave.promisedUntil).to.equal(enclave.validUntil);
    const refused = await revertOf(stranger.nodes.setEnclaveTtl({ teeType: TeeType.IntelTdx, ttl: 1 }));
    expect(refused.errorName).to.equal("AccessManagedUnauthorized");
  });

  it("shortens a life, and says when there is nothing to find", async () => {
    const { promisedUntil } = await operator.nodes.enclaveOf({ receiptKey: first });
    const until = promisedUntil - 600n;
    await verdict(until, TcbStatus.UpToDate);
    const found = await (await stranger.nodes.recheck({ receiptKey: first })).wait();
    expect(found).to.deep.include({ receiptKey: first, validUntil: until, tcbStatus: TcbStatus.UpToDate, bounty: 0n });
    expect(await operator.nodes.enclaveOf({ receiptKey: first })).to.include({ validUntil: until, promisedUntil });
    const nothing = await revertOf(stranger.nodes.recheck({ receiptKey: first, aux: "0x1234" }));
    expect(nothing.errorName).to.equal("NodeRegistry_NothingChanged");
    expect(nothing.hint).to.be.a("string");
  });

  it("says what state a platform is in by now", async () => {
    const asked = { node, receiptKey: first, lineId };
    await verdict(FOREVER, TcbStatus.OutOfDate);
    const { tcbStatus, receipt } = await (await stranger.nodes.recheck({ receiptKey: first })).wait();
    expect(tcbStatus).to.equal(TcbStatus.OutOfDate);
    const workedAt = BigInt((await world.ethers.provider.getBlock(receipt.blockNumber))?.timestamp ?? 0);
    expect(await operator.nodes.isPayable({ ...asked, workedAt })).to.equal(true);
    expect(await operator.nodes.isPayable({ ...asked, workedAt: workedAt + 1n })).to.equal(false);
  });

  it("pays whoever finds an enclave that has fallen out", async () => {
    const account = (await world.signers.stranger.getAddress()) as Hex;
    const { recheckBounty, minStake } = await operator.nodes.parameters();
    await verdict(0n, TcbStatus.Revoked);
    const found = await (await stranger.nodes.recheck({ receiptKey: second })).wait();
    expect(found).to.deep.include({ finder: account, validUntil: await now(), bounty: recheckBounty });
    expect(await stranger.nodes.compensationOf({ victim: account })).to.equal(recheckBounty);
    expect(await operator.nodes.nodeOf({ node })).to.include({ stake: minStake - 2n * recheckBounty });
    expect((await operator.nodes.enclaveOf({ receiptKey: second })).basisId).to.equal(ZERO_HASH);
    expect((await revertOf(stranger.nodes.recheck({ receiptKey: second }))).errorName).to.equal(
      "NodeRegistry_EnclaveEnded",
    );
    await (await stranger.nodes.withdrawCompensation()).wait();
    expect(await world.token.balanceOf(account)).to.equal(recheckBounty);
  });

  it("ends a line's measurements in one step", async () => {
    const sunset = (await now()) + HOUR;
    expect(await owner.nodes.measurementList({ lineId })).to.equal(0);
    const started = await (await owner.nodes.startMeasurementList({ lineId, sunset })).wait();
    expect(started).to.deep.include({ lineId, list: 1, sunset });
    expect(await owner.nodes.measurementList({ lineId })).to.equal(1);
    const measurementId = MEASUREMENT;
    expect(await owner.nodes.lineMeasurement({ lineId, measurementId })).to.deep.equal({ from: 0n, until: sunset });
    await (await owner.nodes.setLineMeasurement({ lineId, measurementId })).wait();
    expect(await owner.nodes.lineMeasurement({ lineId, measurementId })).to.deep.equal({ from: 0n, until: FOREVER });
    const refused = await revertOf(stranger.nodes.startMeasurementList({ lineId, sunset }));
    expect(refused.errorName).to.equal("DeltaLedger_NotLineOwner");
  });
});
