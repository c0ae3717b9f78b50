import type { Context } from "../../context.js";
import { lineIdOf } from "../../eip712/versions.js";
import { ContractRevertError } from "../../errors/revert.js";
import type { Hex } from "../../hex.js";
import { call } from "../read.js";

/** Parent of the next append to an account's line: its newest version hash, or the model's while it is not open. */
export async function headOf(ctx: Context, modelId: bigint, account: string): Promise<Hex> {
  try {
    const line = await call(ctx, "DeltaLedger", "lineOf", [lineIdOf(modelId, account)]);
    return line.headHash as Hex;
  } catch (error) {
    if (!(error instanceof ContractRevertError) || error.errorName !== "DeltaLedger_UnknownLine") throw error;
    return (await call(ctx, "ModelRegistry", "baseVersionHash", [modelId])) as Hex;
  }
}
