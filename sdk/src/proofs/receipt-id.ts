import { AbiCoder, keccak256 } from "ethers";
import { hashReceiptStruct } from "../eip712/receipt-set.js";
import type { Receipt } from "../eip712/types.js";
import type { Hex } from "../hex.js";

/** The arbiter's name of a receipt: keccak256(abi.encode(escrow, struct hash of the receipt)). */
export function receiptIdOf(escrow: string, receipt: Receipt): Hex {
  const coder = AbiCoder.defaultAbiCoder();
  return keccak256(coder.encode(["address", "bytes32"], [escrow, hashReceiptStruct(receipt)])) as Hex;
}
