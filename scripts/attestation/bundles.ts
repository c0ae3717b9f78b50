import type { Location } from "./origins.ts";

/** A vector that is put together from others: a quote's name with a full collateral as `@phala/dcap-qvl` takes it. */
export interface Bundle {
  readonly file: string;
  readonly quote: string;
  readonly collateral: Collateral;
  /** Unix seconds in which the whole collateral is valid, and the second in its middle that tests judge at. */
  readonly validFrom: number;
  readonly validTo: number;
  readonly suggested: number;
  readonly sha256: string;
}

type Collateral = WholeCollateral | DownloadedCollateral | CollateralParts;

/** A vector that holds the whole collateral. */
interface WholeCollateral {
  readonly whole: string;
}

/** The same, of which only the bundle is kept. */
interface DownloadedCollateral {
  readonly downloaded: Location;
}

/** Files of Intel's answers, as Intel serves them. */
interface CollateralParts {
  readonly tcbInfo: string;
  readonly qeIdentity: string;
  readonly pckCrl: string;
  readonly rootCrl: string;
  readonly signing: string;
  readonly platform: string;
  readonly root: string;
}

const NEW_CA = {
  rootCrl: "intel/collateral/automata-pccs-rootCrlDer.der",
  signing: "intel/collateral/automata-pccs-signingDer.der",
  platform: "intel/collateral/automata-pccs-platformDer.der",
  root: "intel/collateral/automata-pccs-rootCaDer.der",
} as const;

const JUNE_2025 = {
  ...NEW_CA,
  qeIdentity: "intel/collateral/automata-0625-qe_td.json",
  pckCrl: "intel/collateral/automata-0625-platformCrlDer.der",
} as const;
const JUNE_2025_90C0 = { ...JUNE_2025, tcbInfo: "intel/collateral/automata-0625-tcbinfov3_90C06F000000.json" };
const JUNE_2025_806F = { ...JUNE_2025, tcbInfo: "intel/collateral/automata-0625-tcbinfov3_00806f050000.json" };
const AUGUST_2025 = {
  ...NEW_CA,
  tcbInfo: "intel/collateral/automata-0825-sgx_tcbinfov3_00606a000000.json",
  qeIdentity: "intel/collateral/automata-0825-sgx_qeidentity_v4.json",
  pckCrl: "intel/collateral/automata-0825-platform_crl.der",
};
const JUNE_2023 = {
  ...NEW_CA,
  tcbInfo: "intel/collateral/google-sample_tcbInfo_response",
  qeIdentity: "intel/collateral/google-sample_qeIdentity_response",
  pckCrl: "intel/collateral/google-pckcrl",
  rootCrl: "intel/collateral/google-rootcrl.der",
  signing: "intel/collateral/intel-tcb-signing-2018-2025.der",
};
const PHALA_SGX = { whole: "intel/collateral/phala-sgx-v3.collateral.json" };
const PHALA_TDX = { whole: "intel/collateral/phala-tdx-v4.collateral.json" };
const OUTDATED = {
  downloaded: {
    repository: "Phala-Network/dcap-qvl",
    commit: "9bffe30b4da53acc05f2e3a36fafc0f6418973b8",
    path: "sample/tdx_quote_outdated_collateral.json",
    confirmed: false,
    note: "a test of the origin names this path; its bytes were not seen",
  },
};

const bundle = (
  name: string,
  collateral: Collateral,
  [validFrom, validTo, suggested]: readonly [number, number, number],
  sha256: string,
): Bundle => {
  const [file, quote] = [`intel/bundles/${name}.json`, `intel/quotes/${name}.bin`];
  return { file, quote, collateral, validFrom, validTo, suggested, sha256 };
};

const SGX_V3 = [1750330571, 1752919278, 1751624924] as const;
const TDX_V4 = [1750329147, 1752919235, 1751624191] as const;
const TDX_90C0 = [1749095025, 1751620771, 1750357898] as const;
const TDX_806F = [1749030698, 1751620771, 1750325734] as const;

export const BUNDLES: readonly Bundle[] = [
  bundle("phala-sgx-v3", PHALA_SGX, SGX_V3, "a37b59305fc4b98109383c295f34842e16558bb4014774305b975a9679925883"),
  bundle("automata-solana-sgx", PHALA_SGX, SGX_V3, "23377755bd7aba7557b71df5b051a20132e922d19f5ba5935bb5d361fe3b52f8"),
  bundle("phala-tdx-v4", PHALA_TDX, TDX_V4, "6eed96e6b0fd65a124a91f8f19247284b98ef785e2e6cf5a8830a8a49a236449"),
  bundle("phala-tdx-2", PHALA_TDX, TDX_V4, "45cfad7caa9657376e6333c2dc88b498a9523960676fe36006507a19439d7ada"),
  bundle("phala-tdx-tappd", PHALA_TDX, TDX_V4, "0a7368a369fa1585825399b7bfec084e020a1160bcde959dc690170e26decb54"),
  bundle(
    "google-tdx-v5",
    OUTDATED,
    [1771412331, 1774003275, 1772707803],
    "174adac2a0d39bdfbee3523e1ff85d10e56cc838b2982f83befa43873c8511a9",
  ),
  bundle(
    "automata-tdx-v5",
    JUNE_2025_90C0,
    TDX_90C0,
    "00e601763247785db81df17dea1ca6f6eafa67ee2f443ea72507f70f224d08af",
  ),
  bundle(
    "automata-godcap-1",
    JUNE_2025_90C0,
    TDX_90C0,
    "4dbb87c22918e2cead19eb1223b76218781d3a7049cc91295ceffd4db8a35654",
  ),
  bundle(
    "automata-godcap-0",
    AUGUST_2025,
    [1755236486, 1757824606, 1756530546],
    "baad063bf838319e51f9dceb45d92b7578fce2443dda5c0e72a221b401b97aaf",
  ),
  bundle(
    "automata-tdx-v4",
    JUNE_2025_806F,
    TDX_806F,
    "e2d06ca2e1b782a27580015167536ed661b66e5abd9178a1a448bced465fe087",
  ),
  bundle(
    "google-cos113-tdx",
    JUNE_2025_806F,
    TDX_806F,
    "f6343cead2c3ae328ab66c2f04e61c1a72f18372b1bcd7c1429522c540321c06",
  ),
  bundle(
    "google-tdx-v4-SPR-E4",
    JUNE_2023,
    [1687077778, 1688801099, 1687939438],
    "49aa7b492e17d7702c11fdf8605fae9f57eddca288997ab1491f2731bf8c74ea",
  ),
];

/**
 * The bundle's bytes: JSON with a space after every comma and colon.
 * @param read bytes of a vector, or of what lies at the location
 * @returns undefined when a file that it is made of does not have Intel's form
 */
export function deriveBundle(bundle: Bundle, read: (source: string | Location) => Uint8Array): Uint8Array | undefined {
  const fields = collateralFields(bundle.collateral, read);
  if (fields === undefined) return undefined;
  const pairs = Object.entries(fields).map(([key, value]) => `"${key}": ${JSON.stringify(value)}`);
  const { quote, validFrom, validTo, suggested } = bundle;
  const head = `"quote_file": "${quote}", "valid_from": ${validFrom}, "valid_to": ${validTo}, "suggested_T": ${suggested}`;
  return new TextEncoder().encode(`{${head}, "collateral": {${pairs.join(", ")}}}`);
}

/** What a bundle is made of. */
export function sourcesOf({ collateral }: Bundle): readonly (string | Location)[] {
  return Object.values(collateral);
}

type Fields = Readonly<Record<string, string>>;

function collateralFields(collateral: Collateral, read: (source: string | Location) => Uint8Array): Fields | undefined {
  if ("whole" in collateral) return wholeFields(read(collateral.whole));
  if ("downloaded" in collateral) return wholeFields(read(collateral.downloaded));
  return partFields(collateral, read);
}

function wholeFields(bytes: Uint8Array): Fields | undefined {
  try {
    const fields: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return isStrings(fields) ? fields : undefined;
  } catch {
    return undefined;
  }
}

function isStrings(value: unknown): value is Fields {
  return (
    typeof value === "object" && value !== null && Object.values(value).every((field) => typeof field === "string")
  );
}

function partFields(parts: CollateralParts, read: (file: string) => Uint8Array): Fields | undefined {
  const tcbInfo = signedBody(read(parts.tcbInfo));
  const qeIdentity = signedBody(read(parts.qeIdentity));
  if (tcbInfo === undefined || qeIdentity === undefined) return undefined;
  const root = pem(read(parts.root));
  const signing = pem(read(parts.signing)) + root;
  return {
    pck_crl_issuer_chain: pem(read(parts.platform)) + root,
    root_ca_crl: Buffer.from(read(parts.rootCrl)).toString("hex"),
    pck_crl: Buffer.from(read(parts.pckCrl)).toString("hex"),
    tcb_info_issuer_chain: signing,
    tcb_info: tcbInfo.body,
    tcb_info_signature: tcbInfo.signature,
    qe_identity_issuer_chain: signing,
    qe_identity: qeIdentity.body,
    qe_identity_signature: qeIdentity.signature,
  };
}

/** Body and signature of Intel's answer. The body is what was signed, so it stays as it was served, byte for byte. */
function signedBody(bytes: Uint8Array): { body: string; signature: string } | undefined {
  const answer = /^\{"(?:tcbInfo|enclaveIdentity)":(\{.*\}),"signature":"([0-9a-f]{128})"\}\s*$/s;
  const [, body, signature] = answer.exec(new TextDecoder().decode(bytes)) ?? [];
  return body === undefined || signature === undefined ? undefined : { body, signature };
}

function pem(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
