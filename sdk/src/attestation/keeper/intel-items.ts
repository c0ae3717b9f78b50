import type { Freehold } from "../../client.js";
import type { QuotePlatform } from "../dcap/pck.js";
import { malformed } from "./errors.js";
import type { IntelCollateralSource, IntelTee, IssuedCrl, PckCa } from "./intel.js";
import { pckCrlItem, rootCrlItem } from "./intel-crls.js";
import { qeIdentityItem, tcbInfoItem } from "./intel-json.js";
import { platformItem } from "./intel-platform.js";
import type { CollateralItem } from "./keeper.js";

/** A platform family, as TCB info is published for it. */
export interface TcbFamily {
  readonly tee: IntelTee;
  /** 12 hex digits. */
  readonly fmspc: string;
}

export interface IntelItemsOptions {
  /** With a signer, unless nothing is sent. */
  readonly freehold: Pick<Freehold, "contract">;
  readonly source: IntelCollateralSource;
  readonly families: readonly TcbFamily[];
  /** Default: `platform`. */
  readonly cas?: readonly PckCa[];
  /** Platforms whose certificates are held against each new list; their families and CAs need not be named. See `platformOfQuote`. */
  readonly platforms?: readonly QuotePlatform[];
}

/**
 * Intel's collateral, in the order in which it has to come: the root's list, those of PCK CAs, TCB info and identities, certificates of platforms.
 * For one {@link keep}: what is used twice is downloaded once.
 * @throws CollateralError `COLLATERAL_MALFORMED` for an FMSPC that is none
 * @throws ConfigurationError `MISSING_CONTRACT`
 */
export function intelItems(options: IntelItemsOptions): CollateralItem[] {
  const { freehold, platforms = [] } = options;
  const source = remembering(options.source);
  const families = [...options.families, ...platforms.map(familyOf)].map(({ tee, fmspc }) => {
    if (!/^[0-9a-fA-F]{12}$/.test(fmspc)) throw malformed(`an FMSPC has 12 hex digits: ${JSON.stringify(fmspc)}`);
    return [tee, fmspc.toLowerCase()] as const;
  });
  const infos = new Map(families.map((family) => [family.join(), family]));
  const cas = new Set([
    ...(options.cas ?? (platforms.length > 0 ? [] : ["platform"])),
    ...platforms.map(({ ca }) => ca),
  ]);
  const issuersOf = (ca: PckCa) => platforms.filter((platform) => platform.ca === ca).map(({ issuer }) => issuer);
  const items = [
    rootCrlItem(source),
    ...[...cas].map((ca) => pckCrlItem(source, ca as PckCa, issuersOf(ca as PckCa))),
    ...[...infos.values()].map(([tee, fmspc]) => tcbInfoItem(source, tee, fmspc)),
    ...[...new Set(families.map(([tee]) => tee))].map((tee) => qeIdentityItem(source, tee)),
    ...platforms.map((platform) => platformItem(source, platform)),
  ];
  const collateral = freehold.contract("DcapCollateral");
  return items.map((item) => item(collateral));
}

const familyOf = ({ isTdx, fmspc }: QuotePlatform): TcbFamily => ({
  tee: isTdx ? "tdx" : "sgx",
  fmspc: fmspc.slice(2),
});

/** The same source, which is asked for the list of a CA once. */
function remembering(source: IntelCollateralSource): IntelCollateralSource {
  const lists = new Map<PckCa, Promise<IssuedCrl>>();
  return {
    tcbInfo: (tee, fmspc) => source.tcbInfo(tee, fmspc),
    qeIdentity: (tee) => source.qeIdentity(tee),
    rootCrl: () => source.rootCrl(),
    pckCrl(ca) {
      const list = lists.get(ca) ?? source.pckCrl(ca);
      lists.set(ca, list);
      return list;
    },
  };
}
