import { keccak256, ZeroAddress } from "ethers";
import { FreeholdError } from "../../errors/base.js";
import { decoded } from "../../errors/decode.js";
import { fromHex, type Hex, sameHex } from "../../hex.js";
import { ReleaseError } from "../../sealing/errors.js";
import { type KeyRelease, wrapFileKey } from "../../sealing/release.js";
import { withTimeout } from "../../timeout.js";
import { action } from "../bind.js";
import { enclaveOf } from "../nodes/enclave-of.js";
import { isPayable } from "../nodes/is-payable.js";
import { versionOf } from "./version-of.js";

/** What a key is released for, and to whom. */
export type ReleaseKeyParameters = {
  lineId: Hex;
  /** Names the enclave. */
  receiptKey: string;
  /** The enclave's HPKE public key, from its event `EnclaveRegistered` or its offer: it may come from anybody. */
  hpkePublicKey: Hex;
  /** 32 bytes; see `sealFile`. */
  fileKey: Uint8Array;
} & (
  | {
      /** The version whose file the key opens; 0 for the base. */
      version: bigint | number;
    }
  | {
      /** Its hash, for who keeps keys by hashes: the chain is not asked whether the line has it. */
      versionHash: Hex;
    }
);

/**
 * Releases the key of a sealed file to one enclave, after the chain vouched for it: it is registered, the HPKE key is the one that was attested, and the line
 * accepts its work now, by its verifier, measurement and platform. All is read at one block. What comes back is public and opens in that enclave
 * alone. A release cannot be taken back: it is as long as the file key is in use.
 * @throws ReleaseError the chain does not vouch for the enclave
 */
export const releaseKey = action([], (ctx) => async (params: ReleaseKeyParameters): Promise<KeyRelease> => {
  const { lineId, receiptKey, hpkePublicKey, fileKey } = params;
  const provider = await ctx.ready();
  const block = await decoded("provider", () =>
    withTimeout(provider.getBlock("latest"), ctx.timeoutMs, "the newest block"),
  );
  if (block === null) throw new FreeholdError("NO_BLOCK", "the chain has no newest block");
  const [now, at] = [BigInt(block.timestamp), { blockTag: block.number }];
  const details = { lineId, receiptKey };

  const enclave = await enclaveOf(ctx)({ receiptKey }, at);
  if (enclave.node === ZeroAddress) {
    throw new ReleaseError("UNKNOWN_ENCLAVE", `no enclave is registered under receipt key ${receiptKey}`, { details });
  }
  if (!sameHex(keccak256(fromHex(hpkePublicKey, 32)), enclave.hpkeKeyHash)) {
    throw new ReleaseError(
      "WRONG_HPKE_KEY",
      `the HPKE key is not the one that enclave ${receiptKey} was attested with`,
      {
        details: { ...details, hpkePublicKey },
        hint: "Take it from the event EnclaveRegistered of this receipt key.",
      },
    );
  }
  if (enclave.validUntil <= now) {
    throw new ReleaseError("ENCLAVE_EXPIRED", `enclave ${receiptKey} ended at ${enclave.validUntil}`, {
      details: { ...details, validUntil: enclave.validUntil.toString() },
      hint: "Its operator has to register it anew, with new keys.",
    });
  }
  if (!(await isPayable(ctx)({ node: enclave.node, receiptKey, lineId, workedAt: now }, at))) {
    throw new ReleaseError("ENCLAVE_NOT_ACCEPTED", `line ${lineId} does not accept enclave ${receiptKey}`, {
      details: { ...details, measurementId: enclave.measurementId, verifier: enclave.verifier },
      hint: "The line's owner accepts a measurement with nodes.setLineMeasurement, a verifier with nodes.setLineVerifier.",
    });
  }
  const versionHash =
    "versionHash" in params ? params.versionHash : (await versionOf(ctx)({ lineId, version: params.version }, at)).hash;
  const nodeRegistry = ctx.addressOf("NodeRegistry");
  return wrapFileKey(fileKey, hpkePublicKey, { chainId: ctx.chainId, nodeRegistry, lineId, versionHash, receiptKey });
});
