import { type Hex, toHex } from "../../hex.js";
import { NitroError } from "../nitro/errors.js";
import { type NitroReport, type NitroVerifyOptions, verifyNitroDocument } from "../nitro/verify.js";
import { decodeZkJournal, encodeZkJournal, type ZkJournal, zkJournalOf, zkRecheck } from "./journal.js";

/**
 * Second opinion on a program: verifies the document itself, and that the journal says of it what it must, byte for byte. Gives what ZkTeeVerifier
 * reports. Throws what `verifyNitroDocument` throws, and `BAD_EVIDENCE` with the name of the first field that differs.
 */
export async function verifyZkJournal(
  journal: Uint8Array,
  evidence: Uint8Array,
  options: NitroVerifyOptions = {},
): Promise<NitroReport> {
  const said = decodeZkJournal(journal);
  const report = await verifyNitroDocument(evidence, options);
  const wanted = zkJournalOf(evidence);
  for (const field of Object.keys(wanted) as (keyof ZkJournal)[]) {
    const [a, b] = [{ ...wanted, [field]: said[field] }, wanted].map((fields) => toHex(encodeZkJournal(fields))) as [
      Hex,
      Hex,
    ];
    if (a !== b) throw new NitroError("BAD_EVIDENCE", `the journal's ${field} is not the document's`, { field });
  }
  return { ...report, basisId: zkRecheck(journal).basisId };
}
