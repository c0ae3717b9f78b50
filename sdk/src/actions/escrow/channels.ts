import type { Channel } from "../../types.js";
import { action } from "../bind.js";
import { type Paged, pages } from "../paged.js";
import { call } from "../read.js";

/** All channels towards a node, with their index. */
export const channels = action([], (ctx) => ({ node }: { node: string }): Paged<Channel & { channel: bigint }> => {
  async function* items() {
    const count = await call(ctx, "InferenceEscrow", "channelCount", [node]);
    for (let channel = 0n; channel < count; channel++) {
      const values = (await call(ctx, "InferenceEscrow", "channelOf", [node, channel])) as Channel;
      yield { channel, ...values };
    }
  }
  return pages(items);
});
