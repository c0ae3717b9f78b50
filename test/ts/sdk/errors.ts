import {
  ContractRevertError,
  createFreehold,
  decodeError,
  decodeRevert,
  FreeholdError,
  findRevertData,
  type Hex,
  InsufficientFundsError,
  InsufficientTokenError,
  interfaceOf,
  NetworkError,
  NonceError,
  TransactionReplacedError,
  UnknownRevertError,
  UserRejectedError,
  WrongChainError,
} from "@freehold/sdk";
import { allErrorsAbi } from "@freehold/sdk/abis";
import { expect } from "chai";
import { AbiCoder, Interface, id, JsonRpcProvider, makeError, parseEther, Wallet, ZeroHash } from "ethers";
import { network } from "hardhat";
import { createWorld } from "./utils/world.ts";

const connection = await network.create();
const world = await createWorld(connection);
const { chainId, deployment } = world;
const MISSING = 12_345n;
const EXPECTED = { errorName: "ModelRegistry_UnknownModel", contract: "ModelRegistry", code: "CONTRACT_REVERT" };

async function errorOf(run: Promise<unknown>): Promise<FreeholdError> {
  try {
    await run;
  } catch (error) {
    expect(error, String(error)).to.be.instanceOf(FreeholdError);
    return error as FreeholdError;
  }
  throw new Error("nothing was thrown");
}

async function expectUnknownModel(run: Promise<unknown>): Promise<void> {
  const error = await errorOf(run);
  expect(error).to.be.instanceOf(ContractRevertError);
  expect(error).to.include(EXPECTED);
  const { args, selector, cause, message, details } = error as ContractRevertError;
  expect(args).to.deep.equal({ modelId: MISSING });
  expect(selector).to.equal(id("ModelRegistry_UnknownModel(uint256)").slice(0, 10));
  expect(message).to.contain("12345");
  expect(JSON.parse(JSON.stringify(details)).args).to.deep.equal({ modelId: "12345" });
  expect(cause, "the original error is kept").to.be.instanceOf(Error);
}

describe("sdk: errors", () => {
  describe("in process (Hardhat's SolidityError)", () => {
    const { owner } = world;

    it("send", () => expectUnknownModel(owner.models.setTokenURI({ modelId: MISSING, uri: "" })));
    it("send with a gas limit", () =>
      expectUnknownModel(owner.models.setTokenURI({ modelId: MISSING, uri: "" }, { gasLimit: 200_000 })));
    it("simulate", () => expectUnknownModel(owner.models.setTokenURI.simulate({ modelId: MISSING, uri: "" })));
    it("estimateGas", () => expectUnknownModel(owner.models.setTokenURI.estimateGas({ modelId: MISSING, uri: "" })));
    it("read", () => expectUnknownModel(owner.models.anchorOf({ modelId: MISSING })));
  });

  describe("over JSON-RPC", () => {
    let server: Awaited<ReturnType<typeof network.createServer>>;
    let provider: JsonRpcProvider;
    let wallet: Wallet;
    let url: string;
    let remote: Awaited<ReturnType<typeof createWorldOver>>;

    async function createWorldOver(rpc: JsonRpcProvider, key: string) {
      const signer = new Wallet(key, rpc);
      const client = createFreehold({ signer, chainId, deployment: remoteDeployment });
      return { signer, client };
    }
    let remoteDeployment = deployment;

    before(async () => {
      server = await network.createServer(undefined, "127.0.0.1", 0);
      const { address, port } = await server.listen();
      url = `http://${address}:${port}`;
      provider = new JsonRpcProvider(url, Number(chainId), {
        staticNetwork: true,
        // Nothing is remembered: ethers would give a nonce of 250 ms ago.
        cacheTimeout: -1,
        pollingInterval: 20,
      });
      // The server's chain is its own: the registry is deployed there by hand, at another address.
      const deployer = await provider.getSigner(0);
      const factory = await world.ethers.getContractFactory("ModelRegistry");
      const registry = await factory.connect(deployer).deploy(60n, 86_400n);
      await registry.waitForDeployment();
      const contract = { ...deployment.contracts.ModelRegistry, address: await registry.getAddress() };
      remoteDeployment = {
        ...deployment,
        contracts: { ...deployment.contracts, ModelRegistry: contract as (typeof deployment.contracts)[string] },
      };
      wallet = Wallet.createRandom(provider) as unknown as Wallet;
      await (await deployer.sendTransaction({ to: wallet.address, value: parseEther("10") })).wait();
      remote = await createWorldOver(provider, wallet.privateKey);
    });

    after(async () => {
      provider.destroy();
      await server.close();
    });

    it("send: CALL_EXCEPTION of estimateGas, whose revert is null", async () => {
      const raw = await remote.signer
        .sendTransaction(await remote.client.models.setTokenURI.prepare({ modelId: MISSING, uri: "" }))
        .catch((error: unknown) => error);
      expect(raw).to.include({ code: "CALL_EXCEPTION", action: "estimateGas", revert: null });
      await expectUnknownModel(remote.client.models.setTokenURI({ modelId: MISSING, uri: "" }));
    });

    it('send with a gas limit: UNKNOWN_ERROR "could not coalesce error"', async () => {
      const prepared = await remote.client.models.setTokenURI.prepare({ modelId: MISSING, uri: "" });
      const raw = await remote.signer.sendTransaction({ ...prepared, gasLimit: 200_000 }).catch((e: unknown) => e);
      expect(raw).to.include({ code: "UNKNOWN_ERROR" });
      await expectUnknownModel(remote.client.models.setTokenURI({ modelId: MISSING, uri: "" }, { gasLimit: 200_000 }));
    });

    it("read and simulate: CALL_EXCEPTION with data", async () => {
      await expectUnknownModel(remote.client.models.anchorOf({ modelId: MISSING }));
      await expectUnknownModel(remote.client.models.setTokenURI.simulate({ modelId: MISSING, uri: "" }));
    });

    it("mined and reverted: replayed, because a receipt does not say why", async () => {
      // Two transactions of one block: the first takes the commitment that the second wants, which nothing can foresee.
      const commitment = id("raced") as Hex;
      const { data, to } = await remote.client.models.commit.prepare({
        anchor: { weightsRoot: id("x") as Hex, byteLength: 1n, architectureHash: id("y") as Hex, commitments: ZERO },
        salt: commitment,
      });
      await provider.send("evm_setAutomine", [false]);
      try {
        const nonce = await remote.signer.getNonce();
        const gas = { gasLimit: 200_000 };
        await remote.signer.sendTransaction({ to, data, nonce, ...gas });
        const { ModelRegistry } = remoteDeployment.contracts;
        expect(ModelRegistry?.address).to.equal(to);
        const second = await remote.client.models.commit(
          {
            anchor: {
              weightsRoot: id("x") as Hex,
              byteLength: 1n,
              architectureHash: id("y") as Hex,
              commitments: ZERO,
            },
            salt: commitment,
          },
          { nonce: nonce + 1, ...gas },
        );
        await provider.send("evm_mine", []);
        const error = await errorOf(second.wait());
        expect(error).to.be.instanceOf(ContractRevertError);
        expect(error).to.include({ errorName: "ModelRegistry_CommitmentExists" });
        expect((error as ContractRevertError).args).to.deep.equal({ commitment: second.commitment });
        expect((error.cause as { code?: string }).code).to.equal("CALL_EXCEPTION");
      } finally {
        await provider.send("evm_setAutomine", [true]);
      }
    });

    it("replaced by the wallet: with another price it is the same call, with another call it is not", async () => {
      const root = id("replaced") as Hex;
      const anchor = { weightsRoot: root, byteLength: 1n, architectureHash: root, commitments: ZERO };
      for (const [salt, same] of [
        [id("repriced"), true],
        [id("replaced"), false],
      ] as const) {
        await provider.send("evm_setAutomine", [false]);
        try {
          const nonce = await remote.signer.getNonce();
          const gas = { gasLimit: 200_000, maxPriorityFeePerGas: 10n ** 9n, maxFeePerGas: 10n ** 10n };
          const sent = await remote.client.models.commit({ anchor, salt: salt as Hex }, { nonce, ...gas });
          const waiting = sent.wait().catch((error: unknown) => error);
          const { to, data } = await remote.client.models.commit.prepare({ anchor, salt: salt as Hex });
          const better = {
            nonce,
            gasLimit: 200_000,
            maxPriorityFeePerGas: 2n * 10n ** 9n,
            maxFeePerGas: 2n * 10n ** 10n,
          };
          const { hash } = await remote.signer.sendTransaction({
            ...(same ? { to, data } : { to: wallet.address }),
            ...better,
          });
          // A replacement shows when ethers sees a new block after the one that held it.
          let result: unknown;
          const settled = waiting.then((value) => {
            result = value;
          });
          for (let blocks = 0; result === undefined && blocks < 100; blocks++) {
            await provider.send("evm_mine", []);
            await Promise.race([settled, new Promise((resolve) => setTimeout(resolve, 50))]);
          }
          if (same) expect(result).to.include({ account: remote.signer.address, commitment: sent.commitment });
          else {
            expect(result).to.be.instanceOf(TransactionReplacedError);
            expect((result as FreeholdError).details).to.deep.equal({ hash: sent.hash, replacement: hash });
          }
        } finally {
          await provider.send("evm_setAutomine", [true]);
        }
      }
    });

    it("a nonce that was used", async () => {
      const nonce = (await remote.signer.getNonce()) - 1;
      const root = ZeroHash as Hex;
      const anchor = { weightsRoot: root, byteLength: 1n, architectureHash: root, commitments: ZERO };
      const error = await errorOf(remote.client.models.commit({ anchor, salt: id("n") as Hex }, { nonce }));
      expect(error).to.be.instanceOf(NonceError);
      expect(error.code).to.equal("NONCE_TOO_LOW");
    });

    it("a sender without the chain's coin", async () => {
      const poor = remote.client.withSigner(Wallet.createRandom(provider) as unknown as Wallet);
      const root = ZeroHash as Hex;
      const anchor = { weightsRoot: root, byteLength: 1n, architectureHash: root, commitments: ZERO };
      const error = await errorOf(poor.models.commit({ anchor }, { gasLimit: 100_000 }));
      expect(error).to.be.instanceOf(InsufficientFundsError);
    });

    it("a provider of another chain, at the first call and at every later one", async () => {
      const other = { ...remoteDeployment, chainId: "5" };
      const client = createFreehold({ signer: wallet, chainId: 5n, deployment: other });
      for (const run of [
        () => client.models.anchorOf({ modelId: MISSING }),
        () => client.models.setTokenURI({ modelId: MISSING, uri: "" }),
        () => client.models.setTokenURI.simulate({ modelId: MISSING, uri: "" }),
      ]) {
        const error = await errorOf(run());
        expect(error).to.be.instanceOf(WrongChainError);
        expect(error.details).to.include({ expected: "5", actual: "31337" });
      }
    });

    it("an address without a contract", async () => {
      const nowhere = {
        ...deployment.contracts.ModelRegistry,
        address: wallet.address,
      } as (typeof deployment.contracts)[string];
      const record = { ...remoteDeployment, contracts: { ...remoteDeployment.contracts, ModelRegistry: nowhere } };
      const client = createFreehold({ signer: wallet, chainId, deployment: record });
      expect((await errorOf(client.models.ownerOf({ modelId: MISSING }))).code).to.equal("MISSING_CONTRACT");
    });

    it("a chain that cannot be reached, and one that does not answer", async () => {
      const dead = new JsonRpcProvider("http://127.0.0.1:1", Number(chainId), { staticNetwork: true });
      const client = createFreehold({ provider: dead, chainId, deployment });
      expect((await errorOf(client.models.anchorOf({ modelId: MISSING }))).code).to.equal("NETWORK_UNREACHABLE");
      dead.destroy();
      const silent = { getNetwork: () => new Promise(() => {}) } as unknown as JsonRpcProvider;
      const waiting = createFreehold({ provider: silent, chainId, deployment, timeoutMs: 20 });
      const error = await errorOf(waiting.models.anchorOf({ modelId: MISSING }));
      expect(error).to.be.instanceOf(NetworkError).with.property("code", "NETWORK_TIMEOUT");
    });
  });

  describe("tokens", () => {
    it("too small an allowance, too small a balance", async () => {
      const { operator } = world;
      await (await operator.nodes.register({ endpoint: "http://node" })).wait();
      const allowance = await errorOf(operator.nodes.addStake({ amount: 7n }));
      expect(allowance).to.be.instanceOf(InsufficientTokenError);
      expect(allowance.code).to.equal("INSUFFICIENT_TOKEN_ALLOWANCE");
      expect(allowance.hint).to.contain("approveStake");
      await (await operator.nodes.approveStake({ amount: 7n })).wait();
      const balance = await errorOf(operator.nodes.addStake({ amount: 7n }));
      expect(balance).to.include({ code: "INSUFFICIENT_TOKEN_BALANCE", errorName: "ERC20InsufficientBalance" });
      expect((balance as InsufficientTokenError).args.needed).to.equal(7n);
    });
  });

  describe("wherever revert data hides", () => {
    const data = interfaceOf("ModelRegistry").encodeErrorResult("ModelRegistry_UnknownModel", [MISSING]) as Hex;

    for (const [what, error] of [
      ["ethers: data", { code: "CALL_EXCEPTION", data }],
      ["ethers: info.error.data", { code: "CALL_EXCEPTION", data: null, info: { error: { code: 3, data } } }],
      ["ethers: error.data", { code: "UNKNOWN_ERROR", error: { code: -32603, data } }],
      ["MetaMask: data.originalError.data", { code: -32603, data: { originalError: { code: 3, data } } }],
      ["nested data", { data: { data: { data } } }],
      ["OpenEthereum's prefix", { data: `Reverted ${data}` }],
      ["a cause", new Error("outer", { cause: Object.assign(new Error("inner"), { data }) })],
      [
        "viem: walk",
        { name: "ContractFunctionExecutionError", walk: (fn: (e: unknown) => boolean) => [{}, { data }].find(fn) },
      ],
    ] as const) {
      it(what, () => {
        expect(findRevertData(error)).to.equal(data);
        expect(decodeError(error, "x")).to.include({ ...EXPECTED, cause: error });
      });
    }

    it("and not in the request that failed", () => {
      const request = { transaction: { data }, payload: { params: [{ data }] }, message: "boom" };
      expect(findRevertData(request)).to.equal(undefined);
      expect(decodeError(request, "x")).to.equal(request);
    });

    it("cycles and hostile getters end", () => {
      const loop: Record<string, unknown> = { message: "loop" };
      loop.error = loop;
      Object.defineProperty(loop, "data", {
        get() {
          throw new Error("no");
        },
      });
      expect(findRevertData(loop)).to.equal(undefined);
    });

    it("reasons and panics of the compiler", () => {
      const reason = new Interface(["error Error(string message)"]).encodeErrorResult("Error", ["paused"]) as Hex;
      expect(decodeRevert(reason, "Token")).to.deep.include({ errorName: "Error", args: { message: "paused" } });
      const panic = `0x4e487b71${AbiCoder.defaultAbiCoder().encode(["uint256"], [0x11]).slice(2)}` as Hex;
      expect(decodeRevert(panic, "Token")).to.deep.include({ errorName: "Panic", args: { code: 0x11n } });
    });

    it("unknown selectors and empty reverts keep what there is", () => {
      const unknown = decodeError({ data: "0xdeadbeef01" }, "ModelRegistry");
      expect(unknown)
        .to.be.instanceOf(UnknownRevertError)
        .and.include({ selector: "0xdeadbeef", data: "0xdeadbeef01" });
      const truncated = decodeError({ data: data.slice(0, 20) }, "ModelRegistry");
      expect(truncated)
        .to.be.instanceOf(UnknownRevertError)
        .and.include({ selector: data.slice(0, 10) });
      const empty = decodeError({ code: "CALL_EXCEPTION", data: "0x" }, "ModelRegistry");
      expect(empty).to.be.instanceOf(UnknownRevertError).with.property("selector", undefined);
    });

    it("a refusal in the wallet", () => {
      const rejected = makeError("user rejected action", "ACTION_REJECTED", {
        action: "sendTransaction",
        reason: "rejected",
      });
      expect(decodeError(rejected, "x")).to.be.instanceOf(UserRejectedError);
      expect(decodeError({ code: 4001, message: "User denied" }, "x")).to.be.instanceOf(UserRejectedError);
    });

    it("errors that are none of these pass through", () => {
      const bug = new TypeError("undefined is not a function");
      expect(decodeError(bug, "x")).to.equal(bug);
    });
  });

  it("no two errors share a selector, and the built-in ones are there", () => {
    const selectors = allErrorsAbi.map(({ name, inputs }) =>
      id(`${name}(${inputs.map(({ type }) => type)})`).slice(0, 10),
    );
    expect(new Set(selectors).size).to.equal(selectors.length);
    expect(allErrorsAbi.map(({ name }) => name)).to.include.members(["Error", "Panic", "ERC721NonexistentToken"]);
  });
});

const ZERO = { poseidonRoot: ZeroHash as Hex, pedersenX: 0n, pedersenY: 0n };
