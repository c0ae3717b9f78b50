import { createFreehold, type Freehold, NetworkError } from "@freehold/sdk";
import { expect } from "chai";
import { AbiCoder, id, makeError, type Provider, Wallet } from "ethers";
import { network } from "hardhat";
import { createBook, type TestBook } from "./utils/book.ts";
import { createWorld, type World } from "./utils/world.ts";

const EIP712_DOMAIN = id("eip712Domain()").slice(0, 10);
const VERSION = id("version()").slice(0, 10);

describe("sdk: tokens that do not say their domain", () => {
  let world: World;
  let book: TestBook;
  let deadline: bigint;

  before(async () => {
    world = await createWorld(await network.create());
    book = await createBook(world, "token domains");
    deadline = BigInt(await world.networkHelpers.time.latest()) + 3_600n;
  });

  const reverts = () => {
    throw makeError("execution reverted", "CALL_EXCEPTION", {
      action: "call",
      data: "0x",
      reason: null,
      transaction: { to: null, data: "0x" },
      invocation: null,
      revert: null,
    });
  };

  /** A payer to whom the token answers otherwise, by selector. */
  async function payer(answers: Readonly<Record<string, () => string>>): Promise<Freehold> {
    const { provider } = world.ethers;
    const older = new Proxy(provider as unknown as Provider, {
      get(target, key) {
        if (key === "call") {
          return async (request: { data?: string }) =>
            answers[(request.data ?? "").slice(0, 10)]?.() ?? target.call(request);
        }
        const value: unknown = Reflect.get(target, key);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    const signer = Wallet.createRandom(older);
    await (await world.signers.owner.sendTransaction({ to: signer.address, value: 10n ** 18n })).wait();
    await (await world.token.mint(signer.address, 100n)).wait();
    return createFreehold({ signer, chainId: world.chainId, deployment: world.deployment });
  }

  const open = async (client: Freehold) => {
    const { node, lineId } = book;
    return (await (await client.escrow.openWithPermit({ node, lineId, amount: 5n, deadline })).wait()).amount;
  };

  it("are asked for name and version instead", async () => {
    const asked: string[] = [];
    const version = () => {
      asked.push("version");
      return AbiCoder.defaultAbiCoder().encode(["string"], ["1"]);
    };
    expect(await open(await payer({ [EIP712_DOMAIN]: reverts, [VERSION]: version }))).to.equal(5n);
    expect(asked).to.deep.equal(["version"]);
  });

  it("have version 1 when they have none", async () => {
    expect(await open(await payer({ [EIP712_DOMAIN]: reverts, [VERSION]: reverts }))).to.equal(5n);
    expect(await open(await payer({ [EIP712_DOMAIN]: () => "0x" }))).to.equal(5n);
  });

  it("are not guessed at when the chain does not answer", async () => {
    const silent = () => {
      throw makeError("no answer", "TIMEOUT", { operation: "call", reason: "timeout" });
    };
    for (const answers of [{ [EIP712_DOMAIN]: silent }, { [EIP712_DOMAIN]: reverts, [VERSION]: silent }]) {
      const error = await open(await payer(answers)).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(NetworkError);
    }
  });
});
