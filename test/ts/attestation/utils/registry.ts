import { ZeroHash } from "ethers";
import { type Dcap, deployDcap, type FrozenChain, frozenChain, loadBundle } from "./dcap.ts";
import { intelCa } from "./intel-ca.ts";
import { NOW } from "./scenario.ts";
import { quoteOf, syntheticBundle } from "./synthetic.ts";

const STAKE = 1_000_000_000n;
const HPKE_KEY = `0x${"4b".repeat(32)}`;
/** For ever, as far as 40 bits reach. */
const ALWAYS = { from: 0n, until: 2n ** 40n - 1n };

/** A registry whose nodes attest with quotes of a made-up Intel; `production` as in a deployment. */
export async function deployRegistry(chain: FrozenChain, production: boolean) {
  const { ethers } = chain;
  const [node] = await ethers.getSigners();
  const manager = await ethers.deployContract("AccessManager", [node!.address]);
  const token = await ethers.deployContract("TestToken", [6]);
  const models = await ethers.deployContract("ModelRegistry", [60, 86_400]);
  const datasets = await ethers.deployContract("DatasetRegistry", [models]);
  const ledger = await ethers.deployContract("DeltaLedger", [models, datasets]);
  const nodes = await ethers.deployContract("NodeRegistry", [
    {
      authority: manager,
      stakeToken: token,
      ledger,
      minStake: STAKE,
      recheckBounty: 5_000_000n,
      thawPeriod: 1_814_400,
      maxEnclaveTtl: 604_800,
      maxEvidenceAge: 600,
      production,
    },
  ]);
  const send = (contract: typeof nodes, method: string, ...args: unknown[]) =>
    chain.send(() => contract.getFunction(method)(...args));
  await send(nodes, "setSlashers", [manager]);
  await send(nodes, "register", "https://node.example", node!.address);
  await send(token as unknown as typeof nodes, "mint", node!.address, STAKE);
  await send(token as unknown as typeof nodes, "approve", nodes, STAKE);
  await send(nodes, "addStake", STAKE);
  return { nodes, node: node!, send };
}

/** A registry, a verifier of quotes that it accepts, and what a quote of a node is made of. */
export async function registeredWorld() {
  const ca = intelCa(NOW);
  const chain = await frozenChain(NOW);
  const dcap: Dcap = await deployDcap(chain, ca.root.der);
  const bundle = syntheticBundle(ca);
  // Before collateral sets the clock: deployments take the machine's time, which moves on.
  const registry = await deployRegistry(chain, false);
  const { aux } = await loadBundle(dcap, bundle);
  const { nodes, node, send } = registry;
  await send(nodes, "setVerifier", dcap.verifier, ALWAYS);

  /** What `registerEnclave` takes for a new key, with a quote over the binding that the registry asks for. */
  const registration = async (receiptKey: string, trim: (quote: Uint8Array) => Uint8Array) => {
    const challengeBlock = (await chain.ethers.provider.getBlockNumber()) - 1;
    const binding = await nodes
      .getFunction("bindingOf")
      .staticCall(node.address, receiptKey, HPKE_KEY, ZeroHash, challengeBlock);
    const quote = quoteOf(ca, bundle.pck, { binding: Buffer.from((binding as string).slice(2), "hex") });
    return {
      quote,
      args: {
        verifier: dcap.verifier,
        receiptKey,
        hpkePublicKey: HPKE_KEY,
        versionSet: ZeroHash,
        challengeBlock,
        evidence: trim(quote),
        aux,
      },
    };
  };
  return { ca, chain, dcap, bundle, aux, ...registry, registration };
}
