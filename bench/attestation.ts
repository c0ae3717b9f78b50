import { createHash } from "node:crypto";
import { p384Hints, p384Input } from "@freehold/sdk/attestation";
import { p384 } from "@noble/curves/nist.js";
import { id } from "ethers";
import { network } from "hardhat";
import { deployP384, deploySha384 } from "../test/ts/attestation/utils/crypto.ts";

/** Signatures of which the average is taken. */
const SIGNATURES = 24;
const BLOCK = 128;

/**
 * Gas of the attestation, by the ids of the goals; `tee.p384.hinted.max` is the dearest of the signatures whose average is
 * `tee.p384.hinted`. P-384: whole transactions. SHA-384: what one more block costs.
 * @param connection a fresh simulated network of the hardfork Osaka: prices of MODEXP (EIP-7883), cap of a transaction's gas (EIP-7825)
 */
export async function measureAttestation(
  connection: Awaited<ReturnType<typeof createOsaka>>,
): Promise<Record<string, number>> {
  return { ...(await measureP384(connection)), ...(await measureSha384(connection)) };
}

export const createOsaka = () => network.create({ network: "local", override: { hardfork: "osaka" } });

async function measureP384(connection: Awaited<ReturnType<typeof createOsaka>>): Promise<Record<string, number>> {
  const contract = await deployP384(connection);
  const hinted: number[] = [];
  const free: number[] = [];
  for (let i = 0; i < SIGNATURES; i++) {
    const signature = signatureOf(i);
    const input = p384Input(signature);
    for (const [gas, hints] of [
      [hinted, p384Hints(signature)],
      [free, new Uint8Array()],
    ] as const) {
      // A transaction of a view: its whole cost. The call says that it was accepted.
      if (!(await contract.getFunction("verify")(input, hints))) throw new Error("a genuine signature was refused");
      gas.push(await gasOf(connection, contract, "verify", [input, hints]));
    }
  }
  return {
    "tee.p384.hinted": average(hinted),
    "tee.p384.hinted.max": Math.max(...hinted),
    "tee.p384.free": average(free),
    "tee.p384.free.max": Math.max(...free),
  };
}

async function measureSha384(connection: Awaited<ReturnType<typeof createOsaka>>): Promise<Record<string, number>> {
  const contract = await deploySha384(connection);
  const [few, many] = [4, 36];
  const gas = async (blocks: number) => {
    // Padding fills the last block. Zero bytes have another price in calldata, so there are none.
    const data = new Uint8Array(blocks * BLOCK - 17).fill(0x5a);
    return (await gasOf(connection, contract, "sha384", [data])) - 16 * data.length;
  };
  return { "tee.sha384.block": ((await gas(many)) - (await gas(few))) / (many - few) };
}

type Contract = Awaited<ReturnType<typeof deployP384>> | Awaited<ReturnType<typeof deploySha384>>;

async function gasOf(
  { ethers }: Awaited<ReturnType<typeof createOsaka>>,
  contract: Contract,
  name: string,
  args: readonly unknown[],
): Promise<number> {
  const [signer] = await ethers.getSigners();
  if (signer === undefined) throw new Error("the network has no accounts");
  const data = contract.interface.encodeFunctionData(name, args as never);
  const sent = await signer.sendTransaction({ to: await contract.getAddress(), data, gasLimit: 16_777_216n });
  const receipt = await sent.wait();
  if (receipt === null) throw new Error("no receipt");
  return Number(receipt.gasUsed);
}

/** A signature that is the same in every run: RFC 6979 nonces. */
function signatureOf(index: number) {
  const key = createHash("sha384")
    .update(id(`key ${index}`))
    .digest();
  const digest = createHash("sha384")
    .update(id(`message ${index}`))
    .digest();
  const raw = p384.sign(digest, key, { prehash: false, lowS: false });
  const point = p384.getPublicKey(key, false);
  return { digest, r: raw.subarray(0, 48), s: raw.subarray(48), x: point.subarray(1, 49), y: point.subarray(49) };
}

const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

if (import.meta.main) console.log(await measureAttestation(await createOsaka()));
