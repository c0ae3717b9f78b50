import { keccak256 } from "ethers";
import type { Contracts } from "../../contracts.js";
import type { Hex } from "../../hex.js";
import { newestEvent } from "../events.js";
import type { PackedCollateral } from "./aux.js";
import { QuoteError } from "./errors.js";
import { parseQuote, TRIMMED } from "./quote.js";
import { pckOf } from "./trim.js";

/**
 * The packed collateral by which DcapVerifier judges a quote now: the contract holds its hashes, its events hold the rest, newest first. Throws
 * `BAD_QUOTE`, and `NO_COLLATERAL` when the platform's certificate or its collateral was never brought to the chain.
 * @param quote raw or trimmed
 * @param fromBlock where the contract was deployed
 */
export async function heldCollateral(
  quote: Uint8Array,
  collateral: Contracts["DcapCollateral"],
  fromBlock = 0,
): Promise<PackedCollateral> {
  const { isTdx, certificationType, certification } = parseQuote(quote);
  const pckId = certificationType === TRIMMED ? certification : keccak256(pckOf(quote));
  const { tcbInfoHash, qeIdentityHash } = await collateral.platformOf(pckId, isTdx).catch((cause: unknown) => {
    throw missing("the certificate of this platform", cause);
  });
  const { filters } = collateral;
  const [tcbInfo, identity] = await Promise.all([
    find(collateral, filters.TcbInfoUpdated(isTdx), tcbInfoHash, fromBlock),
    find(collateral, filters.QeIdentityUpdated(isTdx), qeIdentityHash, fromBlock),
  ]);
  if (tcbInfo === undefined) throw missing("TCB info of this platform");
  if (identity === undefined) throw missing("the identity of the quoting enclave");
  return { tcbInfo, identity };
}

type Collateral = Contracts["DcapCollateral"];
type Filter = ReturnType<Collateral["filters"]["TcbInfoUpdated"] | Collateral["filters"]["QeIdentityUpdated"]>;

/** What an event packed, by its hash; the newest first. */
async function find(collateral: Collateral, filter: Filter, hash: string, fromBlock: number): Promise<Hex | undefined> {
  const query = (first: number, last: number) => collateral.queryFilter(filter, first, last);
  const accept = ({ packed }: { readonly packed: string }) => keccak256(packed) === hash;
  return (await newestEvent(collateral.runner?.provider, query, fromBlock, accept))?.packed as Hex | undefined;
}

function missing(what: string, cause?: unknown): QuoteError {
  return new QuoteError("NO_COLLATERAL", `the chain does not have ${what}`, {
    hint: "Bring Intel's collateral to the chain: collateralCalls and platformCalls.",
    ...(cause === undefined ? {} : { cause }),
  });
}
