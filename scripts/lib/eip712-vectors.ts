// Golden vectors of every EIP-712 struct of the protocol, computed from the literal type strings with nothing but
// keccak256 and the ABI encoding: no table of the SDK, no library's idea of EIP-712, no contract.
import { AbiCoder, computeAddress, concat, getAddress, id, keccak256, SigningKey, ZeroAddress } from "ethers";

export interface Field {
  name: string;
  type: string;
}

export type Value = string | boolean;

/** One vector as it is in test/vectors/eip712.json. Integers are decimal strings. */
export interface Vector {
  struct: string;
  edge: string;
  /** Absent where the struct hash itself is what counts, the same on every chain. */
  domain?: { name: string; version: string; chainId: string; verifyingContract: string };
  types: Record<string, Field[]>;
  message: Record<string, Value>;
  /** Bytes of which a field of the message is the keccak256. */
  preimages?: Record<string, string>;
  typeString: string;
  typeHash: string;
  structHash: string;
  digest?: string;
  /** Of {@link SIGNER} over the digest, 65 bytes (RFC 6979). */
  signature?: string;
}

/** Who signs the vectors: his key is public. */
const KEY = new SigningKey(id("freehold golden vectors"));
export const SIGNER = computeAddress(KEY.publicKey);

/** Where the contracts of the domains stand, on chain 31337. */
const ESCROW = { name: "Freehold InferenceEscrow", at: "0xE5C0000000000000000000000000000000000001" };
const LEDGER = { name: "Freehold DeltaLedger", at: "0x1ed9E00000000000000000000000000000000002" };
const DATASETS = { name: "Freehold DatasetRegistry", at: "0xda7A000000000000000000000000000000000003" };
const TEE = { name: "Freehold Development TEE", at: "0x7ee0000000000000000000000000000000000004" };
const TOKEN = { name: "Freehold Test Dollar", at: "0x70cE000000000000000000000000000000000005" };

/** In time whenever a test runs, and a number that a wider or narrower type would still hold. */
const IN_TIME = 4_102_444_800n;
const LONG_AGO = 1_600_000_000n;
/** A field that the signature of {@link SIGNER}, or the time, ties down. */
const signed = { plain: SIGNER, zero: SIGNER, max: SIGNER };
const later = { zero: IN_TIME };
const ROWS = concat(Array.from({ length: 64 }, (_, i) => id(`row ${i}`)));

interface Struct {
  literal: string;
  domain?: { name: string; at: string };
  fixed?: Record<string, Partial<Record<Edge, Value | bigint>>>;
  /** One vector more, in which this field is the hash of these bytes. */
  long?: Record<string, string>;
}

type Edge = "plain" | "zero" | "max";

const COMMITMENTS = "bytes32 poseidonRoot,uint256 pedersenX,uint256 pedersenY";

const PROVEN_VERSION = "uint256 chainId,address proofs,uint256 modelId,bytes32 lineId,bytes32 versionHash";

const DELTA_ANCHOR: Struct = {
  literal: `DeltaAnchor(bytes32 weightsRoot,uint64 byteLength,uint8 format,bytes32 datasetsHash,${COMMITMENTS})`,
  long: { datasetsHash: ROWS },
};
const DELTA = vector(DELTA_ANCHOR, "long").structHash;

const STRUCTS: readonly Struct[] = [
  { domain: ESCROW, literal: "Voucher(address node,uint256 channel,bytes32 lineId,uint64 cumulative)" },
  {
    domain: ESCROW,
    literal:
      "Receipt(address node,uint256 channel,uint64 seq,uint64 cumulative,uint64 price,bytes32 lineId,bytes32 versionHash,bytes32 requestHash,bytes32 responseHash,bytes32 inputCommitment,bytes32 outputCommitment,uint40 workedAt)",
    long: { requestHash: ROWS, responseHash: "0x" },
  },
  {
    domain: ESCROW,
    literal:
      "Batch(address node,bytes32 lineId,bytes32 versionHash,uint8 lane,uint32 nonce,uint40 lastAt,bytes32 rowsHash)",
    long: { rowsHash: ROWS },
  },
  { domain: ESCROW, literal: "ReceiptSet(bytes32 batchHash,bytes32 root,uint32 count,uint64 total)" },
  {
    domain: ESCROW,
    literal:
      "Offer(address node,address receiptKey,bytes32 hpkeKeyHash,bytes32 lineId,bytes32 versionHash,uint64 price,uint40 issuedAt)",
    long: { hpkeKeyHash: id("hpke") },
  },
  {
    domain: ESCROW,
    literal:
      "ExactReceipt(address node,address payer,bytes32 paymentNonce,address asset,address payTo,uint256 amount,bytes32 lineId,bytes32 versionHash,bytes32 requestHash,bytes32 responseHash,uint40 workedAt)",
  },
  {
    domain: ESCROW,
    literal:
      "Open(address node,bytes32 lineId,address payer,address signer,uint64 amount,uint32 closeDelay,bool optimistic,uint256 salt,uint256 deadline)",
  },
  {
    domain: ESCROW,
    literal: "TopUp(address node,bytes32 lineId,uint256 channel,uint64 amount,uint256 salt)",
  },
  { domain: ESCROW, literal: "CloseRequest(address node,bytes32 lineId,uint256 channel,uint256 deadline)" },
  { domain: ESCROW, literal: "Close(address node,bytes32 lineId,uint256 channel,uint64 cumulative,uint40 issuedAt)" },
  {
    domain: ESCROW,
    literal: "Challenge(address node,bytes32 lineId,uint256 channel,uint64 asserted,uint256 deadline)",
  },
  {
    domain: LEDGER,
    literal: "Append(uint256 modelId,address account,bytes32 parent,bytes32 delta,uint256 deadline)",
    // The ledger hashes the delta itself, so it must be one that can be shown: the longest.
    fixed: { account: signed, deadline: later, delta: { plain: DELTA, zero: DELTA, max: DELTA } },
  },
  {
    domain: DATASETS,
    literal: "Consent(bytes32 datasetId,bytes32 lineId,uint40 until,uint256 nonce,uint256 deadline)",
    fixed: { deadline: later },
  },
  {
    domain: TEE,
    literal:
      "DevelopmentReport(bytes32 measurementId,bytes32 binding,uint64 issuedAt,uint64 validUntil,bool debug,bytes32 platformId)",
  },
  {
    domain: TOKEN,
    literal: "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)",
    fixed: { owner: signed, deadline: later },
  },
  {
    domain: TOKEN,
    literal:
      "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)",
    fixed: { from: signed, validAfter: { plain: LONG_AGO, max: LONG_AGO + 1n }, validBefore: later },
  },
  { literal: `ModelAnchor(bytes32 weightsRoot,uint64 byteLength,bytes32 architectureHash,${COMMITMENTS})` },
  DELTA_ANCHOR,
  { literal: "Version(bytes32 parent,bytes32 delta)" },
  // Modulo the order of BN254's scalar field they are public inputs of proofs.
  { literal: `Registration(${PROVEN_VERSION})` },
  { literal: `Delta(${PROVEN_VERSION})` },
  {
    literal:
      "Inference(uint256 chainId,address arbiter,uint256 modelId,bytes32 lineId,bytes32 versionHash,address escrow,bytes32 receiptHash,address requester,uint40 deadline)",
  },
];

/** All vectors, in a fixed order. */
export function goldenVectors(): { signer: string; vectors: Vector[] } {
  const vectors = STRUCTS.flatMap((struct) => [
    vector(struct, "plain"),
    vector(struct, "zero"),
    vector(struct, "max"),
    ...(struct.long ? [vector(struct, "long")] : []),
  ]);
  return { signer: SIGNER, vectors };
}

function vector(struct: Struct, edge: Edge | "long"): Vector {
  const { literal, fixed = {}, domain: at } = struct;
  const [, name = "", list = ""] = /^(\w+)\((.*)\)$/.exec(literal) ?? [];
  const fields = list.split(",").map((text): Field => {
    const [type = "", label = ""] = text.split(" ");
    return { name: label, type };
  });
  const preimages = edge === "long" ? struct.long : undefined;
  const like: Edge = edge === "long" ? "plain" : edge;
  const message: Record<string, Value> = {};
  for (const { name: label, type } of fields) {
    const value = fixed[label]?.[like] ?? sample(type, like, `${name} ${label}`);
    message[label] = typeof value === "bigint" ? value.toString() : value;
    const preimage = preimages?.[label];
    if (preimage !== undefined) message[label] = keccak256(preimage);
  }
  const typeHash = id(literal);
  const structHash = encode(
    ["bytes32", ...fields.map(({ type }) => type)],
    [typeHash, ...fields.map(({ name: label }) => message[label])],
  );
  const shared = { types: { [name]: fields }, message, ...(preimages ? { preimages } : {}) };
  const hashes = { typeString: literal, typeHash, structHash };
  if (!at) return { struct: name, edge, ...shared, ...hashes };
  const domain = { name: at.name, version: "1", chainId: "31337", verifyingContract: getAddress(at.at.toLowerCase()) };
  const digest = keccak256(concat(["0x1901", separator(domain), structHash]));
  return { struct: name, edge, domain, ...shared, ...hashes, digest, signature: KEY.sign(digest).serialized };
}

function sample(type: string, edge: Edge, seed: string): Value | bigint {
  if (type === "bool") return edge !== "zero";
  if (type === "address") {
    if (edge === "zero") return ZeroAddress;
    return edge === "max" ? getAddress(`0x${"ff".repeat(20)}`) : getAddress(`0x${id(seed).slice(-40)}`);
  }
  if (type === "bytes32") {
    if (edge === "plain") return id(seed);
    return `0x${(edge === "max" ? "ff" : "00").repeat(32)}`;
  }
  const limit = 2n ** BigInt(type.replace("uint", ""));
  if (edge === "zero") return 0n;
  return edge === "max" ? limit - 1n : BigInt(id(seed)) % limit;
}

function separator(domain: { name: string; version: string; chainId: string; verifyingContract: string }): string {
  return encode(
    ["bytes32", "bytes32", "bytes32", "uint256", "address"],
    [
      id("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
      id(domain.name),
      id(domain.version),
      domain.chainId,
      domain.verifyingContract,
    ],
  );
}

function encode(types: string[], values: unknown[]): string {
  return keccak256(AbiCoder.defaultAbiCoder().encode(types, values));
}
