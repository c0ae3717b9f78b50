import { parseNitroDocument } from "@freehold/sdk/attestation";
import {
  auxFor,
  cacheChain,
  chainAt,
  deployNitro,
  GAS,
  goTo,
  nitroVectors,
} from "../test/ts/attestation/utils/nitro.ts";

/** A document of 4.5 KB as most are, and the longest that AWS makes, of 7.5 KB. */
const USUAL = "base-2024-11-30";
const LONGEST = "blocky-2024-09-07-max";

/** Which document, and how many certificates of its chain of five are cached before. */
const ROWS: Readonly<Record<string, readonly [name: string, cached: number]>> = {
  "tee.nitro.warm": [USUAL, 5],
  "tee.nitro.leafAndDoc": [USUAL, 4],
  "tee.nitro.cold": [USUAL, 0],
  "tee.nitro.max": [LONGEST, 5],
};

/**
 * Gas of whole transactions (the base fee of 21,000 and calldata included) that verify genuine documents of AWS Nitro with hints,
 * by Osaka's rules, by the ids of the goals. Nothing without the shared vectors.
 */
export async function measureNitro(): Promise<Record<string, number>> {
  const vectors = nitroVectors();
  const gas: Record<string, number> = {};
  if (vectors === undefined) return gas;
  for (const [id, [name, cached]] of Object.entries(ROWS)) {
    const { evidence, window } = vectors.documents.find((document) => document.name === name) ?? {};
    if (evidence === undefined || window === undefined) throw new Error(`there is no document ${name}`);
    const nitro = await deployNitro(await chainAt(window[0] - 1000), vectors.root);
    await goTo(nitro.connection, window[0] + 60);
    if (cached > 1) await cacheChain(nitro, parseNitroDocument(evidence).chain.slice(0, cached));
    const sent = await nitro.verifier.verify(evidence, await auxFor(nitro, evidence), GAS);
    gas[id] = Number((await sent.wait())?.gasUsed);
    await nitro.connection.close();
  }
  return gas;
}
