import { toHex } from "../../hex.js";
import { issuerIdOf } from "../dcap/calls.js";
import { malformed } from "./errors.js";
import type { IntelCollateralSource, IntelTee, SignedJson } from "./intel.js";
import { addIssuer, type IntelItem, send, signerOf } from "./intel-issuers.js";
import { isSignedBy } from "./signatures.js";

/** Intel has had one certification enclave only; its id is part of the name of TCB info. */
const PCE_ID = "0x0000";

/** What two kinds of signed JSON differ in. */
interface Kind {
  readonly name: string;
  readonly method: "updateTcbInfo" | "updateQeIdentity";
  readonly published: () => Promise<SignedJson>;
  /** What the body must say, in any letter case: a source that answers another question is not believed. */
  readonly expected: Readonly<Record<string, string>>;
  readonly stored: (
    collateral: Parameters<IntelItem>[0],
  ) => Promise<{ readonly issuedAt: bigint; readonly validUntil: bigint }>;
}

/** TCB info of a platform family. @param fmspc 12 hex digits */
export function tcbInfoItem(source: IntelCollateralSource, tee: IntelTee, fmspc: string): IntelItem {
  return signedJsonItem({
    name: `TCB info of ${tee} ${fmspc}`,
    method: "updateTcbInfo",
    published: () => source.tcbInfo(tee, fmspc),
    expected: { id: tee, fmspc, pceId: PCE_ID.slice(2) },
    stored: (collateral) => collateral.tcbInfoOf(tee === "tdx", `0x${fmspc}`, PCE_ID),
  });
}

/** Identity of the quoting enclave. */
export function qeIdentityItem(source: IntelCollateralSource, tee: IntelTee): IntelItem {
  return signedJsonItem({
    name: `QE identity of ${tee}`,
    method: "updateQeIdentity",
    published: () => source.qeIdentity(tee),
    expected: { id: tee === "tdx" ? "TD_QE" : "QE" },
    stored: (collateral) => collateral.qeIdentityOf(tee === "tdx"),
  });
}

function signedJsonItem({ name, method, published, expected, stored }: Kind): IntelItem {
  return (collateral) => ({
    name,
    validUntil: async () => (await stored(collateral)).validUntil,
    async *refresh() {
      const { body, signature, issuerChain } = await published();
      const issuedAt = issueDateOf(body, expected, name);
      // The same one may come again where it counts longer, by a newer list of the root or a renewed certificate: the contract knows.
      if (issuedAt < (await stored(collateral)).issuedAt) return;
      const signer = signerOf(issuerChain, name);
      // Before its signer's certificate is paid for.
      if (!isSignedBy(body, signature, signer)) throw malformed(`${name}: the signature does not hold`);
      yield* addIssuer(collateral, signer);
      yield* send(collateral, method, toHex(body), toHex(signature), issuerIdOf(signer));
    },
  });
}

/** Unix seconds. Throws `COLLATERAL_MALFORMED` when the body is about something else. */
function issueDateOf(body: Uint8Array, expected: Kind["expected"], name: string): bigint {
  const fields = JSON.parse(new TextDecoder().decode(body)) as Record<string, unknown>;
  for (const [field, value] of Object.entries(expected)) {
    const actual = fields[field];
    if (typeof actual !== "string" || actual.toLowerCase() !== value.toLowerCase()) {
      throw malformed(`${name}: the answer's ${field} is ${JSON.stringify(actual)}, not "${value}"`);
    }
  }
  const milliseconds = typeof fields.issueDate === "string" ? Date.parse(fields.issueDate) : Number.NaN;
  if (Number.isNaN(milliseconds)) throw malformed(`${name}: issueDate is no time`);
  return BigInt(Math.floor(milliseconds / 1000));
}
