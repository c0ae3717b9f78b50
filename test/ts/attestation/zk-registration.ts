import {
  chainIds,
  crlSubmission,
  encodeZkJournal,
  nitroAux,
  parseNitroDocument,
  zkJournalOf,
  zkRecheck,
} from "@freehold/sdk/attestation";
import { expect } from "chai";
import { AbiCoder, getBytes, keccak256, toBeHex, ZeroHash, zeroPadValue } from "ethers";
import ZkTee from "../../../ignition/modules/ZkTee.ts";
import { makeChain, makeCrl } from "./utils/authority.ts";
import { type FrozenChain, frozenChain } from "./utils/dcap.ts";
import { bytesOf, makeDocument } from "./utils/document.ts";
import { deployNitro, GAS, type Nitro } from "./utils/nitro.ts";
import { deployRegistry } from "./utils/registry.ts";
import { NOW } from "./utils/scenario.ts";
import { deployZk, PROGRAM, prove, ROUTE } from "./utils/zk.ts";

const KEY = `0x${"a1".repeat(20)}`;
const HPKE_KEY = `0x${"4b".repeat(32)}`;
const ALWAYS = { from: 0n, until: 2n ** 40n - 1n };

describe("attestation: a node registers with a proof", () => {
  const authority = makeChain(NOW);
  let chain: FrozenChain;
  let nitro: Nitro;
  let zk: Awaited<ReturnType<typeof deployZk>>;
  let registry: Awaited<ReturnType<typeof deployRegistry>>;

  beforeEach(async () => {
    chain = await frozenChain(NOW);
    nitro = await deployNitro(chain.connection, authority.certificates[0]!);
    zk = await deployZk(chain.connection, nitro.store, "SP1");
    registry = await deployRegistry(chain, false);
    for (const verifier of [zk.verifier, nitro.verifier]) {
      await registry.send(registry.nodes, "setVerifier", verifier, ALWAYS);
    }
  });
  afterEach(() => chain.connection.close());

  /** A document over the binding that the registry asks for, and a registration by each route. */
  async function registrations() {
    const { nodes, node } = registry;
    const challengeBlock = await chain.ethers.provider.getBlockNumber();
    await chain.at(NOW + 1);
    const binding = await nodes
      .getFunction("bindingOf")
      .staticCall(node.address, KEY, HPKE_KEY, ZeroHash, challengeBlock);
    const document = makeDocument(authority, { user_data: bytesOf(getBytes(binding)) });
    const common = { receiptKey: KEY, hpkePublicKey: HPKE_KEY, versionSet: ZeroHash, challengeBlock };
    const evidence = await prove(zk, document);
    const aux = await nitroAux(parseNitroDocument(document), nitro.store);
    return {
      document,
      byProof: { ...common, verifier: zk.verifier, evidence, aux: "0x" },
      direct: { ...common, verifier: nitro.verifier, evidence: document, aux },
    };
  }

  const register = (registration: object) => registry.send(registry.nodes, "registerEnclave", registration, GAS);
  const refused = (registration: object, error: string) =>
    expect(registry.nodes.getFunction("registerEnclave").staticCall(registration, GAS)).to.be.revertedWithCustomError(
      registry.nodes,
      error,
    );
  const enclave = async () => (await registry.nodes.getFunction("enclaveOf").staticCall(KEY)).toObject();

  it("is known by what the document measures, as by the direct route", async () => {
    const { byProof, direct } = await registrations();
    const snapshot = await chain.connection.networkHelpers.takeSnapshot();
    await register(direct);
    const known = await enclave();
    await snapshot.restore();
    const { gas } = await register(byProof);
    expect(await enclave()).to.deep.equal({
      ...known,
      verifier: await zk.verifier.getAddress(),
      basisId: (await enclave()).basisId,
      registeredAt: (await enclave()).registeredAt,
    });
    expect(known.validUntil).to.equal(BigInt(NOW + 3 * 3600));
    expect(gas, "the proof's own check not included").to.be.at.most(300_000);
  });

  it("one document counts once, whichever route it comes by", async () => {
    const { byProof, direct } = await registrations();
    for (const [first, second] of [
      [byProof, direct],
      [direct, byProof],
    ] as const) {
      const snapshot = await chain.connection.networkHelpers.takeSnapshot();
      await register(first);
      await refused(first, "NodeRegistry_ReceiptKeyUsed");
      await refused(second, "NodeRegistry_ReceiptKeyUsed");
      // Its key alone does not stop it: with the enclave forgotten, the evidence still counts as used.
      await forget();
      await refused(first, "NodeRegistry_EvidenceUsed");
      await refused(second, "NodeRegistry_EvidenceUsed");
      await snapshot.restore();
    }
  });

  it("is refused with the binding of another key", async () => {
    const { byProof } = await registrations();
    await refused({ ...byProof, receiptKey: `0x${"a2".repeat(20)}` }, "NodeRegistry_BindingMismatch");
  });

  it("stops being payable when AWS revokes a certificate and anybody has it judged again", async () => {
    const { byProof, document } = await registrations();
    await register(byProof);
    const { nodes, send } = registry;
    const { basisId, aux } = zkRecheck(encodeZkJournal(zkJournalOf(document)));
    expect((await enclave()).basisId).to.equal(basisId);
    const recheck = nodes.getFunction("recheck");
    await expect(recheck.staticCall(KEY, aux)).to.be.revertedWithCustomError(nodes, "NodeRegistry_NothingChanged");
    // An aux of someone else's, whose chain may have fallen, is none of this enclave's.
    const other = zkRecheck(encodeZkJournal({ ...zkJournalOf(document), notAfter: NOW - 1 }));
    await expect(recheck.staticCall(KEY, other.aux)).to.be.revertedWithCustomError(
      zk.verifier,
      "ZkTeeVerifier_ForeignAux",
    );
    await chain.at(NOW + 60);
    const [root] = authority.certificates as [Uint8Array];
    const [issuer, issuerKey] = [authority.names[0]!, authority.keys[0]!];
    const list = makeCrl({ issuer, issuerKey, number: 1n, thisUpdate: NOW, serials: [1001n] });
    const revocation = crlSubmission(list, chainIds([root])[0]!, root);
    await chain.send(() => nitro.store.submitCrl(...revocation, GAS));
    await send(nodes, "recheck", KEY, aux);
    expect((await enclave()).validUntil).to.equal(BigInt(NOW + 60));
    expect((await enclave()).basisId).to.equal(ZeroHash);
  });

  it("cannot use a route below a test root in production", async () => {
    const { nodes, send } = await deployRegistry(chain, true);
    await expect(send(nodes, "setVerifier", zk.verifier, ALWAYS)).to.be.revertedWithCustomError(
      nodes,
      "NodeRegistry_DevelopmentTee",
    );
  });

  it("is deployed by a module of its own, pinned to the gateway of its chain", async () => {
    const { connection } = chain;
    const parameters = {
      system: 1,
      gateway: await zk.gateway.getAddress(),
      route: ROUTE,
      programId: PROGRAM,
      nitroCertStore: await nitro.store.getAddress(),
    };
    const deployed = await connection.ignition.deploy(ZkTee, { parameters: { ZkTee: parameters } });
    const { ZkTeeVerifier } = deployed as unknown as { ZkTeeVerifier: typeof zk.verifier };
    expect(await ZkTeeVerifier.VERIFIER()).to.equal(await zk.prover.getAddress());
    expect(await ZkTeeVerifier.SYSTEM()).to.equal(1n);
    const window = await registry.nodes.getFunction("verifierWindow").staticCall(ZkTeeVerifier);
    expect([...window]).to.deep.equal([0n, 0n]);
  });

  /** Clears the first word of the enclave, which has its node, wherever the registry keeps it. */
  async function forget() {
    const address = await registry.nodes.getAddress();
    const { provider } = chain.connection;
    for (let slot = 0; slot < 40; slot++) {
      const place = keccak256(AbiCoder.defaultAbiCoder().encode(["address", "uint256"], [KEY, slot]));
      const word = await provider.request({ method: "eth_getStorageAt", params: [address, place, "latest"] });
      if (!(word as string).toLowerCase().includes(registry.node.address.slice(2).toLowerCase())) continue;
      const zero = zeroPadValue(toBeHex(0), 32);
      await provider.request({ method: "hardhat_setStorageAt", params: [address, place, zero] });
      return;
    }
    throw new Error("the registry keeps its enclaves elsewhere");
  }
});
