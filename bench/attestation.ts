import { trimQuote } from "../sdk/dist/attestation/index.js";
import { bundle, bundleNames } from "../test/ts/attestation/utils/bundle.ts";
import { deployDcap, frozenChain, loadBundle } from "../test/ts/attestation/utils/dcap.ts";

/** Genuine documents that cost the most of their kind: a TDX quote with 4.8 KB of TCB info, and SGX's identity with its six levels. */
const TDX = "google-cos113-tdx";
const SGX = "automata-godcap-0";

/**
 * Gas of whole transactions of Intel's attestation (the base fee of 21,000 and calldata included), by the ids of the goals, with genuine quotes
 * and collateral on Osaka. Empty without them.
 */
export async function measureDcap(): Promise<Record<string, number>> {
  if (bundleNames.length === 0) return {};
  const tdx = await measureBundle(TDX);
  const sgx = await measureBundle(SGX);
  const worst = (name: string) => Math.max(tdx[name] ?? 0, sgx[name] ?? 0);
  return {
    "tee.dcap.warm.trimmed": worst("trimmed"),
    "tee.dcap.warm.raw": worst("raw"),
    "tee.dcap.firstPck": worst("pck"),
    // The SGX body has 6.6 KB: the goal is for 5 KB.
    "tee.dcap.tcbInfo5k": tdx.tcbInfo ?? 0,
    "tee.dcap.qeIdentity": worst("qeIdentity"),
    "tee.dcap.pckCrl": worst("pckCrl"),
  };
}

async function measureBundle(name: string): Promise<Record<string, number>> {
  const genuine = bundle(name);
  const chain = await frozenChain(genuine.suggested);
  const dcap = await deployDcap(chain, genuine.root);
  const { gas, aux } = await loadBundle(dcap, genuine);
  // A view: as a transaction it costs what a caller's does, without the caller's own storage.
  const verify = async (quote: Uint8Array) => {
    const request = await dcap.verifier.getFunction("verify").populateTransaction(quote, aux);
    const [signer] = await chain.ethers.getSigners();
    return (await chain.send(async () => signer!.sendTransaction(request))).gas;
  };
  gas.raw = await verify(genuine.quote);
  gas.trimmed = await verify(trimQuote(genuine.quote));
  await chain.connection.close();
  return gas;
}
