import { QuoteError } from "./errors.js";

/** Collateral as Intel serves it, in the form that `@phala/dcap-qvl` and most other libraries take. */
export interface DcapCollateralText {
  readonly pck_crl_issuer_chain: string;
  /** Hex. */
  readonly root_ca_crl: string;
  /** Hex. */
  readonly pck_crl: string;
  readonly tcb_info_issuer_chain: string;
  readonly tcb_info: string;
  /** Hex. */
  readonly tcb_info_signature: string;
  readonly qe_identity_issuer_chain: string;
  readonly qe_identity: string;
  /** Hex. */
  readonly qe_identity_signature: string;
}

/** What another implementation says of a quote. */
export interface SecondOpinion {
  /** Intel's word for the state of the platform. */
  readonly status: string;
  readonly advisories: readonly string[];
}

interface Qvl {
  verify(quote: Uint8Array, collateral: DcapCollateralText, now: number): { status: string; advisory_ids: string[] };
}

/**
 * Asks `@phala/dcap-qvl` (an optional dependency: install it beside this package) what it thinks of a raw quote. It compares the SVNs of TDX
 * from index 0 where Intel's rule begins at 2, so it finds some platforms out of date that are not; and it refuses a TD with a service TD.
 * Throws `OPINION_UNAVAILABLE` without the library, `OPINION_REFUSED` when it refuses the quote, with its reason.
 * @param now Unix seconds
 */
export async function secondOpinion(
  quote: Uint8Array,
  collateral: DcapCollateralText,
  now: number,
): Promise<SecondOpinion> {
  const qvl = await load();
  try {
    const { status, advisory_ids } = qvl.verify(quote, collateral, now);
    return { status, advisories: advisory_ids };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new QuoteError("OPINION_REFUSED", `@phala/dcap-qvl refuses the quote: ${reason}`, { cause });
  }
}

async function load(): Promise<Qvl> {
  // Not a literal: bundlers would want it to be there.
  const name = "@phala/dcap-qvl";
  try {
    // A CommonJS package: its exports are the default one.
    return ((await import(name)) as { default: Qvl }).default;
  } catch (cause) {
    throw new QuoteError("OPINION_UNAVAILABLE", `${name} is not installed`, {
      cause,
      hint: `Run npm install ${name}.`,
    });
  }
}
