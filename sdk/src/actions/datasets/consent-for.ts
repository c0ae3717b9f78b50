import type { Hex } from "../../hex.js";
import { write } from "../write.js";

/**
 * Gives a consent that the dataset's owner signed with `signConsent` (ECDSA or ERC-1271): the caller pays the gas.
 */
export const consentFor = write({
  contract: "DatasetRegistry",
  method: "consentFor",
  args: (params: { datasetId: Hex; lineId: Hex; until: bigint; deadline: bigint; signature: Hex }) => [
    params.datasetId,
    params.lineId,
    params.until,
    params.deadline,
    params.signature,
  ],
  event: "ConsentGiven",
  result: (event) => ({ datasetId: event.datasetId as Hex, lineId: event.lineId as Hex, until: event.until }),
});
