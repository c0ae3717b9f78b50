import { encodeZkJournal, zkJournalOf, zkRecheck } from "@freehold/sdk/attestation";
import { chainAt, deployNitro, goTo, nitroVectors } from "../test/ts/attestation/utils/nitro.ts";
import { deployZk, prove, type System } from "../test/ts/attestation/utils/zk.ts";

type Deployed = Awaited<ReturnType<typeof deployZk>>;

const USUAL = "base-2024-11-30";
const ROWS: Readonly<Record<string, System>> = { "tee.zk.sp1": "SP1", "tee.zk.risc0": "RISC Zero" };

/**
 * Gas of whole transactions (the base fee of 21,000 and calldata included) that verify a genuine document of AWS Nitro by a proof of 260 bytes,
 * and of its recheck. Nobody proves here: a stand-in (about 9,000 gas of it) says yes, and a genuine verifier's own check comes on top. Nothing
 * without the shared vectors.
 */
export async function measureZkTee(): Promise<Record<string, number>> {
  const vectors = nitroVectors();
  const gas: Record<string, number> = {};
  if (vectors === undefined) return gas;
  const { evidence, window } = vectors.documents.find(({ name }) => name === USUAL) ?? {};
  if (evidence === undefined || window === undefined) throw new Error(`there is no document ${USUAL}`);
  const connection = await chainAt(window[0] - 1000);
  const { store } = await deployNitro(connection, vectors.root);
  const zks: [string, Deployed, Uint8Array][] = [];
  for (const [row, system] of Object.entries(ROWS)) {
    const zk = await deployZk(connection, store, system);
    zks.push([row, zk, await prove(zk, evidence)]);
  }
  await goTo(connection, window[0] + 60);
  const [signer] = await connection.ethers.getSigners();
  const { basisId, aux } = zkRecheck(encodeZkJournal(zkJournalOf(evidence)));
  for (const [row, { verifier }, proven] of zks) {
    // A view is called as if it were none.
    const gasOf = async (data: string) => {
      const sent = await signer!.sendTransaction({ to: await verifier.getAddress(), data });
      return Number((await sent.wait())?.gasUsed);
    };
    gas[row] = await gasOf(verifier.interface.encodeFunctionData("verify", [proven, "0x"]));
    gas[`${row}.recheck`] = await gasOf(verifier.interface.encodeFunctionData("recheck", [basisId, aux]));
  }
  await connection.close();
  return gas;
}
