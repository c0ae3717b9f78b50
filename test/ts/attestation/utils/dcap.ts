import { concat, keccak256, toBeHex } from "ethers";
import { network } from "hardhat";
import type { Bundle } from "./bundle.ts";

type Bytes = Uint8Array | string;

/** Id of an issuer: the first ten bytes of the certificate's hash. */
export const issuerId = (der: Uint8Array): string => keccak256(der).slice(0, 22);

/**
 * A chain whose clock stands still: every block has the time that was set last.
 * @param hardfork without the precompile of P-256: `cancun`
 */
export async function frozenChain(time: number, hardfork: "osaka" | "cancun" = "osaka") {
  const connection = await network.create({
    network: "local",
    override: { hardfork, initialDate: new Date((time - 1_000) * 1_000), allowBlocksWithSameTimestamp: true },
  });
  let now = time;
  const { ethers, networkHelpers } = connection;
  const { provider } = ethers;
  return {
    connection,
    ethers,
    /** From now on. */
    async at(next: number) {
      now = next;
      await networkHelpers.time.setNextBlockTimestamp(now);
      await networkHelpers.mine();
    },
    /** Sends, and gives the gas that the whole transaction took. */
    async send(transaction: () => Promise<{ wait(): Promise<{ gasUsed: bigint; hash: string } | null> }>) {
      // What others sent took the machine's time, which may have moved on.
      await networkHelpers.time.setNextBlockTimestamp(Math.max(now, await networkHelpers.time.latest()));
      const receipt = await (await transaction()).wait();
      if (receipt === null) throw new Error("no receipt");
      return { gas: Number(receipt.gasUsed), logs: (await provider.getTransactionReceipt(receipt.hash))?.logs ?? [] };
    },
  };
}

export type FrozenChain = Awaited<ReturnType<typeof frozenChain>>;

/** Collateral and verifier for a root. */
export async function deployDcap(chain: FrozenChain, root: Uint8Array) {
  const { ethers } = chain;
  const harness = await ethers.deployContract("DerHarness");
  const shown = await harness.getFunction("certificate").staticCall(root, 0);
  const key = shown.publicKey as string;
  const values = [
    `0x${key.slice(2, 66)}`,
    `0x${key.slice(66)}`,
    shown.subjectHash,
    keccak256(shown.subjectKeyId),
    shown.notAfter,
  ];
  const reader = await ethers.deployContract("IntelJsonReader");
  const collateral = await ethers.deployContract("DcapCollateral", [values, reader]);
  const verifier = await ethers.deployContract("DcapVerifier", [collateral]);
  const call = (name: string, ...args: unknown[]) => chain.send(() => collateral.getFunction(name)(...args));
  const packed = (logs: readonly { topics: readonly string[]; data: string }[], event: string): string => {
    for (const log of logs) {
      const parsed = collateral.interface.parseLog(log);
      if (parsed?.name === event) return parsed.args.packed as string;
    }
    throw new Error(`no ${event}`);
  };
  return {
    collateral,
    verifier,
    harness,
    call,
    async updateTcbInfo(body: Bytes, signature: Bytes, signer: Uint8Array) {
      const { gas, logs } = await call("updateTcbInfo", body, signature, issuerId(signer));
      return { gas, packed: packed(logs, "TcbInfoUpdated") };
    },
    async updateQeIdentity(body: Bytes, signature: Bytes, signer: Uint8Array) {
      const { gas, logs } = await call("updateQeIdentity", body, signature, issuerId(signer));
      return { gas, packed: packed(logs, "QeIdentityUpdated") };
    },
  };
}

export type Dcap = Awaited<ReturnType<typeof deployDcap>>;

/** `aux` of DcapVerifier.verify. */
export const auxOf = (identity: string, info: string): string =>
  concat([toBeHex((identity.length - 2) / 2, 2), identity, info]);

/** Brings all of a bundle to a chain, in the order in which it has to come. */
export async function loadBundle(dcap: Dcap, bundle: Bundle) {
  const { call } = dcap;
  const gas: Record<string, number> = {};
  gas.rootCrl = (await call("updateRootCrl", bundle.rootCrl)).gas;
  const issuers = new Map(
    [bundle.crlIssuer, bundle.tcbInfo.signer, bundle.qeIdentity.signer].map((der) => [issuerId(der), der]),
  );
  for (const der of issuers.values()) gas.issuer = (await call("addIssuer", der)).gas;
  const [pck] = bundle.pckChain as [Buffer];
  gas.pckCrl = (await call("updatePckCrl", bundle.pckCrl, issuerId(bundle.crlIssuer))).gas;
  gas.pck = (await call("addPck", pck, issuerId(bundle.crlIssuer), bundle.pckCrl)).gas;
  gas.pem = (await call("linkPem", bundle.pem, pck)).gas;
  const { tcbInfo, qeIdentity } = bundle;
  const info = await dcap.updateTcbInfo(tcbInfo.body, tcbInfo.signature, tcbInfo.signer);
  const identity = await dcap.updateQeIdentity(qeIdentity.body, qeIdentity.signature, qeIdentity.signer);
  gas.tcbInfo = info.gas;
  gas.qeIdentity = identity.gas;
  return { gas, aux: auxOf(identity.packed, info.packed), info: info.packed, identity: identity.packed };
}
