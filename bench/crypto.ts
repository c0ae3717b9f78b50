import { p384Hints, p384Input } from "@freehold/sdk/attestation";
import { p384 } from "@noble/curves/nist.js";
import { network } from "hardhat";
import { deployP384, deploySha384 } from "../test/ts/attestation/utils/crypto.ts";

const GAS = { gasLimit: 16_777_216n };
const SIGNATURES = 8;
const BLOCK = 128;

/**
 * Gas by Osaka's rules, by the ids of the goals: a P-384 signature as a whole transaction (base fee and calldata included), with hints and without,
 * the dearest of some; a block of SHA-384 as the difference of two lengths, without its calldata.
 */
export async function measureCrypto(): Promise<Record<string, number>> {
  const connection = await network.create({ network: "local", override: { hardfork: "osaka" } });
  const [signer] = await connection.ethers.getSigners();
  const contract = await deployP384(connection);
  const sha384 = await deploySha384(connection);
  const send = async (to: typeof contract | typeof sha384, method: string, args: readonly unknown[]) => {
    const data = to.interface.encodeFunctionData(method as never, args as never);
    const sent = await signer!.sendTransaction({ to: await to.getAddress(), data, ...GAS });
    return Number((await sent.wait())?.gasUsed);
  };

  const gas = { "tee.p384.hinted": 0, "tee.p384.free": 0, "tee.sha384.block": 0 };
  for (let i = 1; i <= SIGNATURES; i++) {
    const secretKey = new Uint8Array(48).fill(i);
    const digest = new Uint8Array(48).fill(255 - i);
    const signature = p384.sign(digest, secretKey, { prehash: false, lowS: false });
    const key = p384.getPublicKey(secretKey, false);
    const [r, s, x, y] = [signature.slice(0, 48), signature.slice(48), key.slice(1, 49), key.slice(49)];
    const parts = { digest, r, s, x, y };
    const hinted = await send(contract, "verify", [p384Input(parts), p384Hints(parts)]);
    const free = await send(contract, "verify", [p384Input(parts), "0x"]);
    gas["tee.p384.hinted"] = Math.max(gas["tee.p384.hinted"], hinted);
    gas["tee.p384.free"] = Math.max(gas["tee.p384.free"], free);
  }
  // Bytes that are not zero cost 16 gas each; both transactions are far above the floor of EIP-7623.
  const [short, long] = [new Uint8Array(BLOCK).fill(1), new Uint8Array(31 * BLOCK).fill(1)];
  const difference = (await send(sha384, "sha384", [long])) - (await send(sha384, "sha384", [short]));
  gas["tee.sha384.block"] = difference / 30 - 16 * BLOCK;
  await connection.close();
  return gas;
}
