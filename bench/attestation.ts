import { trimQuote } from "../sdk/dist/attestation/index.js";
import { bundle, bundleNames } from "../test/ts/attestation/utils/bundle.ts";
import { deployDcap, frozenChain, loadBundle } from "../test/ts/attestation/utils/dcap.ts";

/** The goal for TCB info is for a body of 5 KB. */
const TCB_INFO_LIMIT = 5_000;

/**
 * Gas of whole transactions of Intel's attestation (the base fee of 21,000 and calldata included), by the ids of the goals: the most that any
 * genuine document took, on Osaka. Empty without them.
 */
export async function measureDcap(): Promise<Record<string, number>> {
  const rows: Record<string, number> = {};
  const raise = (id: string, gas: number | undefined) => {
    if (gas !== undefined) rows[id] = Math.max(rows[id] ?? 0, gas);
  };
  for (const name of bundleNames) {
    const { gas, tcbInfoSize } = await measureBundle(name);
    raise("tee.dcap.warm.trimmed", gas.trimmed);
    raise("tee.dcap.warm.raw", gas.raw);
    raise("tee.dcap.firstPck", gas.pck);
    if (tcbInfoSize <= TCB_INFO_LIMIT) raise("tee.dcap.tcbInfo5k", gas.tcbInfo);
    raise("tee.dcap.qeIdentity", gas.qeIdentity);
    raise("tee.dcap.pckCrl", gas.pckCrl);
  }
  return rows;
}

async function measureBundle(name: string) {
  const genuine = bundle(name);
  const chain = await frozenChain(genuine.suggested);
  const dcap = await deployDcap(chain, genuine.root);
  const { gas, aux } = await loadBundle(dcap, genuine);
  const [signer] = await chain.ethers.getSigners();
  const verify = dcap.verifier.getFunction("verify");
  const measure = async (quote: Uint8Array): Promise<number | undefined> => {
    // Genuine, but refused: debug mode, or a platform that Intel does not know any more.
    const isSound = await verify.staticCall(quote, aux).then(
      () => true,
      () => false,
    );
    if (!isSound) return undefined;
    // A view, sent as a transaction: what it costs a caller, without the caller's own storage.
    const request = await verify.populateTransaction(quote, aux);
    return (await chain.send(() => signer!.sendTransaction(request))).gas;
  };
  const [raw, trimmed] = [await measure(genuine.quote), await measure(trimQuote(genuine.quote))];
  await chain.connection.close();
  const all: Record<string, number | undefined> = { ...gas, raw, trimmed };
  return { gas: all, tcbInfoSize: genuine.tcbInfo.body.length };
}
