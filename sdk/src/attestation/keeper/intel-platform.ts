import { keccak256 } from "ethers";
import { decoded } from "../../errors/decode.js";
import { ContractRevertError } from "../../errors/index.js";
import { toHex } from "../../hex.js";
import { issuerIdOf } from "../dcap/calls.js";
import type { QuotePlatform } from "../dcap/pck.js";
import type { IntelCollateralSource } from "./intel.js";
import { type Collateral, type IntelItem, send } from "./intel-issuers.js";

/**
 * A platform, by its PCK certificate. The contract holds a certificate against the list of the CA once, when it comes, and believes the answer as long
 * as that list counts: behind every newer list it must be held against it anew, or its quotes count no more when the older list ends. That is also
 * what makes a revocation of it count. Its CA and the CA's list come before, by {@link pckCrlItem}.
 */
export function platformItem(source: IntelCollateralSource, platform: QuotePlatform): IntelItem {
  const { pck, issuer, ca, isTdx, fmspc } = platform;
  const pckId = keccak256(pck);
  const tee = isTdx ? "tdx" : "sgx";
  return (collateral) => ({
    name: `PCK certificate ${pckId.slice(0, 10)} of ${tee} ${fmspc.slice(2)}`,
    validUntil: async () => (await endOf(collateral, pckId, isTdx)) ?? 0n,
    async *refresh() {
      const { der } = await source.pckCrl(ca);
      if ((await endOf(collateral, pckId, isTdx)) === undefined) {
        yield* send(collateral, "addPck", toHex(pck), issuerIdOf(issuer), toHex(der));
      } else {
        yield* send(collateral, "refreshPck", toHex(pck), toHex(der));
      }
    },
  });
}

/** Until when quotes of a platform count, all collateral included; undefined when its certificate is not known. */
async function endOf(collateral: Collateral, pckId: string, isTdx: boolean): Promise<bigint | undefined> {
  try {
    return (await decoded("DcapCollateral", () => collateral.platformOf(pckId, isTdx))).validUntil;
  } catch (error) {
    if (error instanceof ContractRevertError && error.errorName === "DcapCollateral_UnknownPck") return undefined;
    throw error;
  }
}
